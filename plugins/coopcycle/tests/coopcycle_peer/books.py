"""What the server keeps: stores, addresses, deliveries and their tasks, orders, webhooks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from coopcycle_peer.times import QUARTER, ZONE, window, written

VOLUMES = {"SMALL": (1, "SM"), "MEDIUM": (2, "MD"), "XL": (3, "XL")}
HERE = ("272, rue Saint Honoré 75001 Paris 1er", 48.864577, 2.333338)
HOME = "https://coop.example"
UNKNOWN = "nowhere"
"""A street the geocoder does not find."""


class CannotGeocode(Exception):
    """The real server dereferences null here, and answers 500."""


class Missing(Exception):
    """Tasks that say no time: their places."""


class BadPhone(Exception):
    """A number nobody can call."""


@dataclass
class Task:
    """A stop of a delivery."""

    id: int
    kind: str
    address: dict[str, Any]
    after: datetime
    before: datetime
    comments: str = ""
    weight: int | None = None
    packages: list[tuple[str, int]] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    status: str = "TODO"
    assigned: bool = False


@dataclass
class Delivery:
    """Tasks, a price, and the store that asked."""

    id: int
    store: int
    tasks: list[Task]
    total: int | None
    tax: int


@dataclass
class Books:
    """One server's memory. ``price`` is in cents, tax included."""

    now: datetime | None = None
    home: str = HOME
    price: int = 499
    most_km: float | None = None
    deliveries: dict[int, Delivery] = field(default_factory=dict)
    webhooks: dict[int, dict[str, str]] = field(default_factory=dict)
    tasks_made: int = 0
    addresses_made: int = 1
    slots: tuple[tuple[int, int], ...] = ((12, 14), (14, 17))
    store_contact: dict[str, str] = field(default_factory=dict)

    @property
    def moment(self) -> datetime:
        """What time it is on the server."""
        return self.now or datetime.now(UTC)

    def make(self, asked: dict[str, Any], store: int) -> Delivery:
        """Make a delivery and keep it."""
        tasks = self.tasks_of(asked)
        number = max(self.deliveries, default=0) + 1
        tax = self.price - round(self.price / 1.2)
        made = Delivery(number, store, tasks, self.price, tax)
        self.deliveries[number] = made
        return made

    def tasks_of(self, asked: dict[str, Any]) -> list[Task]:
        """Return the tasks a body speaks of."""
        listed = asked.get("tasks")
        if listed is None:
            listed = [{"type": "pickup", **(asked.get("pickup") or {})}]
            listed.append({"type": "dropoff", **(asked.get("dropoff") or {})})
        windows = [window(one, self.moment) for one in listed]
        ends = [one for one in windows if one]
        if not ends:
            raise Missing([i for i, one in enumerate(windows) if one is None])
        tasks = [self._task(one, span or _before(ends)) for one, span in zip(listed, windows)]  # noqa: B905
        _sum_up(tasks)
        return tasks

    def _task(self, asked: dict[str, Any], span: tuple[datetime, datetime]) -> Task:
        self.tasks_made += 1
        kind = asked.get("type", "dropoff").upper()
        carried = [(one["type"], int(one["quantity"])) for one in asked.get("packages") or ()]
        return Task(
            self.tasks_made,
            kind,
            self._address(asked.get("address")),
            *span,
            comments=asked.get("comments", ""),
            weight=asked.get("weight") or None,
            packages=[one for one in carried if one[0] in VOLUMES],  # others are dropped unsaid
            metadata=dict(asked.get("metadata") or {}),
            tags=_tags(asked.get("tags") or []),
        )

    def _address(self, asked: Any) -> dict[str, Any]:
        if asked is None:
            return _place(1, {"streetAddress": HERE[0], "latLng": HERE[1:]}) | self.store_contact
        self.addresses_made += 1
        given = asked if isinstance(asked, dict) else {"streetAddress": asked}
        if UNKNOWN in given["streetAddress"] and "latLng" not in given:
            raise CannotGeocode
        return _place(self.addresses_made, given)


