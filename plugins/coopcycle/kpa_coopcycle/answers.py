"""Read what a CoopCycle server answers: a missing key is refused by name, more keys are let be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from kpa_core.api import N_, KpaError

T = TypeVar("T")
Status = Literal["todo", "doing", "done", "failed", "cancelled"]
TASKS = ("TODO", "DOING", "DONE", "FAILED", "CANCELLED")


class Unreadable(KpaError):
    """The server answered otherwise than its contract says."""

    status = 502


@dataclass(frozen=True)
class Server:
    """How a server is set: its currency in capitals, its IANA time zone, its country."""

    currency: str
    zone: str
    country: str


@dataclass(frozen=True)
class Client:
    """Who the server takes us for: the path of our store, and our name there."""

    store: str
    name: str


@dataclass(frozen=True)
class Store:
    """Where a store's deliveries leave from, and what each must say."""

    address: str
    weight_required: bool
    packages_required: bool


@dataclass(frozen=True)
class Price:
    """A price in cents, with the tax that is in it or that comes on top of it."""

    amount_cents: int
    tax_cents: int
    tax_included: bool
    currency: str

    @property
    def net_cents(self) -> int:
        """The price without tax."""
        return self.amount_cents - (self.tax_cents if self.tax_included else 0)


@dataclass(frozen=True)
class Delivery:
    """A delivery as the server has it: its path, where it is, the link to follow it by."""

    path: str
    status: Status
    tracking_url: str
    refs: frozenset[str]
    """The references that its tasks carry, ours among them (``metadata.kpa_ref``)."""
    total_cents: int | None
    tax_cents: int | None
    street: str = ""
    """The last address, as the server understood it."""
    packages: tuple[tuple[str, int], ...] = ()
    """What all dropoffs carry: a package of a kind the server does not know is left out of it."""

    @property
    def number(self) -> int:
        """The number at the end of the path."""
        tail = self.path.rpartition("/")[2]
        return int(tail) if tail.isdigit() else 0


def server(said: Any) -> Server:
    """Read ``GET /api/settings``."""
    return Server(
        _get(said, "currency_code", str).upper(),
        _get(said, "timezone", str),
        _get(said, "country", str),
    )


def client(said: Any) -> Client:
    """Read ``GET /api/me``: the only way to learn which store is ours."""
    return Client(_get(said, "store", str), _get(said, "name", str))


def token(said: Any) -> tuple[str, int]:
    """Read ``POST /oauth2/token``: the token, and for how many seconds it is good."""
    return _get(said, "access_token", str), _get(said, "expires_in", int)


def price(said: Any) -> Price:
    """Read ``POST /api/retail_prices/calculate``."""
    tax = _get(said, "tax", dict)
    return Price(
        _get(said, "amount", int),
        _get(tax, "amount", int, "tax."),
        _get(tax, "included", bool, "tax."),
        _get(said, "currency", str),
    )


def delivery(said: Any) -> Delivery:
    """Read a delivery; some old ones have no order, and no price then."""
    order = said.get("order") if isinstance(said, dict) else None
    tasks = tasks_of(said)
    return Delivery(
        path=_get(said, "@id", str).removesuffix("/pick").removesuffix("/drop"),
        status=status_of([(one["type"], one["status"]) for one in tasks]),
        tracking_url=_get(said, "trackingUrl", str),
        refs=frozenset(_refs(tasks)),
        total_cents=_get(order, "total", int, "order.") if order else None,
        tax_cents=_get(order, "taxTotal", int, "order.") if order else None,
        street=_street(tasks[-1]),
        packages=_packages(tasks),
    )


def tasks_of(said: Any) -> list[dict[str, Any]]:
    """Return the tasks of a delivery; a server that lists none gives the two it names."""
    listed = _get(said, "tasks", list)
    tasks = listed or [_get(said, "pickup", dict), _get(said, "dropoff", dict)]
    for one in tasks:
        if one.get("status") not in TASKS or one.get("type") not in ("PICKUP", "DROPOFF"):
            raise _unreadable("tasks[].status")
    return tasks


def status_of(tasks: list[tuple[str, str]]) -> Status:
    """Return where a delivery is: done when every dropoff that still counts is.

    A webhook that says "completed" speaks of one dropoff only (coopcycle-web, ``Webhook.php:34``).
    """
    counted = [one for one in tasks if one[1] != "CANCELLED"]
    if not counted:
        return "cancelled"
    if any(status == "FAILED" for _, status in counted):
        return "failed"
    ends = [status for kind, status in counted if kind == "DROPOFF"]
    if ends and all(status == "DONE" for status in ends):
        return "done"
    return "doing" if any(status != "TODO" for _, status in counted) else "todo"


def members(said: Any) -> list[dict[str, Any]]:
    """Read a page of a collection."""
    return _get(said, "hydra:member", list)


def choices(said: Any) -> list[str]:
    """Read the slots that are offered; their labels speak of "today" and are old tomorrow."""
    return [_get(one, "value", str) for one in _get(said, "choices", list)]


def store(said: Any) -> Store:
    """Read ``GET /api/stores/1``."""
    address = said.get("address") if isinstance(said, dict) else None
    return Store(
        _get(address, "streetAddress", str, "address.") if address else "",
        _get(said, "weightRequired", bool),
        _get(said, "packagesRequired", bool),
    )


def secret(said: Any) -> str:
    """Read what ``POST /api/webhooks`` says once."""
    return _get(said, "secret", str)


def violations(said: Any) -> list[tuple[str, str]]:
    """Return the fields a server refused and what it says of each; none when it names none.

    The sentences come in the server's language and change: decide nothing by them.
    """
    if not isinstance(said, dict):
        return []
    rows = said.get("violations")
    if said.get("@type") == "ConstraintViolationList" and isinstance(rows, list):
        named = [one for one in rows if isinstance(one, dict)]
        return [(str(one.get("propertyPath")), str(one.get("message"))) for one in named]
    told = said.get("hydra:description") or said.get("message")
    return [("", told)] if isinstance(told, str) else []


def _refs(tasks: list[dict[str, Any]]) -> list[str]:
    noted = [one.get("metadata") for one in tasks]
    found = [one.get("kpa_ref") for one in noted if isinstance(one, dict)]
    return [one for one in found if isinstance(one, str)]


def _street(task: dict[str, Any]) -> str:
    address = task.get("address")
    found = address.get("streetAddress") if isinstance(address, dict) else None
    return found if isinstance(found, str) else ""


def _packages(tasks: list[dict[str, Any]]) -> tuple[tuple[str, int], ...]:
    """Sum what the dropoffs carry; the pickup repeats the sum of them all."""
    summed: dict[str, int] = {}
    for task in tasks:
        for one in task.get("packages") or () if task["type"] == "DROPOFF" else ():
            kind = str(one.get("type") or one.get("name") or "")
            summed[kind] = summed.get(kind, 0) + int(one.get("quantity") or 0)
    return tuple(sorted(summed.items()))


def _get(said: Any, key: str, kind: type[T], inside: str = "") -> T:
    value = said.get(key) if isinstance(said, Mapping) else None
    # A bool is an int to Python; to a contract it is not.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise _unreadable(inside + key)
    return value


def _unreadable(key: str) -> Unreadable:
    text = N_("Le serveur CoopCycle a répondu sans « {key} », ou autrement que prévu.")
    return Unreadable(text, key=key)
