"""Quotes: approved by two, frozen, sent by a link, answered once."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core.accounts import mail
from kpa_core.activities import asking, customers, lines
from kpa_core.activities import service as orders
from kpa_core.audit import AuditEntry
from kpa_core.errors import NotFound, Refused, TryAgain
from kpa_core.invoices import documents, links
from kpa_core.invoices.making import quote_mail, quotes
from kpa_core.invoices.sealing import freezing
from kpa_core.jobs import run_due
from kpa_core.outbox import JobRow
from kpa_core.work import VISITOR

LATER = datetime(2027, 1, 15, tzinfo=UTC)


def token_of(house: Any, document: Any) -> str:
    return links.quote_token(house.kpa.instance, document.id)


def answer(house: Any, document: Any, said: str = "accepted", name: str = "Mme Durand") -> None:
    with house.kpa.work(VISITOR) as work:
        quotes.answer_by_link(work, token_of(house, document), said, by_name=name)


def test_a_quote_leaves_with_two_yeses_and_not_with_one(house) -> None:
    order_id = house.order()
    house.approve(order_id, "quote", "one", "one")
    with house.work("one") as work, pytest.raises(Refused, match=r"manquent sur .* : 1\."):
        quotes.send_quote(work, order_id)
    house.approve(order_id, "quote", "two")

    with house.work("one") as work:
        document = quotes.send_quote(work, order_id)

    assert (document.kind, document.reference, document.number) == ("quote", "D-2026-0001", None)
    assert document.to_pay_cents == 66_000
    assert house.state(order_id) == "quoted"


def test_a_yes_to_another_price_does_not_count(house) -> None:
    order_id = house.order()
    house.approve(order_id)
    with house.work("one") as work:
        line = orders.lines_of(work.session, order_id)[0]
        cheaper = lines.NewLine("Buffet oriental", line.quantity, 1_400, 1000)
        lines.change_line(work, line.id, line.version, cheaper)

    with house.work("one") as work, pytest.raises(Refused, match=r"manquent sur .* : 2\."):
        quotes.send_quote(work, order_id)


def test_a_quote_is_sent_once(house) -> None:
    document = house.quoted()

    with house.work("one") as work, pytest.raises(Refused, match="déjà parti"):
        quotes.send_quote(work, document.order_id)


def test_a_visitors_card_is_read_before_a_paper_bears_it(house) -> None:
    with house.kpa.work(VISITOR) as work:
        who = customers.NewCustomer("Zoé", "person", phone="0612345678")
        order = asking.ask(work, who, asking.Wanted(title="Repas", day=work.today))
        order_id, customer_id = order.id, order.customer_id
    with house.work("one") as work:
        lines.add_line(work, order_id, lines.NewLine("Repas", Decimal(1), 1_000, 1000))
    house.approve(order_id)
    with house.work("one") as work, pytest.raises(Refused, match="vient du site"):
        quotes.send_quote(work, order_id)

    with house.work("one") as work:
        card = customers.find_customer(work, customer_id)
        customers.change_customer(work, customer_id, card.version, {"name": "Zoé"})
        assert quotes.send_quote(work, order_id).reference == "D-2026-0001"


def test_the_customer_accepts_by_the_link_without_an_account(house) -> None:
    document = house.quoted()

    answer(house, document)

    assert house.state(document.order_id) == "accepted"
    with house.work("kpa") as work:
        said = documents.events_of(work.session, document)[-1]
        assert (said.kind, said.by_name, said.created_by) == ("accepted", "Mme Durand", None)
        logged = sa.select(AuditEntry.actor_kind).where(AuditEntry.capability == "public.sign")
        assert list(work.session.scalars(logged)) == ["visitor"]


def test_the_customer_refuses_by_the_link(house) -> None:
    document = house.quoted()

    answer(house, document, "refused")

    assert house.state(document.order_id) == "declined"


@pytest.mark.parametrize(("first", "second"), [("accepted", "refused"), ("refused", "accepted")])
def test_an_answer_is_given_once(house, first: str, second: str) -> None:
    document = house.quoted()
    answer(house, document, first)

    with pytest.raises(Refused, match="déjà"):
        answer(house, document, second)
    assert house.state(document.order_id) == quotes.ANSWERS[first]


def test_a_quote_out_of_date_cannot_be_accepted(house) -> None:
    document = house.quoted()
    assert document.valid_until is not None

    with time_machine.travel(LATER, tick=False), pytest.raises(Refused, match="plus valable"):
        answer(house, document)
    with time_machine.travel(datetime(2026, 12, 23, 22, 30, tzinfo=UTC), tick=False):
        answer(house, document)  # half past eleven in Paris, on the last day


def test_a_newer_quote_replaces_the_link_of_the_older(house) -> None:
    old = house.quoted()
    with house.work("one") as work:
        orders.move(work, old.order_id, "asked")
        new = quotes.send_quote(work, old.order_id)

    with pytest.raises(Refused, match="plus récent"):
        answer(house, old)
    answer(house, new)
    assert house.state(old.order_id) == "accepted"


def test_a_quote_taken_back_waits_for_no_answer(house) -> None:
    document = house.quoted()
    with house.work("one") as work:
        orders.move(work, document.order_id, "asked")

    with pytest.raises(Refused, match="n'attend plus"):
        answer(house, document)


def test_an_answer_has_a_name(house) -> None:
    document = house.quoted()

    with pytest.raises(Refused) as refused:
        answer(house, document, name="  ")
    assert refused.value.field == "name"
    with pytest.raises(Refused):
        answer(house, document, "perhaps")


def test_links_cannot_be_guessed_changed_or_used_for_other_papers(house) -> None:
    quote, other = house.quoted(), house.quoted()
    invoice = house.issued()
    good, another = token_of(house, quote), token_of(house, other)
    forged = [
        "",
        quote.id.hex,
        f"{good}x",
        f"{another.split('.')[0]}.{good.split('.')[1]}",
        good.swapcase(),
        token_of(house, invoice),
    ]

    with house.kpa.work(VISITOR) as work:
        assert quotes.quote_of_link(work, good).id == quote.id
        for token in forged:
            with pytest.raises(NotFound):
                quotes.quote_of_link(work, token)


def test_another_kpa_signs_other_links(make_kpa, make_house) -> None:
    house = make_house()
    document = house.quoted()
    neighbour = make_kpa()

    theirs = links.quote_token(neighbour.instance, document.id)

    with pytest.raises(NotFound):
        links.document_id_of(house.kpa.instance, theirs)


# --- how it reaches the customer ------------------------------------------------------------------


@pytest.fixture
def post(house, monkeypatch) -> list[Any]:
    """Give the house a mail server that only remembers."""
    sent: list[Any] = []
    settings = house.kpa.instance.settings
    with_mail = settings.model_copy(
        update={"mail": settings.mail.model_copy(update={"host": "127.0.0.1", "sender": "k@k.fr"})}
    )
    monkeypatch.setattr(house.kpa.instance, "settings", with_mail)
    monkeypatch.setattr(mail, "send", lambda _settings, message, key: sent.append((message, key)))
    return sent


def events(house: Any, document: Any) -> list[str]:
    with house.work("kpa") as work:
        return [event.kind for event in documents.events_of(work.session, document)]


def test_the_link_leaves_by_mail_once(house, post) -> None:
    document = house.quoted()

    run_due(house.kpa.instance)
    run_due(house.kpa.instance)

    ((message, key),) = post
    assert message.email == "mairie@example.org"
    assert links.quote_url(house.kpa.instance, document.id) in message.text
    assert "D-2026-0001" in message.subject
    assert str(document.id) in key
    assert events(house, document) == ["sent", "mailed"]


def test_a_mail_that_may_have_left_is_said_and_not_sent_again(house, post, monkeypatch) -> None:
    def cut(*_: object) -> None:
        post.append("tried")
        raise mail.Unknown("cut")

    monkeypatch.setattr(mail, "send", cut)
    document = house.quoted()

    for _ in range(3):
        run_due(house.kpa.instance)
    assert post == ["tried"]
    assert events(house, document) == ["sent", "maybe_mailed"]


def test_a_mail_server_that_is_away_is_tried_again(house, post, monkeypatch) -> None:
    def away(*_: object) -> None:
        raise TryAgain("later")

    document = house.quoted()
    with monkeypatch.context() as now:
        now.setattr(mail, "send", away)
        run_due(house.kpa.instance)
    assert events(house, document) == ["sent"]

    with time_machine.travel(datetime(2026, 11, 24, tzinfo=UTC), tick=True):
        run_due(house.kpa.instance)
    assert events(house, document) == ["sent", "mailed"]


def test_a_quote_taken_back_is_no_longer_mailed(house, post) -> None:
    document = house.quoted()
    with house.work("one") as work:
        orders.move(work, document.order_id, "asked")

    run_due(house.kpa.instance)

    assert post == []


def test_without_a_mail_server_somebody_sends_the_link(house) -> None:
    document = house.quoted()

    with house.work("one") as work:
        order = orders.find_order(work, document.order_id)
        hand = quote_mail.by_hand(work, order, document)
        asked = sa.select(JobRow.kind).where(JobRow.kind == "invoices.quote_mail")
        assert work.session.scalar(asked) is None
    assert hand.url.endswith(token_of(house, document))
    assert hand.mailto.startswith("mailto:mairie@example.org?subject=")
    assert hand.sms == ""


def test_no_line_changes_while_the_quote_leaves(house, meanwhile) -> None:
    order_id = house.order()
    house.approve(order_id)

    def raise_the_price() -> None:
        with house.work("two") as work:
            [line] = lines.lines_of(work.session, order_id)
            dearer = lines.NewLine("Buffet oriental", Decimal(40), 1800, 1000)
            lines.change_line(work, line.id, line.version, dearer)

    changed = meanwhile(freezing, "record", raise_the_price)
    with house.work("one") as work:
        quote = quotes.send_quote(work, order_id)

    assert isinstance(changed(), Refused)
    with house.work("one") as work:
        assert sum(map(lines.amount, lines.lines_of(work.session, order_id))) == quote.net_cents
