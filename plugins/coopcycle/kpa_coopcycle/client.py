"""Ask a CoopCycle server: who it is, who we are there, a price, a delivery.

Nothing here tries again by itself, but for a token that ran out: whether asking again can double
something is for the caller to know.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from kpa_coopcycle import answers
from kpa_coopcycle.tokens import tokens_of
from kpa_core.api import N_, Away, Deadline, HttpAnswer, Refused, TryAgain, parse_web_address

if TYPE_CHECKING:
    from kpa_core.api import SafeHttp

LD_JSON = "application/ld+json"
PATIENCE = 75.0
"""Seconds: the server geocodes inside the request, and tries up to ten times."""
PAGE = 100
MOST_PAGES = 200
LATE = (408, 409)
"""Answers that say nothing of whether it was done."""
NEAR = ("127.0.0.1", "::1", "localhost")


class CoopCycle:
    """One server, asked as one of its stores. ``key`` is ``ak_…``, or ``name:secret`` of OAuth."""

    def __init__(self, http: SafeHttp, address: str, key: str = "") -> None:
        target = parse_web_address(address)
        if target.scheme != "https" and target.host not in NEAR:
            raise Refused(N_("L'adresse {address} doit commencer par https://."), address=address)
        self.http, self.address, self._key = http, address.rstrip("/"), key
        self._tokens = tokens_of(http)

    def entry(self) -> str:
        """Return how the server presents itself."""
        said = self._open("GET", "/api")
        return str(said.get("@context", "")) if isinstance(said, dict) else ""

    def server(self) -> answers.Server:
        """Return the server's currency and time zone."""
        return answers.server(self._open("GET", "/api/settings"))

    def me(self) -> answers.Client:
        """Return which store is ours."""
        return answers.client(self._ask("GET", "/api/me"))

    def price(self, wanted: Mapping[str, Any]) -> answers.Price:
        """Return what a delivery would cost; nothing is ordered."""
        return answers.price(self._ask("POST", "/api/retail_prices/calculate", wanted))

    def check(self, wanted: Mapping[str, Any]) -> None:
        """Ask whether the store may have such a delivery; nothing is ordered.

        Raises:
            Refused: it may not, such as out of the zone; the server's reason is told.
        """
        self._ask("POST", "/api/deliveries/assert", wanted)

    def slots(self) -> list[str]:
        """Return the slots that are offered now, as intervals of ISO 8601."""
        return answers.choices(self._ask("GET", "/api/time_slots/choices"))

    def store(self, path: str) -> answers.Store:
        """Return what the server asks of a store's deliveries."""
        return answers.store(self._ask("GET", path))

    def sign_in(self) -> None:
        """Have a token before something that must not be sent twice."""
        self._bearer()

    def create(self, wanted: Mapping[str, Any]) -> answers.Delivery:
        """Order a delivery: each call makes another one, for money.

        Raises:
            TryAgain: the server says that it serves nobody now.
            Refused: a rule says no; nothing was made.
            KpaError: anything else: it may have been made.
        """
        bearer = self._bearer()
        answer = self._send("POST", "/api/deliveries", wanted, bearer)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self._drop(bearer)
            raise answers.Unreadable(N_("Le serveur CoopCycle a refusé la clé en route."))
        return answers.delivery(_read(answer))

    def cancel(self, path: str) -> None:
        """Cancel a delivery; one that is gone is as good.

        Raises:
            Refused: a courier has it already.
        """
        answer = self._renewing("DELETE", path, None)
        if answer.status != HTTPStatus.NOT_FOUND:
            _read(answer)

    def add_webhook(self, event: str, url: str) -> str:
        """Ask to be told of an event; return the secret that signs, which is told only here."""
        return answers.secret(self._ask("POST", "/api/webhooks", {"event": event, "url": url}))

    def delivery(self, path: str) -> answers.Delivery:
        """Return a delivery by its path on this server."""
        return answers.delivery(self._ask("GET", path))

    def deliveries(self, store: str, since: datetime) -> Iterator[answers.Delivery]:
        """Yield the deliveries of a store due after an instant, the last first, page after page.

        Raises:
            Unreadable: there are more pages than any store can fill: the list does not end.
        """
        for page in range(1, MOST_PAGES + 1):
            asked = urlencode(
                {
                    "dropoff.before[after]": f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                    "order[dropoff.before]": "desc",
                    "page": page,
                    "itemsPerPage": PAGE,
                }
            )
            found = answers.members(self._ask("GET", f"{store}/deliveries?{asked}"))
            yield from map(answers.delivery, found)
            if len(found) < PAGE:
                return
        raise answers.Unreadable(N_("La liste des livraisons ne finit pas."))

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return _read(self._renewing(method, path, body))

    def _renewing(self, method: str, path: str, body: Mapping[str, Any] | None) -> HttpAnswer:
        """Ask as the store; a token that is refused is renewed once."""
        bearer = self._bearer()
        answer = self._send(method, path, body, bearer)
        if answer.status == HTTPStatus.UNAUTHORIZED and bearer != self._key:
            self._drop(bearer)
            answer = self._send(method, path, body, self._bearer())
        return answer

    def _open(self, method: str, path: str) -> Any:
        return _read(self._send(method, path, None, ""))

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None, bearer: str
    ) -> HttpAnswer:
        # A path comes from the server: it names a place on it, never another machine.
        if not path.startswith("/") or path.startswith("//"):
            raise Refused(N_("« {path} » n'est pas une adresse de ce serveur."), path=path)
        headers = {"Accept": LD_JSON, "Content-Type": LD_JSON}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        return self.http.fetch(
            method,
            self.address + path,
            headers=headers,
            body=None if body is None else json.dumps(body).encode(),
            deadline=Deadline(PATIENCE),
            hops=0,
        )

    def _bearer(self) -> str:
        if self._key.startswith("ak_"):
            return self._key
        return self._tokens.get(self.address, self._key, self._ask_token)

    def _drop(self, bearer: str) -> None:
        self._tokens.drop(self.address, self._key, bearer)

    def _ask_token(self) -> tuple[str, int]:
        pair = base64.b64encode(self._key.encode()).decode()
        answer = self.http.fetch(
            "POST",
            self.address + "/oauth2/token",
            headers={
                "Authorization": f"Basic {pair}",
                "Content-Type": "application/x-www-form-urlencoded",
            },
            body=b"grant_type=client_credentials&scope=tasks+deliveries",
            hops=0,
        )
        return answers.token(_read(answer))


