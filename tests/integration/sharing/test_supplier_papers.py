"""A supplier's file becomes an expense once, with its lines, its VAT and the file as receipt."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from kpa_core.activities import activities
from kpa_core.errors import Conflict, KpaError, NotFound, Refused
from kpa_core.files import StoredFile
from kpa_core.invoices.received import Unreadable, read
from kpa_core.members.models import Party as MemberParty
from kpa_core.members.models import Role
from kpa_core.sharing import expenses, pots, received_drafts, receiving, supplier_papers
from kpa_core.sharing.models import Expense
from kpa_core.sharing.receiving import Answers
from kpa_core.sharing.supplier_tables import ExpenseLine, ReceivedDraft, SupplierPaper
from kpa_core.testing.suppliers import Paper, Sold, cii, pdf, ubl


def take(house, order_id, paper: Paper, by: str = "Amina", write=cii, **said) -> Expense:
    data = write(paper)
    with house.work(by) as work:
        return receiving.take(work, data, read(data), Answers(**said), order_id=order_id)


def count(house, model) -> int:
    with house.work() as work:
        return work.session.scalar(sa.select(sa.func.count()).select_from(model))


@pytest.fixture
def order_id(numbered):
    return numbered.order()


def test_a_paper_becomes_an_expense_with_its_lines(numbered, order_id) -> None:
    expense = take(numbered, order_id, Paper())
    assert (expense.supplier, expense.what) == ("Primeurs du Nord", "Légumes, Boissons")
    assert (expense.net_cents, expense.vat_cents) == (100_00, 8_40)
    assert (expense.paid_by, expense.in_name_of) == ("carrier", "carrier")
    assert expense.vat_recoverable
    with numbered.work("Bakary") as work:
        [paper] = receiving.papers_of(work, expense.id)
        kept, data = expenses.receipt(work, expense.id)
        lines = supplier_papers.lines_of(work.session, paper.id)
    assert (paper.number, paper.supplier_key) == ("F-2026-118", "siren:552100554")
    assert [one["rate_bp"] for one in paper.vat_groups] == [550, 2000]
    assert (kept.media_type, data) == ("application/xml", cii(Paper()))
    assert [
        (one.label, one.quantity, one.unit, one.unit_price, one.net_cents) for one in lines
    ] == [
        ("Légumes", "10", "KGM", "8", 80_00),
        ("Boissons", "4", "C62", "5", 20_00),
    ]


def test_the_pdf_itself_is_kept(numbered, order_id) -> None:
    data = pdf(("factur-x.xml", cii(Paper())))
    with numbered.work("Amina") as work:
        expense = receiving.take(work, data, read(data), Answers(), order_id=order_id)
        kept, found = expenses.receipt(work, expense.id)
    assert (kept.media_type, found) == ("application/pdf", data)


def test_a_member_who_paid_is_owed(numbered, order_id) -> None:
    who = numbered.people["Bakary"]
    expense = take(numbered, order_id, Paper(), paid_by="member", paid_by_id=who)
    assert (expense.paid_by, expense.paid_by_id) == ("member", who)


def test_an_activity_takes_it_from_a_pot(numbered) -> None:
    with numbered.work("Trésor") as work:
        pot = pots.open_pot(work, numbered.carrier_id, "cash", "Caisse", numbered.activity_id)
    with numbered.work("Hôte") as work:
        pots.put_in(work, pot.id, 300_00, "don")
    data = cii(Paper())
    with numbered.work("Trésor") as work:
        expense = receiving.take(
            work, data, read(data), Answers(pot_id=pot.id), activity_id=numbered.activity_id
        )
    assert (expense.order_id, expense.pot_id) == (None, pot.id)


@pytest.mark.parametrize("write", [cii, ubl, lambda paper: pdf(("factur-x.xml", cii(paper)))])
def test_the_same_paper_is_taken_once_however_it_is_written(numbered, order_id, write) -> None:
    take(numbered, order_id, Paper())
    with pytest.raises(Conflict, match="déjà dans les achats"):
        take(numbered, numbered.order(), Paper(), by="Gaëlle", write=write)
    assert count(numbered, Expense) == 1


def test_the_same_number_of_another_supplier_is_another_paper(numbered, order_id) -> None:
    take(numbered, order_id, Paper())
    take(numbered, order_id, Paper(siren="732829320", supplier="Autre"))
    assert count(numbered, SupplierPaper) == 2


def test_a_paper_cancelled_by_mistake_can_be_taken_again(numbered, order_id) -> None:
    first = take(numbered, order_id, Paper())
    with numbered.work("Amina") as work:
        expenses.cancel(work, first.id, "Mauvaise commande")
    take(numbered, numbered.order(), Paper())
    with numbered.work() as work:
        assert sorted(work.session.scalars(sa.select(SupplierPaper.turn))) == [1, 2]


def test_two_people_at_once_take_it_once(numbered, order_id) -> None:
    gate, answers = threading.Barrier(4), []

    def act() -> None:
        gate.wait()
        try:
            answers.append(take(numbered, order_id, Paper()).id)
        except KpaError as error:
            answers.append(error)

    threads = [threading.Thread(target=act) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, Conflict) for one in answers) == 3, answers
    assert (count(numbered, Expense), count(numbered, SupplierPaper)) == (1, 1)


def test_the_database_itself_keeps_a_paper_from_being_there_twice(numbered, order_id) -> None:
    expense = take(numbered, order_id, Paper())
    with numbered.work() as work:
        paper = receiving.papers_of(work, expense.id)[0]
        columns = {one.key: getattr(paper, one.key) for one in sa.inspect(SupplierPaper).columns}
        with pytest.raises(KpaError), work.transaction() as session:
            session.add(SupplierPaper(**{**columns, "id": uuid4()}))
    assert count(numbered, SupplierPaper) == 1


def test_doubts_wait_for_a_person(numbered, order_id) -> None:
    odd = Paper(lines=(Sold(net="90.00", price="9"),))
    with pytest.raises(Refused, match="À vérifier") as refusal:
        take(numbered, order_id, odd)
    assert refusal.value.field == "accept"
    assert count(numbered, Expense) == 0
    expense = take(numbered, order_id, odd, accept=True)
    with numbered.work() as work:
        [paper] = receiving.papers_of(work, expense.id)
    assert "Les lignes font" in paper.doubts[0]


def test_a_paper_for_somebody_else_gives_no_vat_back(numbered, order_id) -> None:
    other = Paper(buyer="Marie Martin", buyer_siren="")
    with pytest.raises(Refused, match="Marie Martin"):
        take(numbered, order_id, other)
    expense = take(numbered, order_id, other, accept=True)
    assert (expense.in_name_of, expense.vat_recoverable) == ("member", False)
    assert expense.cost_cents == 108_40


def test_another_siren_is_never_said_to_be_the_carriers(numbered, order_id) -> None:
    other = Paper(buyer="Optéos", buyer_siren="552100554")
    with pytest.raises(Refused, match="SIREN") as refusal:
        take(numbered, order_id, other, accept=True, in_name_of="carrier")
    assert refusal.value.field == "in_name_of"


def test_a_day_to_come_is_refused(numbered, order_id) -> None:
    with numbered.work() as work:
        day = (work.today + timedelta(days=2)).isoformat()
    with pytest.raises(Refused, match="pas encore là"):
        take(numbered, order_id, Paper(day=day, due=""))
    assert count(numbered, StoredFile) == 0


CREDIT = Paper(type_code="381", number="A-9", corrects="F-2026-118", due="")


@pytest.mark.parametrize("write", [cii, ubl])
def test_a_whole_credit_note_takes_the_purchase_away(numbered, order_id, write) -> None:
    bought = take(numbered, order_id, Paper())
    assert take(numbered, order_id, CREDIT, write=write).id == bought.id
    with numbered.work("Amina") as work:
        [shown] = expenses.of_order(work, order_id)
        assert shown.cancelled == "Avoir A-9 de Primeurs du Nord"
        assert [one.kind for one in receiving.papers_of(work, bought.id)] == [
            "invoice",
            "credit_note",
        ]
    for again in (CREDIT, Paper()):
        with pytest.raises(Conflict):
            take(numbered, order_id, again)


def test_a_credit_note_for_a_part_says_what_to_write(numbered, order_id) -> None:
    take(numbered, order_id, Paper())
    part = CREDIT.but(
        net="20.00",
        vat="4.00",
        gross="24.00",
        to_pay="24.00",
        groups=(("20", "20.00", "4.00"),),
        lines=(Sold("Boissons", "4", "5.00", "20.00", "20"),),
    )
    with pytest.raises(Refused, match=r"84,40"):
        take(numbered, order_id, part)
    with numbered.work() as work:
        assert len(expenses.counted(work.session, order_id)) == 1


def test_a_credit_note_for_nothing_we_know_is_refused(numbered, order_id) -> None:
    with pytest.raises(Refused, match="n'est pas venue"):
        take(numbered, order_id, CREDIT)
    assert count(numbered, SupplierPaper) == 0


def test_a_corrective_waits_for_the_first_to_be_cancelled(numbered, order_id) -> None:
    first = take(numbered, order_id, Paper())
    corrective = Paper(type_code="384", number="F-2026-119", corrects="F-2026-118")
    with pytest.raises(Refused, match="Annule d'abord"):
        take(numbered, order_id, corrective)
    with numbered.work("Amina") as work:
        expenses.cancel(work, first.id, "Corrigée")
    take(numbered, order_id, corrective)


def test_who_may_not_write_expenses_takes_nothing(numbered, order_id) -> None:
    numbered.welcome("Zoé")
    with pytest.raises(NotFound):
        take(numbered, order_id, Paper(), by="Zoé")
    assert count(numbered, SupplierPaper) == 0


def test_what_was_taken_is_never_changed(numbered, order_id) -> None:
    take(numbered, order_id, Paper())
    with numbered.work() as work, pytest.raises(Refused), work.transaction() as session:
        session.scalars(sa.select(ExpenseLine)).first().net_cents = 1
    with numbered.work() as work, pytest.raises(Refused), work.transaction() as session:
        session.execute(sa.text("UPDATE supplier_paper SET gross_cents = 1, net_cents = 1"))


def test_a_file_that_waits_goes_after_some_days(numbered, order_id) -> None:
    with numbered.work("Amina") as work:
        draft = received_drafts.keep(work, received_drafts.opened(cii(Paper())), order_id=order_id)
        kept = work.session.get_one(StoredFile, draft.file_id)
        path = work.instance.files._path(kept.sha256)
    with numbered.work() as work:
        received_drafts.drop_old(work, {})
        assert path.exists()
        with work.transaction() as session:
            old = session.get_one(ReceivedDraft, draft.id)
            old.created_at -= timedelta(days=received_drafts.KEPT_DAYS + 1)
        received_drafts.drop_old(work, {})
    assert (count(numbered, ReceivedDraft), count(numbered, StoredFile)) == (0, 0)


def test_a_file_that_does_not_read_is_not_kept(numbered, order_id) -> None:
    with numbered.work("Amina") as work, pytest.raises(Unreadable):
        received_drafts.keep(work, received_drafts.opened(b"<html/>"), order_id=order_id)
    assert count(numbered, StoredFile) == 0


@pytest.mark.parametrize(
    "changes",
    [{"siren": "", "vat_number": ""}, {"number": "f 2026/118"}],
    ids=["without its numbers", "its number written another way"],
)
def test_the_same_paper_written_another_way_is_a_doubt(numbered, order_id, changes) -> None:
    take(numbered, order_id, Paper())
    again = Paper().but(**changes)
    with pytest.raises(Refused, match="ressemble à un achat") as refused:
        take(numbered, order_id, again)
    assert refused.value.field == "accept"
    assert count(numbered, Expense) == 1
    take(numbered, order_id, again, accept=True)
    assert count(numbered, Expense) == 2


def test_another_paper_of_the_same_total_is_no_doubt(numbered, order_id) -> None:
    take(numbered, order_id, Paper())
    take(numbered, order_id, Paper().but(number="F-2026-119"))
    assert count(numbered, Expense) == 2


def test_a_paper_of_another_activity_is_as_absent_to_its_corrections(numbered, order_id) -> None:
    take(numbered, order_id, Paper())
    with numbered.work() as work, work.transaction() as session:
        other = activities.propose_activity(work, activities.NewActivity("Couture"))
        activities.set_carrier(work, other.id, numbered.carrier_id)
        eve = MemberParty(kind="person", display_name="Eve")
        session.add(eve)
        session.flush()
        day = work.today - timedelta(days=100)
        for kind, place in (("member", None), ("treasurer", other.id)):
            session.add(Role(party_id=eve.id, kind=kind, starts_on=day, activity_id=place))
    numbered.people["Eve"] = eve.id
    one = {
        "lines": (Sold("x", "1", "1.00", "1.00", "20", "C62"),),
        "groups": (("20", "1.00", "0.20"),),
        "net": "1.00",
        "vat": "0.20",
        "gross": "1.20",
        "to_pay": "1.20",
    }
    part = Paper().but(type_code="381", number="AV-1", corrects="F-2026-118", **one)
    absent = part.but(corrects="F-2026-999")
    with numbered.work("Eve") as work:
        told = []
        for paper in (part, absent):
            with pytest.raises(Refused) as refused:
                receiving.outlook(work, other.id, read(cii(paper)))
            told.append(str(refused.value).replace(paper.corrects, "…"))
        assert told[0] == told[1]
        instead = part.but(type_code="384", number="C-1")
        assert receiving.outlook(work, other.id, read(cii(instead))).cancels is None
