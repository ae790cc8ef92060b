"""What we ask a bike co-op to carry, and how it is written for its server. Pure.

A wish is kept as plain data, so that what was priced is what is sent.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from kpa_core.api import N_, Refused

MOST_STOPS = 10
MOST_GRAMS = 300_000
MOST_PACKAGES = 99
LONGEST = 200


@dataclass(frozen=True)
class Window:
    """From when to when a courier may come, both in UTC; ``offered`` when the server said so."""

    after: datetime
    before: datetime
    offered: bool = False

    def written(self) -> str:
        """Return it as an interval of ISO 8601, as the server offers its slots."""
        return "/".join(f"{one.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for one in self.both)

    @property
    def both(self) -> tuple[datetime, datetime]:
        """The two ends."""
        return self.after, self.before

    @staticmethod
    def read(text: str, *, offered: bool = False) -> Window:
        """Read an interval.

        Raises:
            Refused: it is none, or it ends before it starts.
        """
        try:
            after, before = (_instant(one) for one in text.split("/"))
        except ValueError as error:
            why = N_("« {text} » n'est pas un créneau.")
            raise Refused(why, field="slot", text=text) from error
        if after >= before:
            raise Refused(N_("Le créneau finit avant de commencer."), field="slot")
        return Window(after, before, offered)


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)  # whose hours would these be?
    return moment.astimezone(UTC)


@dataclass(frozen=True)
class Stop:
    """A place to bring something to, and for whom; the phone is in international form.

    ``lat`` and ``lng`` in degrees spare the server's search for the address.
    """

    street: str
    contact: str = ""
    phone: str = ""
    note: str = ""
    lat: float | None = None
    lng: float | None = None
    packages: tuple[tuple[str, int], ...] = ()
    grams: int = 0

    @property
    def placed(self) -> bool:
        """Whether somebody said where it is on the map."""
        return self.lat is not None and self.lng is not None


@dataclass(frozen=True)
class Wish:
    """A delivery as we want it: from one place (the store's when empty) to one or more."""

    window: Window
    stops: tuple[Stop, ...]
    pickup: str = ""
    remarks: str = ""
    ref: str = field(default="", compare=False)

    def kept(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self) | {"window": self.window.written(), "offered": self.window.offered}

    @staticmethod
    def of(kept: dict[str, Any]) -> Wish:
        """Return what :meth:`kept` wrote."""
        stops = tuple(
            Stop(**{**one, "packages": tuple((kind, n) for kind, n in one["packages"])})
            for one in kept["stops"]
        )
        window = Window.read(kept["window"], offered=kept["offered"])
        return Wish(window, stops, kept["pickup"], kept["remarks"], kept["ref"])


def checked(wish: Wish) -> Wish:
    """Return the wish.

    Raises:
        Refused: nowhere to go, too many stops, a text, weight or number of packages out of range,
            or several stops without where they leave from.
    """
    if not wish.stops or not all(one.street.strip() for one in wish.stops):
        raise Refused(N_("Écris l'adresse de livraison."), field="street")
    if len(wish.stops) > MOST_STOPS:
        raise Refused(N_("{most} arrêts au plus. Fais une autre livraison."), most=MOST_STOPS)
    if len(wish.stops) > 1 and not wish.pickup.strip():
        raise Refused(N_("Avec plusieurs arrêts, écris d'où ça part."), field="pickup")
    for one in wish.stops:
        _check_stop(one)
    for where, text in (("pickup", wish.pickup), ("remarks", wish.remarks)):
        _check_text(where, text)
    return wish


def _check_stop(stop: Stop) -> None:
    for where in ("street", "contact", "note"):
        _check_text(where, getattr(stop, where))
    if not 0 <= stop.grams <= MOST_GRAMS:
        raise Refused(N_("Le poids va de 0 à 300 kg."), field="weight")
    if any(not 1 <= count <= MOST_PACKAGES for _, count in stop.packages):
        raise Refused(N_("Le nombre de colis va de 1 à 99."), field="count")
    known = (stop.lat is None) == (stop.lng is None)
    inside = not stop.placed or (abs(stop.lat or 0) <= 90 and abs(stop.lng or 0) <= 180)
    if not (known and inside):
        raise Refused(N_("La position s'écrit ainsi : 48.857, 2.354."), field="place")


def _check_text(where: str, text: str) -> None:
    if len(text) > LONGEST:
        raise Refused(N_("C'est trop long. Écris plus court."), field=where)


def body_of(wish: Wish) -> dict[str, Any]:
    """Return the body that prices, checks and creates a delivery.

    The slot goes as ``timeSlot``: sent as ``before``, only its last quarter of an hour would count.
    Our reference is in ``metadata``, by which a delivery is found again, and in the remarks.
    """
    drops = [_drop(wish, one) for one in wish.stops]
    if len(drops) == 1:
        pickup = {"address": wish.pickup} if wish.pickup else {}
        body: dict[str, Any] = {"dropoff": drops[0]}
        return {"pickup": pickup, **body} if pickup else body
    first = {"type": "pickup", "address": wish.pickup}
    return {"tasks": [first, *({"type": "dropoff", **one} for one in drops)]}


def _drop(wish: Wish, stop: Stop) -> dict[str, Any]:
    told = [one for one in (wish.remarks, f"ref {wish.ref}" if wish.ref else "") if one]
    drop: dict[str, Any] = {"address": _address(stop), "timeSlot": wish.window.written()}
    if told:
        drop["comments"] = "\n".join(told)
    if stop.grams:
        drop["weight"] = stop.grams
    if stop.packages:
        drop["packages"] = [{"type": kind, "quantity": count} for kind, count in stop.packages]
    if wish.ref:
        drop["metadata"] = {"kpa_ref": wish.ref}
    return drop


def _address(stop: Stop) -> dict[str, Any]:
    address: dict[str, Any] = {"streetAddress": stop.street}
    if stop.placed:
        address["latLng"] = [stop.lat, stop.lng]
    named = {"contactName": stop.contact, "telephone": stop.phone, "description": stop.note}
    return address | {key: value for key, value in named.items() if value}