def _read(answer: HttpAnswer) -> Any:
    said = _json(answer.body)
    if answer.status < HTTPStatus.BAD_REQUEST:
        if said is None and answer.status != HTTPStatus.NO_CONTENT:
            raise answers.Unreadable(N_("Le serveur CoopCycle n'a pas répondu en JSON."))
        return said
    raise _why(answer, said)


def _why(answer: HttpAnswer, said: Any) -> Exception:
    wait = None if answer.retry_after is None else timedelta(seconds=answer.retry_after)
    known: dict[int, Callable[[], Exception]] = {
        401: lambda: Refused(N_("Le serveur CoopCycle ne reconnaît pas la clé. Vérifie-la.")),
        403: lambda: Refused(N_("Le serveur CoopCycle ne le permet pas avec cette clé.")),
        404: lambda: Refused(N_("Le serveur CoopCycle ne connaît pas cette adresse.")),
        429: lambda: TryAgain(N_("Le serveur CoopCycle demande d'attendre."), after=wait),
        503: lambda: Away(N_("Le serveur CoopCycle est fermé pour travaux."), after=wait),
    }
    if answer.status in known:
        return known[answer.status]()
    if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR and answer.status not in LATE:
        told = " ; ".join(f"{where} : {what}" if where else what for where, what in _told(said))
        return Refused(N_("Le serveur CoopCycle refuse. {reasons}"), reasons=told)
    text = N_("Le serveur CoopCycle est en panne (réponse {code}).")
    return answers.Unreadable(text, code=answer.status)


def _told(said: Any) -> list[tuple[str, str]]:
    return [(where[:80], what[:200]) for where, what in answers.violations(said)[:5]]


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
