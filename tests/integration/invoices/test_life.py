"""After issue: money in excess, reminders and the customer's word."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core import jobs
from kpa_core.accounts import mail
from kpa_core.activities import customers
from kpa_core.errors import NotFound, Refused
from kpa_core.invoices import links, todo
from kpa_core.invoices.drafts import correcting
from kpa_core.invoices.life import follow_ups, overpayments, reminder_texts, reminders
from kpa_core.invoices.life.models import FollowUp, Reminder
from kpa_core.invoices.making import issuing, quote_mail, quotes
from kpa_core.invoices.models import Document
from kpa_core.invoices.paying import dues, payments
from kpa_core.work import VISITOR

TODAY = date(2026, 11, 23)
PARIS = ZoneInfo("Europe/Paris")


def paid(house: Any, document: Any, cents: int, **more: Any) -> None:
    with house.work("host") as work:
        payments.record_payment(work, document.id, cents, work.today, **more)


def after(days: int) -> Any:
    """Travel to some days after the invoices fell due (30 days from NOON)."""
    day = TODAY + timedelta(days=30 + days)
    return time_machine.travel(datetime(day.year, day.month, day.day, 12, tzinfo=PARIS), tick=True)


# --- money in excess ------------------------------------------------------------------------------


def test_more_than_owed_is_a_question_and_never_shared(house) -> None:
    document = house.issued()

    with pytest.raises(Refused, match="dis oui") as refused:
        paid(house, document, 70_000)
    assert refused.value.field == "more"
    paid(house, document, 70_000, more_is_right=True)

    with house.work() as work:
        found = work.session.get_one(Document, document.id)
        assert dues.confirmed_cents(work.session, found.id) == 70_000
        assert dues.of_document(work.session, found).shareable == 66_000
        assert overpayments.over_cents(work.session, found) == 4_000
        overpayments.decide(work, found.id, "keep")
        overpayments.decide(work, found.id, "give_back")
        assert overpayments.choice_of(work.session, found) == "give_back"
    assert house.state(document.order_id) == "paid"

    paid(house, document, -4_000, note="rendu")
    with house.work() as work:
        found = work.session.get_one(Document, document.id)
        assert overpayments.over_cents(work.session, found) == 0
        with pytest.raises(Refused, match="pas d'argent en trop"):
            overpayments.decide(work, found.id, "keep")


def test_a_credited_invoice_takes_no_money_in_excess(house) -> None:
    document = house.issued()
    with house.work() as work:
        issuing.credit(work, document.id, "erreur")
    with pytest.raises(Refused):
        paid(house, document, 1, more_is_right=True)


# --- reminders ------------------------------------------------------------------------------------


def due(house: Any) -> list[tuple[UUID, int]]:
    with house.work() as work:
        return [(one.document.id, one.step) for one in reminders.overdue(work)]


def test_each_step_comes_once(house) -> None:
    document = house.issued()
    with after(6):
        assert due(house) == []
    with after(7):
        assert due(house) == [(document.id, 1)]
        with house.work() as work:
            reminders.sent_by_hand(work, document.id)
        assert due(house) == []
        with house.work() as work, pytest.raises(Refused, match="pas de relance"):
            reminders.sent_by_hand(work, document.id)
    with after(21):
        assert due(house) == [(document.id, 2)]


def test_a_new_schedule_goes_on_from_the_last_reminder(house) -> None:
    document = house.issued()
    with after(7), house.work() as work:
        reminders.sent_by_hand(work, document.id)
    with house.work("host") as work:
        reminders.set_schedule(work, house.carrier_id, [5, 30])

    with after(8):
        assert due(house) == []  # the fifth day was before the reminder that left
    with after(30):
        assert due(house) == [(document.id, 2)]
    with house.work("host") as work:
        reminders.set_schedule(work, house.carrier_id, [31])
    with after(30):
        assert due(house) == []
    with after(31):
        assert due(house) == [(document.id, 2)]
        with house.work() as work:
            reminders.sent_by_hand(work, document.id)
        assert due(house) == []


def test_a_silence_makes_no_flood(house) -> None:
    document = house.issued()
    with after(60):
        assert due(house) == [(document.id, 3)]
        with house.work() as work:
            reminders.sent_by_hand(work, document.id)
        assert due(house) == []


def test_what_needs_no_money_is_not_reminded(house) -> None:
    credited, whole, part = house.issued(), house.issued(), house.issued()
    with house.work() as work:
        issuing.credit(work, credited.id, "erreur")
    paid(house, whole, 66_000)
    paid(house, part, 10_000)
    with house.work("treasurer") as work:  # announced, not confirmed: the customer did pay
        payments.record_payment(work, part.id, 6_000, work.today)

    with after(10), house.work() as work:
        (found,) = reminders.overdue(work)
        assert (found.document.id, found.left_cents) == (part.id, 50_000)


def test_professionals_read_the_law_and_people_do_not(house) -> None:
    document = house.issued()
    with house.work("one") as work:
        known = customers.find_customer(work, house.customer_id)
        customers.change_customer(work, known.id, known.version, {"kind": "person"})
    to_person = house.issued()

    with after(10), house.work() as work:
        texts = {
            one.document.id: reminder_texts.letter(work, one) for one in reminders.overdue(work)
        }
    law, plain = texts[document.id].text, texts[to_person.id].text
    assert "40 €" in law
    assert "D441-5" in law
    assert "660,00" in law.replace("\N{NO-BREAK SPACE}", "")
    assert "40 €" not in plain
    assert "pénalités" not in plain
    assert texts[document.id].url in law


def test_the_customers_word_pauses_and_asks(house) -> None:
    document = house.issued()
    with house.kpa.work(VISITOR) as work:
        token = links.invoice_token(work.instance, document.id)
    with after(10):
        with house.kpa.work(VISITOR) as work:
            day = TODAY + timedelta(days=38)
            follow_ups.claim_by_link(
                work, token, paid_on=day, method="transfer", by_name="Mme Durand"
            )
        assert due(house) == []
        with house.work() as work:
            assert [one.id for one in follow_ups.claimed(work, 5)] == [document.id]
            found = work.session.get_one(Document, document.id)
            assert dues.claimed_cents(work.session, found.id) == 0
            follow_ups.answer(work, document.id, "not_arrived")
            assert list(follow_ups.claimed(work, 5)) == []
        assert due(house) == [(document.id, 1)]


CLAIMS_REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "tomorrow": ({"paid_on": TODAY + timedelta(days=1)}, "aujourd'hui"),
    "before the invoice": ({"paid_on": TODAY - timedelta(days=1)}, "aujourd'hui"),
    "nobody": ({"by_name": "  "}, "votre nom"),
    "some way": ({"method": "bitcoin"}, "comment"),
}


@pytest.mark.parametrize(("change", "said"), CLAIMS_REFUSED.values(), ids=CLAIMS_REFUSED)
def test_claims_that_cannot_be(house, change: dict[str, Any], said: str) -> None:
    document = house.issued()
    given = {"paid_on": TODAY, "method": "transfer", "by_name": "Mme Durand", **change}
    with house.kpa.work(VISITOR) as work, pytest.raises(Refused, match=said):
        follow_ups.claim_by_link(work, links.invoice_token(work.instance, document.id), **given)


def test_a_replaced_invoice_says_which_replaces_it(house) -> None:
    document = house.issued()
    with house.work() as work:
        correcting.reopen(work, document.id, "le prix")
        newer = issuing.issue(work, document.order_id)
    given = {"paid_on": TODAY, "method": "transfer", "by_name": "Mme Durand"}
    with house.kpa.work(VISITOR) as work, pytest.raises(Refused, match=str(newer.number)):
        follow_ups.claim_by_link(work, links.invoice_token(work.instance, document.id), **given)


def test_a_claim_is_taken_once_and_a_quotes_link_opens_no_invoice(house) -> None:
    document = house.issued()
    given = {"paid_on": TODAY, "method": "transfer", "by_name": "Mme Durand"}
    with house.kpa.work(VISITOR) as work:
        token = links.invoice_token(work.instance, document.id)
        follow_ups.claim_by_link(work, token, **given)
        with pytest.raises(Refused, match="déjà noté"):
            follow_ups.claim_by_link(work, token, **given)
        for wrong in (token + "x", links.quote_token(work.instance, document.id)):
            with pytest.raises(NotFound):
                follow_ups.invoice_of_link(work, wrong)


def test_an_invoice_in_correction_is_not_reminded(house) -> None:
    document = house.issued()

    def told() -> tuple[bool, bool, bool]:
        with house.work() as work:
            found = work.session.get_one(Document, document.id)
            offered = reminders.due_of(work.session, found) is not None
            return due(house) != [], offered, list(todo._late(work)) != []

    with after(10):
        assert told() == (True, True, True)
        with house.work() as work:
            correcting.reopen(work, document.id, "le prix")
        assert told() == (False, False, False)
        with house.work() as work, pytest.raises(Refused, match="pas de relance"):
            reminders.sent_by_hand(work, document.id)
        house.approve(document.order_id)
        with house.work("one") as work:
            quote = quotes.send_quote(work, document.order_id)
            quotes.answer_quote(work, quote.id, "accepted", by_name="Mme Durand")
        assert told() == (False, False, False)


def test_stopped_means_stopped(house) -> None:
    document = house.issued()
    with after(10):
        with house.work() as work:
            follow_ups.answer(work, document.id, "stopped")
            follow_ups.answer(work, document.id, "stopped")
        assert due(house) == []
        with house.work() as work:
            assert work.session.scalar(sa.select(sa.func.count(FollowUp.id))) == 1
            follow_ups.answer(work, document.id, "resumed")
        assert due(house) == [(document.id, 1)]


@pytest.mark.parametrize("days", [[21, 7], [7, 7], [0], [366], [1, 2, 3, 4, 5, 6, 7]])
def test_schedules_that_cannot_be(house, days: list[int]) -> None:
    with house.work("host") as work, pytest.raises(Refused, match="qui montent"):
        reminders.set_schedule(work, house.carrier_id, days)


@pytest.fixture
def mails(house, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let mail leave into a list, and reminders leave by themselves."""
    sent: list[str] = []
    monkeypatch.setattr(mail, "send", lambda _settings, message, key: sent.append(key))
    monkeypatch.setattr(quote_mail, "can_mail", lambda _work, _order: True)
    with house.work("host") as work:
        reminders.set_schedule(work, house.carrier_id, [5, 20])
    return sent


