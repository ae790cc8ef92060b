"""R3 and R4: several processes and threads issue at once; a form sent twenty times issues once."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from kpa_core.activities import asking
from kpa_core.activities.lines import NewLine, row_of
from kpa_core.demo.browser import hidden_fields
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import Document
from kpa_core.invoices.proof import verification
from kpa_core.once import OnceRow

EACH, EACH_AT_LENGTH = 80, 2_000
P99_SECONDS = 0.25
LINE = NewLine("Buffet oriental", Decimal(40), 1500, 1000)
ISSUERS = """
import json, multiprocessing, sys, time
from pathlib import Path
from uuid import UUID

from kpa_core import db
from kpa_core.features import open_instance
from kpa_core.invoices.making import issuing
from kpa_core.work import KPA

root, shares, defect = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()), sys.argv[3:]
if defect:  # the transaction SQLAlchemy begins by itself: what a writer reads may be old
    db.begin_write = lambda session: None


def issue_all(orders):
    instance = open_instance(root)
    gate.wait()
    issued, errors, times = [], [], []
    for order_id in orders:
        began = time.perf_counter()
        try:
            with instance.work(KPA) as work:
                issued.append(issuing.issue(work, UUID(order_id)).number)
        except Exception as error:
            errors.append(type(error).__name__)
        times.append(time.perf_counter() - began)
    return {"issued": issued, "errors": errors, "p99": sorted(times)[len(times) * 99 // 100]}


alike = multiprocessing.get_context("fork")  # loaded once; nothing is open yet
gate = alike.Barrier(len(shares))
with alike.Pool(len(shares)) as crew:
    print(json.dumps(crew.map(issue_all, shares, chunksize=1)))
"""


def ready(house: Any, count: int) -> list[UUID]:
    """Return orders whose work is done, made in one go: what is tried here comes after."""
    with house.work("one") as work, work.transaction() as session:
        made = []
        for _ in range(count):
            wanted = asking.Wanted(title="Buffet pour 40 personnes", day=work.today)
            order = asking.add_order(work, house.activity_id, house.customer_id, wanted)
            session.add(row_of(LINE, order, 1, None))
            order.state = "done"
            made.append(order.id)
    return made


def in_processes(house: Any, share: list[list[UUID]], *defect: str) -> list[dict[str, Any]]:
    """Issue each share in a process of its own, all at once."""
    root: Path = house.kpa.instance.settings.root
    url = house.kpa.instance.settings.database.url
    (root / "kpa.toml").write_text(
        f'[instance]\nname = "Essai"\n[database]\nurl = "{url}"\n', encoding="utf-8"
    )
    path = root / "orders.json"
    path.write_text(json.dumps([[str(one) for one in orders] for orders in share]))
    words = [sys.executable, "-c", ISSUERS, str(root), str(path), *defect]
    told = subprocess.run(words, stdout=subprocess.PIPE, text=True, timeout=1_800, check=True)
    return list(json.loads(told.stdout))


def numbers(house: Any) -> list[int]:
    with house.work("kpa") as work:
        query = sa.select(Document.number).where(Document.number.is_not(None))
        return sorted(int(number.rpartition("-")[2]) for number in work.session.scalars(query))


@pytest.mark.parametrize(
    ("each", "p99"),
    [(EACH, 5.0), pytest.param(EACH_AT_LENGTH, P99_SECONDS, marks=pytest.mark.long)],
)
def test_two_processes_give_every_number_once(each: int, p99: float, house: Any) -> None:
    orders = ready(house, 2 * each)

    told = in_processes(house, [orders[:each], orders[each:]])

    assert [one["errors"] for one in told] == [[], []]
    assert numbers(house) == list(range(1, 2 * each + 1))
    print("p99:", [round(one["p99"] * 1000) for one in told], "ms")
    assert max(one["p99"] for one in told) < p99
    with house.work("kpa") as work:
        assert all(one.holds for one in verification.verify(work.session))


def test_the_trial_sees_the_defect_it_is_made_for(sqlite_house) -> None:
    """With the transactions SQLAlchemy begins by itself, writers fail or numbers come twice."""
    orders = ready(sqlite_house, 120)

    told = in_processes(sqlite_house, [orders[:60], orders[60:]], "defect")

    refused = Counter(error for one in told for error in one["errors"])
    assert refused or numbers(sqlite_house) != list(range(1, 121))


def test_eight_threads_give_every_number_once(house) -> None:
    orders = ready(house, 64)

    def issue(order_id: UUID) -> str | None:
        with house.work() as work:
            return issuing.issue(work, order_id).number

    with ThreadPoolExecutor(8) as pool:
        issued = list(pool.map(issue, orders))

    assert len(set(issued)) == 64
    assert numbers(house) == list(range(1, 65))


def test_the_same_order_from_two_hands_is_invoiced_once(house) -> None:
    orders = ready(house, 10)
    gate = threading.Barrier(2)

    def issue(order_id: UUID) -> str:
        gate.wait(timeout=60)
        try:
            with house.work() as work:
                return issuing.issue(work, order_id).number or ""
        except Exception as error:
            return type(error).__name__

    for order_id in orders:
        with ThreadPoolExecutor(2) as pool:
            told = sorted(pool.map(issue, [order_id, order_id]))
        assert told[0].startswith("KPA-2026-"), told
        assert told[1] in ("Refused", "Conflict"), told
    assert numbers(house) == list(range(1, 11))


def test_a_form_sent_many_times_issues_once(house) -> None:
    """As in one process; 500 keys on a site that is killed are in ``serving/test_kills.py``."""
    times, orders = 8, ready(house, 6)
    app = house.kpa.app
    with house.kpa.client_for(house.people["treasurer"]) as browser:
        name = app.config["SESSION_COOKIE_NAME"]
        browser.get("/aujourdhui")  # from the first page on, the cookie knows the forms' token
        cookie = browser.client.get_cookie(name)
        assert cookie is not None

        def send(order_id: UUID, fields: dict[str, str]) -> tuple[int, str]:
            client = app.test_client()
            client.set_cookie(name, cookie.value)
            answer = client.post(f"/commandes/{order_id}/facture", data=fields)
            return answer.status_code, answer.headers.get("Location", "")

        for order_id in orders:
            url = f"/commandes/{order_id}"
            fields = hidden_fields(browser.get(f"{url}/papier").text, f"{url}/facture")
            with ThreadPoolExecutor(times) as pool:
                told = set(pool.map(send, [order_id] * times, [fields] * times))
            assert len(told) == 1, told
            assert next(iter(told))[0] == 303
            assert send(order_id, fields) in told  # and once more, later

        other = {**fields, "surprise": "yes"}
        assert send(orders[-1], other)[0] == 409
    assert numbers(house) == list(range(1, 7))
    with house.work("kpa") as work:
        kept = sa.select(sa.func.count()).where(OnceRow.route.endswith("/facture"))
        assert work.session.scalar(kept) == 6
