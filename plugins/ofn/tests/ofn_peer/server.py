"""The server on loopback: shops, orders that change, a catalogue; faults on demand."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote

from ofn_peer.facts import fact, lacks

KEY = "a-key-of-ofn"
SHOP, HOST = "3", "http://test.host"
HTML = b"<html><h1>Maintenance</h1></html>"


@dataclass
class Sold:
    """An order of a customer; amounts as the server keeps them."""

    id: int
    number: str
    items: list[tuple[str, int, str, int | None]]
    """Name, quantity, price of one, category of VAT."""
    fees: list[tuple[str, str, int | None]] = field(default_factory=list)
    hidden: str = "0"
    """Fees inside lines: in the total, in no list."""
    state: str = "complete"
    payment: str = "paid"
    cycle: int = 2
    changed: datetime = field(default_factory=lambda: datetime.now(UTC))
    completed: datetime = field(default_factory=lambda: datetime.now(UTC))
    shop: str = SHOP

    @property
    def item_total(self) -> Decimal:
        """What the lines come to, rounded as the server does."""
        found = sum((Decimal(price) * n for _, n, price, _ in self.items), Decimal(0))
        return found.quantize(Decimal("0.01"))

    @property
    def adjustment_total(self) -> Decimal:
        """All fees, shown and hidden."""
        return sum((Decimal(amount) for _, amount, _ in self.fees), Decimal(self.hidden))


class Peer:
    """A running server; ``down`` makes every request fail, ``faults`` the next ones."""

    def __init__(self) -> None:
        self.orders: dict[str, Sold] = {}
        self.articles: dict[str, dict[str, Any]] = {"10001": _article("10001", "Pommes", 250, 5)}
        self.cycle_open = True
        self.faults: deque[str] = deque()
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.wrong: list[str] = []
        self.down = ""
        self.currency = "dfc-m:Euro"
        self.server = _Server(("127.0.0.1", 0), self)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    @property
    def place(self) -> str:
        """Its name and port."""
        return f"127.0.0.1:{self.server.server_address[1]}"

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://{self.place}"

    def sell(self, *items: Any, number: str = "", **more: Any) -> Sold:
        """Sell something; returns the order."""
        at = len(self.orders) + 1
        sold = Sold(at, number or f"R{at:09}", list(items), **more)
        self.orders[sold.number] = sold
        return sold

    def count(self, start: str) -> int:
        """Return how many requests came to an address that starts so."""
        return sum(1 for _, path, _, _ in self.asked if path.startswith(start))

    def close(self) -> None:
        """Stop."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    # --- what it says -------------------------------------------------------------------------

    def answer(self, method: str, path: str, headers: Any, body: Any) -> tuple[int, Any]:
        """Return a status and what is said."""
        place, _, query = path.partition("?")
        asked = parse_qs(query)
        key = headers.get("X-Spree-Token" if "/v0/" in place else "X-Api-Token")
        if key not in (None, KEY):
            return 401, {"error": f"Invalid API key ({key}) specified."}
        for verb, pattern, does, fits in (
            ("GET", r"/api/v0/orders", self._list, "v0-orders-list-full-example-unverified"),
            (
                "GET",
                r"/api/v0/orders/([^/]+)",
                self._order,
                "v0-order-show-full-example-unverified",
            ),
            ("GET", r"/api/v0/shops/(\d+)", self._shop, "v0-shop-show-full-example-unverified"),
            (
                "GET",
                r"/api/v0/order_cycles/(\d+)/products",
                self._products,
                "v0-order-cycle-products",
            ),
            ("GET", r"/api/dfc/enterprises/(\d+)/catalog_items", self._catalog, CATALOG),
            ("PUT", r"/api/dfc/enterprises/3/offers/(\d+)", self._set, ""),
        ):
            found = re.fullmatch(pattern, place)
            if verb == method and found:
                if key is None and does not in (self._shop, self._products):
                    return 401, {"error": "You are not authorized to perform that action."}
                status, said = does(asked, body, *map(unquote, found.groups()))
                if status == 200 and fits:
                    self.wrong += [f"{path}{one}" for one in lacks(fact(fits).answer, said)]
                return status, said
        return 404, {"error": "The resource you were looking for could not be found."}

    def _list(self, asked: dict[str, list[str]], _body: Any) -> tuple[int, Any]:
        rows = [one for one in self.orders.values() if one.shop in asked["q[distributor_id_eq]"]]
        if "q[updated_at_gt]" in asked:
            since = datetime.fromisoformat(asked["q[updated_at_gt]"][0])
            rows = [one for one in rows if one.changed > since]
        assert asked["q[s]"] == ["id asc"]
        rows.sort(key=lambda one: one.id)
        size, page = int(asked["per_page"][0]), int(asked["page"][0])
        shown = rows[(page - 1) * size : page * size]
        pages = {"results": len(rows), "pages": 1, "page": page, "per_page": size}
        return 200, {"orders": [_summary(one) for one in shown], "pagination": pages}

    def _order(self, _asked: Any, _body: Any, number: str) -> tuple[int, Any]:
        sold = self.orders.get(number)
        if sold is None:
            return 404, {"error": "The resource you were looking for could not be found."}
        template = fact("v0-order-show-full-example-unverified").answer
        lines = [
            {
                **template["line_items"][0],
                "id": n,
                "quantity": quantity,
                "price": price,
                "tax_category_id": category,
                "variant": {**template["line_items"][0]["variant"], "product_name": name},
            }
            for n, (name, quantity, price, category) in enumerate(sold.items)
        ]
        fees = [
            {**template["adjustments"][0], "amount": amount, "label": label, "tax_category_id": cat}
            for label, amount, cat in sold.fees
        ]
        return 200, {**template, **_summary(sold), "line_items": lines, "adjustments": fees}

    def _shop(self, _asked: Any, _body: Any, number: str) -> tuple[int, Any]:
        if number != SHOP:
            return 404, {"error": "The resource you were looking for could not be found."}
        template = fact("v0-shop-show-full-example-unverified").answer
        return 200, {**template, "name": "Halle de Moulins", "active": self.cycle_open}

    def _products(self, asked: dict[str, list[str]], _body: Any, _cycle: str) -> tuple[int, Any]:
        if not self.cycle_open:
            return 404, {}
        page = int(asked["page"][0])
        rows = list(self.articles.values())[(page - 1) * 10 : page * 10]  # ten, whatever was asked
        return 200, [
            {
                "id": int(one["id"]),
                "name": one["name"],
                "variants": [
                    {
                        "id": int(one["id"]),
                        "unit_to_display": "1kg",
                        "price_with_fees": str(Decimal(one["cents"]) / 100),
                        "producer": {"name": "Ferme"},
                    }
                ],
            }
            for one in rows
        ]

    def _catalog(self, _asked: Any, _body: Any, number: str) -> tuple[int, Any]:
        if number != SHOP:
            return 404, ""
        if not self.articles:
            return 200, ""
        base = f"{HOST}/api/dfc/enterprises/{number}"
        graph: list[dict[str, Any]] = []
        for one in self.articles.values():
            offer, product = f"{base}/offers/{one['id']}", f"{base}/supplied_products/{one['id']}"
            graph.append(
                {
                    "@id": f"{base}/catalog_items/{one['id']}",
                    "@type": "dfc-b:CatalogItem",
                    "dfc-b:references": product,
                    "dfc-b:sku": one["sku"],
                    "dfc-b:stockLimitation": one["stock"],
                    "dfc-b:offeredThrough": offer,
                    "dfc-b:managedBy": base,
                }
            )
            graph.append(
                {"@id": product, "@type": "dfc-b:SuppliedProduct", "dfc-b:name": one["name"]}
            )
            price = {
                "@type": "dfc-b:Price",
                "dfc-b:value": one["cents"] / 100,
                "dfc-b:hasUnit": self.currency,
            }
            graph.append(
                {
                    "@id": offer,
                    "@type": "dfc-b:Offer",
                    "dfc-b:hasPrice": price,
                    "dfc-b:stockLimitation": one["stock"],
                }
            )
        context = "https://w3id.org/dfc/ontology/context/context_1.16.0.json"
        return 200, {"@context": context, "@graph": graph}

    def _set(self, _asked: Any, body: Any, number: str) -> tuple[int, Any]:
        one = self.articles[number]
        one["cents"] = round(Decimal(str(body["dfc-b:hasPrice"])) * 100)
        one["stock"] = body["dfc-b:stockLimitation"]
        return 204, None