def run_jobs(house: Any, times: int = 1) -> None:
    for _ in range(times):
        with house.work("kpa") as work, work.transaction():
            reminders.plan_mails(work, {})
        jobs.run_due(house.kpa.instance)


def test_the_mail_of_a_step_leaves_once(house, mails: list[str]) -> None:
    document = house.issued()
    with after(5):
        run_jobs(house, 3)
    assert [one for one in mails if "reminder" in one] == [f"reminder-{document.id}-1"]
    with after(21):
        run_jobs(house, 2)
    assert len([one for one in mails if "reminder" in one]) == 2
    with house.work() as work:
        rows = list(work.session.scalars(sa.select(Reminder).order_by(Reminder.step)))
        assert [(one.step, one.channel) for one in rows] == [(1, "mail"), (2, "mail")]


def test_money_that_comes_between_planning_and_sending_stops_the_mail(
    house, mails: list[str]
) -> None:
    document = house.issued()
    with after(5):
        with house.work("kpa") as work, work.transaction():
            reminders.plan_mails(work, {})
        paid(house, document, 66_000)
        jobs.run_due(house.kpa.instance)
    assert [one for one in mails if "reminder" in one] == []


def test_a_mail_of_a_step_that_passed_does_not_leave(house, mails: list[str]) -> None:
    document = house.issued()
    with after(20), house.work("kpa") as work:
        assert reminders.still_due(work, document.id, 1) is None
        found = reminders.still_due(work, document.id, 2)
        assert found is not None
        assert found.step == 2


def test_two_workers_send_one_mail(house, mails: list[str]) -> None:
    house.issued()
    with after(5):
        with house.work("kpa") as work, work.transaction():
            reminders.plan_mails(work, {})
        workers = [
            threading.Thread(target=jobs.run_due, args=(house.kpa.instance,), kwargs={"worker": w})
            for w in ("one", "two")
        ]
        for one in workers:
            one.start()
        for one in workers:
            one.join()
    assert len([one for one in mails if "reminder" in one]) == 1


def test_without_a_schedule_nothing_leaves_by_itself(
    house, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quote_mail, "can_mail", lambda _work, _order: True)
    document = house.issued()
    with after(8):
        with house.work("kpa") as work, work.transaction():
            reminders.plan_mails(work, {})
            asked = sa.text("SELECT count(*) FROM job WHERE kind = 'invoices.reminder_mail'")
            assert work.session.scalar(asked) == 0
        assert due(house) == [(document.id, 1)]
