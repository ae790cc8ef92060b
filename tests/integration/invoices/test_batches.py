"""Many invoices at once: each is issued by itself, and one that is refused stops no other."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from kpa_core.activities.models import OrderLine
from kpa_core.commands import Session
from kpa_core.errors import Refused, Unavailable
from kpa_core.invoices import cli
from kpa_core.invoices.making import batch, issuing
from kpa_core.invoices.models import Document

from .test_many_at_once import numbers, ready


def run(house: Any, who: str = "treasurer") -> Any:
    session = Session(lambda: house.kpa.instance, lambda _work, _token: house.people[who])
    return CliRunner().invoke(cli.invoices, ["issue-due"], obj=session)


def test_what_is_done_is_invoiced_in_one_go(house: Any) -> None:
    ready(house, 5)
    house.order()  # its work is not done

    told = run(house)

    assert told.exit_code == 0, told.output
    assert "Factures émises : 5." in told.stdout
    assert numbers(house) == [1, 2, 3, 4, 5]
    assert "Factures émises : 0." in run(house).stdout


def test_one_that_is_refused_is_named_and_stops_no_other(house: Any) -> None:
    orders = ready(house, 3)
    with house.work("kpa") as work, work.transaction() as session:
        session.execute(sa.delete(OrderLine).where(OrderLine.order_id == orders[1]))

    told = run(house)

    assert isinstance(told.exception, Refused)
    assert "C-2026-0002 : C-2026-0002 n'a pas encore de prix." in told.stdout
    assert numbers(house) == [1, 2]
    assert house.state(orders[1]) == "done"


def test_what_waits_at_the_carriers_is_not_handed_over_again(drafting_house: Any) -> None:
    ready(drafting_house, 2)
    run(drafting_house)
    run(drafting_house)
    with drafting_house.work("kpa") as work:
        assert work.session.scalar(sa.select(sa.func.count(Document.id))) == 2


def test_a_member_without_the_right_issues_nothing(house: Any) -> None:
    orders = ready(house, 1)
    assert run(house, "stranger").exception is not None
    assert house.state(orders[0]) == "done"


def test_a_machine_that_cannot_go_on_stops_the_batch(house: Any, monkeypatch: Any) -> None:
    ready(house, 3)
    really, told = issuing.issue, []

    def issue(work: Any, order_id: Any) -> Document:
        if told:
            raise Unavailable("plein")
        told.append(order_id)
        return really(work, order_id)

    monkeypatch.setattr(issuing, "issue", issue)
    with house.work() as work, pytest.raises(Unavailable):
        list(batch.issue_each(work, batch.due(work)))
    assert numbers(house) == [1]
