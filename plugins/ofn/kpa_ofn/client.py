"""Ask an Open Food Network server: orders by its first API, the catalogue by the DFC's.

Each call may be made again without doubling anything: reading, and setting a price or a stock.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from kpa_core.api import (
    N_,
    Away,
    Deadline,
    HttpAnswer,
    NotFound,
    Refused,
    TryAgain,
    parse_web_address,
)
from kpa_ofn import answers, dfc
from kpa_ofn.amounts import Unreadable

if TYPE_CHECKING:
    from kpa_core.api import SafeHttp

JSON = "application/json"
PATIENCE = 45.0
PAGE = 100
MOST_PAGES = 1000
MOST_BYTES = 16 * 2**20
"""A catalogue comes whole, without pages."""
NEAR = ("127.0.0.1", "::1", "localhost")
MUTE = (401, 403)


class OpenFood:
    """One server, asked as one of its users; the key has all the rights of that user."""

    def __init__(self, http: SafeHttp, address: str, key: str = "") -> None:
        target = parse_web_address(address)
        if target.scheme != "https" and target.host not in NEAR:
            raise Refused(N_("L'adresse {address} doit commencer par https://."), address=address)
        self.http, self.address, self._key = http, address.rstrip("/"), key

    def orders(self, shop: str, since: datetime | None) -> Iterator[answers.Summary]:
        """Yield a shop's orders that changed after an instant, page after page.

        By id and not by the time of change: an order that changes while we read would move, and
        push another one over the edge of a page that was read already.
        """
        asked = {"q[distributor_id_eq]": shop, "q[completed_at_not_null]": "true"}
        if since is not None:
            asked["q[updated_at_gt]"] = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        for page in range(1, MOST_PAGES + 1):
            more = {**asked, "q[s]": "id asc", "page": str(page), "per_page": str(PAGE)}
            found = answers.orders(self._v0(f"/api/v0/orders?{urlencode(more)}"))
            yield from found
            if len(found) < PAGE:
                return
        raise Unreadable(N_("La liste des commandes ne finit pas."))

    def order(self, number: str) -> answers.Order:
        """Return one order, whole.

        Raises:
            NotFound: there is none of that number.
        """
        return answers.order(self._v0(f"/api/v0/orders/{quote(number, safe='')}"))

    def shop(self, shop: str) -> answers.Shop:
        """Return a shop's public face."""
        return answers.shop(self._v0(f"/api/v0/shops/{quote(shop, safe='')}"))

    def products(self, shop: str, cycle: str) -> Iterator[answers.Product]:
        """Yield what a shop sells in an order cycle; nothing when the cycle is closed."""
        for page in range(1, MOST_PAGES + 1):
            asked = urlencode({"distributor": shop, "page": page, "per_page": PAGE})
            try:
                said = self._v0(f"/api/v0/order_cycles/{quote(cycle, safe='')}/products?{asked}")
            except NotFound:
                return
            yield from answers.products(said)
            if not said:
                return  # its pages may be shorter than asked: only an empty one is the last

    def articles(self, enterprise: str) -> list[dfc.Article]:
        """Return the whole catalogue of an enterprise."""
        path = f"/api/dfc/enterprises/{quote(enterprise, safe='')}/catalog_items"
        return dfc.articles(self._dfc("GET", path))

    def set_offer(self, offer: str, price_cents: int, stock: int) -> None:
        """Set the price and the stock of what is sold."""
        self._dfc("PUT", offer, dfc.offer_body(self.address, offer, price_cents, stock))

    def _v0(self, path: str) -> Any:
        return _read(self._send("GET", path, {"X-Spree-Token": self._key}, None))

    def _dfc(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return _read(self._send(method, path, {"X-Api-Token": self._key}, body))

    def _send(
        self, method: str, path: str, key: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> HttpAnswer:
        # A path may come from the server: it names a place on it, never another machine.
        if not path.startswith("/") or path.startswith("//"):
            raise Refused(N_("« {path} » n'est pas une adresse de ce serveur."), path=path)
        headers = {"Accept": JSON}
        if body is not None:
            headers["Content-Type"] = JSON
        if self._key:
            headers |= key
        return self.http.fetch(
            method,
            self.address + path,
            headers=headers,
            body=None if body is None else json.dumps(body).encode(),
            deadline=Deadline(PATIENCE),
            max_bytes=MOST_BYTES,
            hops=0,
        )


def _read(answer: HttpAnswer) -> Any:
    if answer.status in (HTTPStatus.OK, HTTPStatus.CREATED):
        return _json(answer.body)
    if answer.status == HTTPStatus.NO_CONTENT:
        return None
    raise _why(answer)


def _why(answer: HttpAnswer) -> Exception:
    wait = None if answer.retry_after is None else timedelta(seconds=answer.retry_after)
    if answer.status in MUTE:
        # What it says repeats the key: nothing of it is told or kept.
        return Refused(N_("Le serveur Open Food Network refuse la clé, ou elle n'a pas ce droit."))
    if answer.status == HTTPStatus.NOT_FOUND:
        return NotFound(N_("Le serveur Open Food Network ne connaît pas cette adresse."))
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return TryAgain(N_("Le serveur Open Food Network demande d'attendre."), after=wait)
    if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return Away(N_("Le serveur Open Food Network est fermé pour travaux."), after=wait)
    if answer.status == HTTPStatus.BAD_REQUEST:
        return Refused(N_("Le serveur Open Food Network ne comprend pas la demande."))
    # 422 is what it says of any fault of its own, too: worth another try.
    text = N_("Le serveur Open Food Network est en panne (réponse {code}).")
    return Unreadable(text, code=answer.status)


def _json(body: bytes) -> Any:
    if body in (b"", b'""'):
        return ""
    try:
        return json.loads(body, parse_float=Decimal)
    except ValueError as error:
        raise Unreadable(N_("Le serveur Open Food Network n'a pas répondu en JSON.")) from error
