"""What the server says to each question: a status and a body. No network here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import parse_qs

from coopcycle_peer import books as keeping
from coopcycle_peer.books import Books, shown
from coopcycle_peer.times import BadTime, read

EVENTS = ("assigned", "started", "failed", "picked", "completed", "in_transit")
Said = tuple[int, Any]


@dataclass(frozen=True)
class Asker:
    """Who asks: an OAuth client of a store, an API key of it, a user, or nobody."""

    store: int = 0
    oauth: bool = True
    user: bool = False


@dataclass
class Coop:
    """The server: its books, and which requests came."""

    books: Books = field(default_factory=Books)

    def answer(self, method: str, path: str, body: Any, asker: Asker | None) -> Said:
        """Return a status and what is said."""
        place, _, query = path.partition("?")
        for verb, pattern, does in ROUTES:
            found = re.fullmatch(pattern, place)
            if verb == method and found:
                open_to_all = does in (_entry, _settings)
                if not open_to_all and (asker is None):
                    return 401, {"code": 401, "message": "Invalid credentials."}
                try:
                    return does(
                        self, asker or Asker(), body or {}, parse_qs(query), *found.groups()
                    )
                except keeping.CannotGeocode:
                    return 500, _error("Internal Server Error")
                except BadTime as error:
                    return 400, _error(f"Cannot parse {error}")
        return 404, _error("Not Found")


def _entry(*_: Any) -> Said:
    return 200, {"@context": "/api/contexts/Entrypoint", "@id": "/api", "@type": "Entrypoint"}


def _settings(*_: Any) -> Said:
    return 200, {
        "brand_name": "CoopCycle",
        "country": "fr",
        "locale": "fr",
        "stripe_publishable_key": "pk_1234567890",
        "payment_gateway": "stripe",
        "mercadopago_publishable_key": "TEST_123456",
        "latlng": "48.856613,2.352222",
        "currency_code": "eur",
        "phone_number": "+33612345678",
        "administrator_email": "dev@coopcycle.org",
        "guest_checkout_enabled": True,
        "split_terms_and_conditions_and_privacy_policy": False,
        "average_preparation_time": 10,
        "average_shipping_time": 10,
        "motto": None,
        "order_confirm_message": "",
        "edenred_client_id": "",
        "edenred_authorization_endpoint": "",
        "paygreen_public_key": None,
        "theme": [],
        "timezone": "Europe/Paris",
    }


def _me(_coop: Coop, asker: Asker, *_: Any) -> Said:
    return 200, {
        "@context": "/api/contexts/ApiApp",
        "@type": "http://schema.org/SoftwareApplication",
        "@id": f"/api/api_apps/{asker.store}",
        "store": f"/api/stores/{asker.store}",
        "shop": None,
        "name": "Acme" if asker.store == 1 else "Acme2",
    }


def _store(_coop: Coop, asker: Asker, _body: Any, _query: Any, number: str) -> Said:
    if int(number) != asker.store:
        return 403, _error("Access Denied.")
    address = Books()._address(None)
    return 200, {
        "@context": "/api/contexts/Store",
        "@id": f"/api/stores/{number}",
        "@type": "http://schema.org/Store",
        "id": int(number),
        "name": "Acme",
        "enabled": True,
        "address": address,
        "timeSlot": "/api/time_slots/1",
        "timeSlots": ["/api/time_slots/1"],
        "pricingRuleSet": "/api/pricing_rule_sets/1",
        "weightRequired": False,
        "packagesRequired": False,
        "prefillPickupAddress": True,
        "multiDropEnabled": True,
        "multiPickupEnabled": False,
        "cashOnDeliveryEnabled": False,
    }


def _price(coop: Coop, asker: Asker, body: Any, query: Any) -> Said:
    if not _own(asker, body):
        return 403, _error("Access Denied.")
    amount = coop.books.price
    tax = amount - round(amount / 1.2)
    net = query.get("tax") == ["excluded"]
    item = {
        "@id": "/api/order_items/1",
        "@type": "OrderItem",
        "name": "Livraison à la demande",
        "variantName": "Supplément de commande",
        "vendor": None,
        "player": None,
        "variant": {
            "@id": "/api/product_variants/1",
            "@type": "ProductVariant",
            "code": "CPCCL-ODDLVR-1",
            "name": "Supplément de commande",
        },
        "quantity": 1,
        "unitPrice": 0,
        "total": amount,
        "adjustments": {
            "order_item_package_delivery_calculated": [
                {"label": f"1 × Plus de 0.00 km - €{amount / 100:.2f}", "amount": amount}
            ],
            "tax": [{"label": "TVA 20%", "amount": tax}],
        },
    }
    tasks = coop.books.tasks_of({"dropoff": {"before": "tomorrow 13:00"}, **body})
    return 200, {
        "@context": "/api/contexts/RetailPrice",
        "@id": "/api/retail_prices/1",
        "@type": "RetailPrice",
        "amount": amount - tax if net else amount,
        "currency": "EUR",
        "tax": {"amount": tax, "included": not net},
        "order": {
            "@id": "/api/orders/1",
            "@type": "Order",
            "items": [item],
            "total": amount,
            "taxTotal": tax,
            "shippingAddress": tasks[-1].address,
            "paymentGateway": "stripe",
        },
        "calculation": {"@id": "/api/calculations/1"},
    }


def _assert(coop: Coop, _asker: Asker, body: Any, _query: Any) -> Said:
    if coop.books.most_km is not None and coop.books.most_km < 5:
        return 400, _violations([("items", None)])
    coop.books.tasks_of(body)
    return 200, []


def _create(coop: Coop, asker: Asker, body: Any, _query: Any) -> Said:
    if not _own(asker, body):
        return 403, _error("Access Denied.")
    slots = [one.get("timeSlot") for one in _stops(body) if one.get("timeSlotUrl")]
    offered = {row["value"] for row in _offered(coop)}
    if any(one not in offered for one in slots):
        return 400, _error("task.timeSlot.invalid")
    try:
        made = coop.books.make(body, asker.store or 1)
    except keeping.Missing as missing:
        return 400, _violations([(f"items[{i}].task.doneBefore", "c1") for i in missing.args[0]])
    except keeping.BadPhone:
        return 400, _error("The string supplied did not seem to be a phone number.")
    return 201, shown(made, home=coop.books.home)


def _stops(body: Any) -> list[Any]:
    return body.get("tasks") or [body.get("pickup") or {}, body.get("dropoff") or {}]


def _read(coop: Coop, asker: Asker, _body: Any, _query: Any, number: str) -> Said:
    found = coop.books.deliveries.get(int(number))
    if found is None:
        return 404, _error("Not Found")
    if not asker.user and found.store != asker.store:
        return 403, _error("Access Denied.")
    return 200, shown(found, home=coop.books.home)


def _cancel(coop: Coop, asker: Asker, body: Any, query: Any, number: str) -> Said:
    status, said = _read(coop, asker, body, query, number)
    if status != 200:
        return status, said
    found = coop.books.deliveries[int(number)]
    if any(one.assigned for one in found.tasks):
        return 400, _error("Tasks have already been assigned")
    for one in found.tasks:
        one.status = "CANCELLED"
    return 204, None


def _end(coop: Coop, asker: Asker, body: Any, query: Any, number: str, which: str) -> Said:
    status, said = _read(coop, asker, body, query, number)
    if status != 200:
        return status, said
    found = coop.books.deliveries[int(number)]
    (found.tasks[0] if which == "pick" else found.tasks[-1]).status = "DONE"
    return 200, shown(found, f"/api/deliveries/{number}/{which}")


def _list(coop: Coop, asker: Asker, _body: Any, query: Any, number: str) -> Said:
    if int(number) != asker.store:
        return 403, _error("Access Denied.")
    rows = [one for one in coop.books.deliveries.values() if one.store == asker.store]
    if "dropoff.before[after]" in query:
        since = read(query["dropoff.before[after]"][0], coop.books.moment)
        rows = [one for one in rows if one.tasks[-1].before >= since]
    rows.sort(key=lambda one: (one.tasks[-1].before, one.id), reverse=True)
    size = min(int(query.get("itemsPerPage", ["15"])[0]), 100)
    start = (int(query.get("page", ["1"])[0]) - 1) * size
    members = [shown(one, home=coop.books.home) for one in rows[start : start + size]]
    for one in members:
        del one["@context"]
    return 200, {
        "@context": "/api/contexts/Delivery",
        "@id": f"/api/stores/{number}/deliveries",
        "@type": "hydra:Collection",
        "hydra:member": members,
        "hydra:totalItems": len(rows),
        "hydra:view": {"@id": "x", "@type": "hydra:PartialCollectionView"},
        "hydra:search": {"@type": "hydra:IriTemplate"},
    }


def _choices(coop: Coop, *_: Any) -> Said:
    return 200, {
        "@context": {"@vocab": "http://x/api/docs.jsonld#", "hydra": "x", "choices": "x"},
        "@type": "TimeSlotChoices",
        "@id": "/api/time_slots/choices",
        "choices": _offered(coop),
    }


def _offered(coop: Coop) -> list[dict[str, Any]]:
    rows = []
    for ahead, word in ((0, "Aujourd'hui"), (1, "Demain")):
        for start, end in coop.books.slots:
            first = keeping.day(coop.books) + timedelta(days=ahead, hours=start)
            last = first + timedelta(hours=end - start)
            utc = [one.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for one in (first, last)]
            rows.append(
                {
                    "@context": "/api/contexts/TimeSlotChoice",
                    "@id": f"/api/time_slot_choices/{len(rows)}",
                    "@type": "TimeSlotChoice",
                    "value": "/".join(utc),
                    "label": f"{word} entre {start}:00 et {end}:00",
                }
            )
    return rows


def _hook(coop: Coop, asker: Asker, body: Any, _query: Any) -> Said:
    if not asker.oauth:
        return 403, _error("Access Denied.")
    if body.get("event") not in (*(f"delivery.{one}" for one in EVENTS), "order.created"):
        return 400, _violations([("event", "c1")])
    number = len(coop.books.webhooks) + 1
    made = {"url": body["url"], "event": body["event"], "secret": f"secret-{number}="}
    coop.books.webhooks[number] = {**made, "store": str(asker.store)}
    place = f"/api/webhooks/{number}"
    return 201, {"@context": "/api/contexts/Webhook", "@id": place, "@type": "Webhook", **made}


def _hook_one(coop: Coop, asker: Asker, _body: Any, _query: Any, number: str) -> Said:
    found = coop.books.webhooks.get(int(number))
    if found is None or found["store"] != str(asker.store):
        return 403, _error("Access Denied.")
    return 200, {key: found[key] for key in ("url", "event")}


def _unhook(coop: Coop, asker: Asker, body: Any, query: Any, number: str) -> Said:
    status, said = _hook_one(coop, asker, body, query, number)
    if status == 200:
        del coop.books.webhooks[int(number)]
        return 204, None
    return status, said


def _own(asker: Asker, body: Any) -> bool:
    return asker.user or "store" not in body or body["store"] == f"/api/stores/{asker.store}"


def _error(told: str) -> dict[str, Any]:
    return {
        "@context": "/api/contexts/Error",
        "@type": "hydra:Error",
        "hydra:title": "An error occurred",
        "hydra:description": told,
        "trace": [],
    }


def _violations(rows: list[tuple[str, str | None]]) -> dict[str, Any]:
    return {
        "@context": "/api/contexts/ConstraintViolationList",
        "@type": "ConstraintViolationList",
        "hydra:title": "An error occurred",
        "hydra:description": "; ".join(where for where, _ in rows),
        "violations": [
            {"propertyPath": where, "message": "Cette valeur est invalide.", "code": code}
            for where, code in rows
        ],
    }


ROUTES: tuple[tuple[str, str, Any], ...] = (
    ("GET", r"/api", _entry),
    ("GET", r"/api/settings", _settings),
    ("GET", r"/api/me", _me),
    ("GET", r"/api/stores/(\d+)", _store),
    ("GET", r"/api/stores/(\d+)/deliveries", _list),
    ("POST", r"/api/retail_prices/calculate", _price),
    ("POST", r"/api/deliveries/assert", _assert),
    ("POST", r"/api/deliveries", _create),
    ("GET", r"/api/deliveries/(\d+)", _read),
    ("DELETE", r"/api/deliveries/(\d+)", _cancel),
    ("PUT", r"/api/deliveries/(\d+)/(pick|drop)", _end),
    ("GET", r"/api/time_slots/choices", _choices),
    ("GET", r"/api/time_slots/1/choices", _choices),
    ("POST", r"/api/webhooks", _hook),
    ("GET", r"/api/webhooks/(\d+)", _hook_one),
    ("DELETE", r"/api/webhooks/(\d+)", _unhook),
)