EXAMPLE = "full-example-unverified"
CATALOG = "dfc-get-enterprises-enterprise-id-catalog-items-200-with-given-enterprise-id"


def _article(number: str, name: str, cents: int, stock: int) -> dict[str, Any]:
    return {"id": number, "name": name, "cents": cents, "stock": stock, "sku": "AR"}


def _summary(sold: Sold) -> dict[str, Any]:
    template = fact("v0-orders-list-full-example-unverified").answer["orders"][0]
    return {
        **template,
        "id": sold.id,
        "number": sold.number,
        "state": sold.state,
        "payment_state": sold.payment,
        "completed_at": "octobre 03, 2026",  # localised: nobody may read it
        "completed_at_utc_iso8601": sold.completed.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "item_total": str(sold.item_total),
        "adjustment_total": str(sold.adjustment_total),
        "total": str(sold.item_total + sold.adjustment_total),
        "distributor": {"id": int(sold.shop)},
        "order_cycle": {"id": sold.cycle},
    }


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, where: tuple[str, int], peer: Peer) -> None:
        self.peer = peer
        super().__init__(where, _Handler)

    def handle_error(self, *_: Any) -> None:
        """A client that left is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        peer = self.server.peer
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.loads(raw) if raw else None
        peer.asked.append((self.command, self.path, dict(self.headers), body))
        how = peer.down or (peer.faults.popleft() if peer.faults else "")
        if how == "cut":
            self.close_connection = True
            self.connection.close()
            return
        if how == "html":
            self._send(503, HTML)
            return
        if how.isdigit():
            self._send(int(how), b'{"exception":"x"}')
            return
        status, said = peer.answer(self.command, self.path, self.headers, body)
        answer = b"" if said is None else json.dumps(said).encode()
        if how == "garbage":
            answer = b"<!doctype html>"
        if how == "drip":
            time.sleep(0.2)
        self._send(status, answer)

    do_GET = do_POST = do_PUT = _serve

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
