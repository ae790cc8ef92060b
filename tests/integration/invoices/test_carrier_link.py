"""A carrier answers on one page, by its link: no account, and never more than the link's maker."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core import clock
from kpa_core.accounts.models import Account
from kpa_core.audit import AuditEntry
from kpa_core.errors import NotFound, Refused
from kpa_core.invoices import bills, documents, links
from kpa_core.invoices.carrier import carrier_links, carriers
from kpa_core.invoices.carrier.models import CarrierLink, DocumentSeen
from kpa_core.invoices.life import by_carrier
from kpa_core.invoices.models import Carrier, CarrierAnswer, Document, Payment
from kpa_core.invoices.paying import dues, payments
from kpa_core.members.models import Role
from kpa_core.work import VISITOR


def address(house: Any, document: Document, who: str = "treasurer") -> str:
    with house.work(who) as work:
        link = carrier_links.make_link(work, document.id)
        return "/maison/" + links.carrier_token(work.instance, link.id)


def answer(browser: Any, url: str, document: Document, what: str, **fields: Any) -> Any:
    page = f"{url}?papier={document.reference}"
    return browser.submit(page, page=page, answer=what, **fields)


def count(house: Any, model: type[Any]) -> int:
    with house.work("kpa") as work:
        return work.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


ISSUED = {"number": "OPT-2026-9", "issued_on": "2026-11-23", "gross_cents": "660,00"}


def test_seen_issued_and_paid_without_an_account(drafting_house: Any) -> None:
    document = drafting_house.issued()
    url = address(drafting_house, document, "host")
    with drafting_house.kpa.browser() as carrier:
        shown = carrier.get(url)
        assert "À recopier" in shown.text
        assert "Ne vaut pas facture" in shown.text
        assert 'name="robots" content="noindex"' in shown.text
        assert carrier.client.get(f"{url}/pdf").data.startswith(b"%PDF-")
        for _ in range(2):
            assert answer(carrier, url, document, "seen").status == 200
        assert count(drafting_house, DocumentSeen) == 1
        assert "facture est notée" in answer(carrier, url, document, "issued", **ISSUED).sentence()
        assert drafting_house.state(document.order_id) == "invoiced"
        paid = {"amount": "660,00", "received_on": "2026-11-23"}
        assert "paiement est noté" in answer(carrier, url, document, "paid", **paid).sentence()
        assert "Rien ne vous attend" in carrier.get(url).sentence()
    assert drafting_house.state(document.order_id) == "paid"


def test_the_log_says_that_the_carrier_did_it_by_its_link(drafting_house: Any) -> None:
    document = drafting_house.issued()
    url = address(drafting_house, document, "host")
    with drafting_house.kpa.browser() as carrier:
        answer(carrier, url, document, "issued", **ISSUED)
    with drafting_house.work("kpa") as work:
        party = work.session.get_one(Carrier, drafting_house.carrier_id).party_id
        query = sa.select(AuditEntry).where(AuditEntry.via == "link")
        entries = list(work.session.scalars(query))
        assert [(one.capability, one.actor_id, one.actor_kind) for one in entries] == [
            ("public.sign", party, "visitor")
        ]
        (row,) = work.session.scalars(sa.select(CarrierAnswer))
        assert row.created_by == party


def test_a_return_opens_the_draft_again_and_says_why(drafting_house: Any) -> None:
    document = drafting_house.issued()
    url = address(drafting_house, document)
    with drafting_house.kpa.browser() as carrier:
        assert answer(carrier, url, document, "returned", reason="").status == 422
        answer(carrier, url, document, "returned", reason="Il manque le SIREN.")
        assert "Rien ne vous attend" in carrier.get(url).sentence()
    with drafting_house.work() as work:
        assert bills.is_returned(work.session, document)
        assert bills.live_bill(work.session, document.order_id) is None


def test_another_total_waits_for_a_person(drafting_house: Any) -> None:
    document = drafting_house.issued()
    url = address(drafting_house, document)
    with drafting_house.kpa.browser() as carrier:
        answer(carrier, url, document, "issued", **{**ISSUED, "gross_cents": "650,00"})
        assert "Votre total n'est pas le nôtre" in carrier.get(url).sentence()
    assert drafting_house.state(document.order_id) == "done"


@pytest.mark.parametrize(("who", "confirmed"), [("treasurer", 0), ("host", 66_000)])
def test_a_link_confirms_money_only_if_its_maker_could(
    drafting_house: Any, who: str, confirmed: int
) -> None:
    document = drafting_house.invoiced()
    url = address(drafting_house, document, who)
    with drafting_house.kpa.browser() as carrier:
        for _ in range(2):
            page = carrier.get(url)
            if "L'argent est arrivé" in page.sentence():
                paid = {"amount": "660,00", "received_on": "2026-11-23"}
                answer(carrier, url, document, "paid", **paid)
    assert count(drafting_house, Payment) == 1
    with drafting_house.work("kpa") as work:
        assert dues.confirmed_cents(work.session, document.id) == confirmed


def test_a_referents_link_takes_no_money(drafting_house: Any) -> None:
    document = drafting_house.invoiced()
    url = address(drafting_house, document, "referent")
    with drafting_house.kpa.browser() as carrier:
        assert "L'argent est arrivé" not in carrier.get(url).sentence()
        paid = {"amount": "660,00", "received_on": "2026-11-23"}
        page = f"{url}?papier={document.reference}"
        hidden = carrier.submit(page, page=page, answer="paid", **paid)
        assert hidden.status == 422
    assert count(drafting_house, Payment) == 0


@pytest.mark.parametrize("who", ["one", "stranger"])
def test_who_may_not_note_an_answer_makes_no_link(drafting_house: Any, who: str) -> None:
    document = drafting_house.issued()
    with drafting_house.work(who) as work, pytest.raises(NotFound):
        carrier_links.make_link(work, document.id)
    assert count(drafting_house, CarrierLink) == 0


def test_a_link_opens_its_own_carrier_and_activity_only(drafting_house: Any) -> None:
    document = drafting_house.issued()
    url = address(drafting_house, document)
    with drafting_house.work("kpa") as work, work.transaction():
        new = carriers.NewCarrier("Une autre", "draft_for_carrier", {"address": ["1 rue"]})
        other = carriers.add_carrier(work, new)
        link = CarrierLink(
            carrier_id=other.id,
            activity_id=drafting_house.activity_id,
            gives=["invoice.answer"],
            expires_on=work.today + timedelta(days=9),
            created_by=drafting_house.people["treasurer"].party_id,
        )
        work.session.add(link)
        work.session.flush()
        theirs = "/maison/" + links.carrier_token(work.instance, link.id)
    with drafting_house.kpa.browser() as carrier:
        assert "P-2026-0001" in carrier.get(url).text
        assert "P-2026-0001" not in carrier.get(theirs).text
        assert carrier.get(f"{theirs}?papier=P-2026-0001").status == 404


@pytest.mark.parametrize(
    "end", ["expired", "closed", "account closed", "role over", "carrier over", "forged"]
)
def test_a_link_that_is_over_leads_nowhere(drafting_house: Any, end: str) -> None:
    document = drafting_house.issued()
    url = address(drafting_house, document)
    later = clock.now()
    with drafting_house.work("treasurer") as work:
        if end == "closed":
            carrier_links.end_link(work, document.id)
    with drafting_house.work("kpa") as work, work.transaction() as session:
        if end == "role over":
            session.execute(
                sa.update(Role)
                .where(Role.party_id == drafting_house.people["treasurer"].party_id)
                .values(ends_on=work.today)
            )
        elif end == "account closed":
            maker = drafting_house.people["treasurer"].party_id
            session.add(Account(party_id=maker, active=False))
        elif end == "carrier over":
            session.execute(sa.update(Carrier).values(ends_on=work.today))
    if end == "expired":
        later += timedelta(days=carrier_links.DAYS + 2)
    if end == "forged":
        url = url[:-3] + ("abc" if not url.endswith("abc") else "abd")
    with time_machine.travel(later, tick=True), drafting_house.kpa.browser() as carrier:
        assert carrier.get(url).status == 404
        assert carrier.get(f"{url}/pdf").status == 404


def test_the_carriers_own_people_close_every_link_at_once(drafting_house: Any) -> None:
    document = drafting_house.issued()
    urls = [address(drafting_house, document, who) for who in ("treasurer", "referent", "host")]
    with drafting_house.work("host") as work:
        carrier_links.end_link(work, document.id)
    with drafting_house.kpa.browser() as carrier:
        assert [carrier.get(url).status for url in urls] == [404, 404, 404]


def test_a_maker_whose_rights_changed_still_closes_their_link(drafting_house: Any) -> None:
    document = drafting_house.issued()
    url = address(drafting_house, document)
    maker = drafting_house.people["treasurer"]
    now = replace(drafting_house.people["referent"], party_id=maker.party_id)
    with drafting_house.kpa.work(now) as work:
        assert carrier_links.mine(work, document) is None
        carrier_links.end_link(work, document.id)
    with drafting_house.kpa.browser() as carrier:
        assert carrier.get(url).status == 404


def test_a_member_passes_on_their_own_link_and_sees_nobody_elses(drafting_house: Any) -> None:
    document = drafting_house.issued()
    hosts = address(drafting_house, document, "host")
    page = f"/documents/{document.id}"
    with drafting_house.kpa.client_for(drafting_house.people["treasurer"]) as browser:
        assert hosts not in browser.get(page).text
        made = browser.submit(f"{page}/lien", page=page)
        assert "/maison/" in made.text
        assert "mailto:" in made.text
        assert hosts not in made.text
        assert browser.submit(f"{page}/lien/fin", page=page).status == 200
        assert "/maison/" not in browser.get(page).text


def test_another_referents_link_is_theirs(drafting_house: Any) -> None:
    document = drafting_house.issued()
    place = {"activity_id": drafting_house.activity_id}
    drafting_house.people["second"] = drafting_house.kpa.person("Lou", ("referent", place))
    first = address(drafting_house, document, "referent")
    assert address(drafting_house, document, "referent") == first
    assert address(drafting_house, document, "second") != first
    with drafting_house.kpa.client_for(drafting_house.people["second"]) as browser:
        assert first not in browser.get(f"/documents/{document.id}").text


def test_reading_the_page_writes_nothing(drafting_house: Any) -> None:
    document = drafting_house.issued()
    url = address(drafting_house, document)
    with drafting_house.kpa.browser() as carrier:
        for _ in range(3):
            carrier.get(url)
    assert count(drafting_house, DocumentSeen) == 0


def test_the_same_amount_on_the_same_day_is_a_question(drafting_house: Any) -> None:
    document = drafting_house.invoiced()
    url = address(drafting_house, document, "host")
    paid = {"amount": "330,00", "received_on": "2026-11-23"}
    with drafting_house.kpa.browser() as carrier:
        assert "deuxième" not in carrier.get(url).sentence()
        assert "paiement est noté" in answer(carrier, url, document, "paid", **paid).sentence()
        asked = answer(carrier, url, document, "paid", **paid)
        assert asked.status == 422
        assert "C'est un deuxième paiement" in asked.sentence()
        assert count(drafting_house, Payment) == 1
        answer(carrier, url, document, "paid", **paid, is_second="y")
    assert drafting_house.state(document.order_id) == "paid"
    assert count(drafting_house, Payment) == 2


def test_more_than_what_is_left_is_a_question(drafting_house: Any) -> None:
    document = drafting_house.invoiced()
    url = address(drafting_house, document, "host")
    paid = {"amount": "700,00", "received_on": "2026-11-23"}
    with drafting_house.kpa.browser() as carrier:
        asked = answer(carrier, url, document, "paid", **paid)
        assert asked.status == 422
        assert "vous écrivez plus" in asked.sentence()
        assert 'name="more"' in asked.text
        assert count(drafting_house, Payment) == 0
        answer(carrier, url, document, "paid", **paid, more="y")
    assert count(drafting_house, Payment) == 1
    assert drafting_house.state(document.order_id) == "paid"


def test_the_carriers_word_confirms_what_the_group_noted(drafting_house: Any) -> None:
    document = drafting_house.invoiced()
    with drafting_house.work() as work:
        payments.record_payment(work, document.id, 66_000, work.today)
        assert dues.confirmed_cents(work.session, document.id) == 0
    url = address(drafting_house, document, "host")
    with drafting_house.work("host") as work:
        link = carrier_links.make_link(work, document.id)
        token = links.carrier_token(work.instance, link.id)
    with drafting_house.kpa.work(VISITOR) as work:
        by_carrier.pay(work, token, document.reference, 66_000, work.today)
    assert url.endswith(token)
    assert count(drafting_house, Payment) == 1
    assert drafting_house.state(document.order_id) == "paid"


@pytest.mark.parametrize("cents", [0, -1, -66_000])
def test_a_link_takes_no_money_back(drafting_house: Any, cents: int) -> None:
    document = drafting_house.invoiced()
    with drafting_house.work("host") as work:
        payments.record_payment(work, document.id, 66_000, work.today)
        link = carrier_links.make_link(work, document.id)
        token = links.carrier_token(work.instance, link.id)
    with drafting_house.kpa.work(VISITOR) as work, pytest.raises(Refused, match="zéro"):
        by_carrier.pay(work, token, document.reference, cents, work.today)
    assert drafting_house.state(document.order_id) == "paid"


def test_money_of_the_replaced_invoice_is_a_question_for_the_corrective(
    drafting_house: Any,
) -> None:
    invoice = drafting_house.invoiced()
    with drafting_house.work("host") as work:
        payments.record_payment(work, invoice.id, 20_000, work.today)
        link = carrier_links.make_link(work, invoice.id)
        token = links.carrier_token(work.instance, link.id)
    corrective = drafting_house.corrected(invoice)
    with drafting_house.kpa.work(VISITOR) as work, pytest.raises(Refused, match="deuxième"):
        by_carrier.pay(work, token, corrective.reference, 20_000, work.today)
    assert count(drafting_house, Payment) == 1


def test_too_many_answers_from_one_place_wait(
    drafting_house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kpa_core.accounts.throttles import Limit
    from kpa_core.invoices.views import carrier_link_pages

    few = Limit("carrier.link.from", 2, timedelta(hours=1))
    monkeypatch.setattr(carrier_link_pages, "FROM", few)
    document = drafting_house.issued()
    url = address(drafting_house, document)
    with drafting_house.kpa.browser() as carrier:
        got = [answer(carrier, url, document, "seen").status for _ in range(3)]
    assert got == [200, 200, 429]


def test_an_old_unpaid_paper_is_shown_behind_many_paid_ones(
    drafting_house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_carrier, "MOST", 2)
    old, waits = drafting_house.invoiced(), drafting_house.issued()
    for _ in range(2):
        paid = drafting_house.invoiced()
        with drafting_house.work("host") as work:
            payments.record_payment(work, paid.id, 66_000, work.today)
    with drafting_house.work("host") as work:
        link = carrier_links.make_link(work, old.id)
        carrier = documents.carrier_of(work.session, old)
        opened = carrier_links.Opened(link, carrier, frozenset(link.gives))
        found = by_carrier.waiting(work, opened)
        assert [one.document.id for one in found] == [waits.id, old.id]
        named = by_carrier.waiting_named(work, opened, old.reference)
        assert named is not None
        assert named.left_cents == 66_000
        assert by_carrier.waiting_named(work, opened, paid.reference) is None


def test_refused_answers_count_too(drafting_house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from kpa_core.accounts.throttles import Limit
    from kpa_core.invoices.views import carrier_link_pages

    monkeypatch.setattr(
        carrier_link_pages, "FROM", Limit("carrier.link.from", 2, timedelta(hours=1))
    )
    document = drafting_house.invoiced()
    url = address(drafting_house, document, "host")
    wrong = {"amount": "9999,00", "received_on": "2026-11-23"}
    with drafting_house.kpa.browser() as carrier:
        got = [answer(carrier, url, document, "paid", **wrong).status for _ in range(3)]
    assert got == [422, 422, 429]


def test_too_many_papers_from_one_place_wait(
    drafting_house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kpa_core.accounts.throttles import Limit
    from kpa_core.invoices.views import public_pages

    monkeypatch.setattr(
        public_pages, "PAPERS_FROM", Limit("public.paper.from", 2, timedelta(hours=1))
    )
    document = drafting_house.invoiced()
    url = address(drafting_house, document)
    with drafting_house.work("kpa") as work:
        theirs = "/factures/" + links.invoice_token(work.instance, document.id)
    with drafting_house.kpa.browser() as carrier:
        papers = (f"{url}/pdf", f"{url}/pdf", f"{url}/pdf", f"{theirs}/pdf")
        assert [carrier.client.get(one).status_code for one in papers] == [200, 200, 429, 429]


def test_a_customer_reads_no_invoice_before_the_carrier_numbered_it(drafting_house: Any) -> None:
    document = drafting_house.issued()
    with drafting_house.work("kpa") as work:
        theirs = "/factures/" + links.invoice_token(work.instance, document.id)
    url = address(drafting_house, document)
    with drafting_house.kpa.browser() as browser:
        before = browser.get(theirs)
        assert before.status == 404
        assert "pas encore faite" in before.text
        assert answer(browser, url, document, "issued", **ISSUED).status == 200
        assert f"Votre facture {ISSUED['number']}" in browser.get(theirs).text