def _place(number: int, given: dict[str, Any]) -> dict[str, Any]:
    lat, lng = given.get("latLng") or (48.8566, 2.3522)
    return {
        "@id": f"/api/addresses/{number}",
        "@type": "http://schema.org/Place",
        "geo": {"@type": "GeoCoordinates", "latitude": lat, "longitude": lng},
        "provider": None,
        "streetAddress": given["streetAddress"],
        "telephone": _phone(given.get("telephone")),
        "name": None,
        "contactName": given.get("contactName"),
        "description": given.get("description"),
    }


def _phone(text: Any) -> str | None:
    if not text:
        return None
    digits = "".join(one for one in text if one.isdigit() or one == "+")
    if digits.startswith("0") and len(digits) == 10:
        return "+33" + digits[1:]
    if digits.startswith("+") and len(digits) > 8:
        return digits
    raise BadPhone


def _tags(asked: Any) -> list[str]:
    return asked.split() if isinstance(asked, str) else list(asked)


def _before(ends: list[tuple[datetime, datetime]]) -> tuple[datetime, datetime]:
    first = ends[-1][1] - timedelta(minutes=5)
    return first - QUARTER, first


def _sum_up(tasks: list[Task]) -> None:
    """The pickup repeats what the dropoffs weigh and carry, and says it in words."""
    pickups = [one for one in tasks if one.kind == "PICKUP"]
    drops = [one for one in tasks if one.kind == "DROPOFF"]
    carried: dict[str, int] = {}
    for kind, count in (pair for one in drops for pair in one.packages):
        carried[kind] = carried.get(kind, 0) + count
    weight = sum(one.weight or 0 for one in drops)
    words = [f"{count} × {kind}" for kind, count in carried.items()]
    words += [f"{weight / 1000:.2f} kg"] if weight else []
    for one in pickups:
        one.comments = "\n".join(part for part in (one.comments, "\n".join(words)) if part)
        if len(pickups) == 1:
            one.weight, one.packages = weight or None, list(carried.items())


def shown_task(task: Task) -> dict[str, Any]:
    """Return a task as the server writes it."""
    after, before = written(task.after), written(task.before)
    return {
        "@id": f"/api/tasks/{task.id}",
        "@type": "Task",
        "id": task.id,
        "type": task.kind,
        "status": task.status,
        "address": task.address,
        "doneAfter": after,
        "after": after,
        "before": before,
        "doneBefore": before,
        "comments": task.comments,
        "weight": task.weight,
        "packages": [_package(*one) for one in task.packages],
        "barcode": {"barcode": f"6767{task.id}8076", "label": {"token": "x", "url": "x"}},
        "createdAt": written(task.after - timedelta(days=1)),
        "tags": [_tag(one) for one in task.tags],
        "metadata": task.metadata,
    }


def _tag(slug: str) -> dict[str, str]:
    colour = {"cold": "#FF0000", "mon-tag": "#FF00B4"}.get(slug, "#FFFFFF")
    return {"name": slug.replace("-", " ").upper(), "slug": slug, "color": colour}


def _package(kind: str, count: int) -> dict[str, Any]:
    volume, code = VOLUMES[kind]
    return {
        "type": kind,
        "name": kind,
        "quantity": count,
        "volume_per_package": volume,
        "short_code": code,
        "labels": [],
        "tasks": [],
    }


def shown(delivery: Delivery, path: str = "", home: str = HOME) -> dict[str, Any]:
    """Return a delivery as the server writes it."""
    number, tasks = delivery.id, [shown_task(one) for one in delivery.tasks]
    order = {
        "@id": f"/api/orders/{number}",
        "@type": "http://schema.org/Order",
        "number": f"A{number}",
        "total": delivery.total,
        "taxTotal": delivery.tax,
        "paymentGateway": "stripe",
    }
    return {
        "@context": "/api/contexts/Delivery",
        "@id": path or f"/api/deliveries/{number}",
        "@type": "http://schema.org/ParcelDelivery",
        "id": number,
        "distance": 1500,
        "duration": 300,
        "polyline": "ifgiHsfniA",
        "tasks": tasks,
        "pickup": tasks[0],
        "dropoff": tasks[-1],
        "trackingUrl": f"{home}/d/{number:08x}",
        "order": order if delivery.total is not None else None,
    }


def day(books: Books) -> datetime:
    """Return the start of the server's day."""
    return books.moment.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
