"""Papers, payments, receipts, pots and share-outs: one order at each step of its way."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from kpa_core.activities import contributions
from kpa_core.activities.models import Order
from kpa_core.invoices import received
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.drafts import correcting
from kpa_core.invoices.making import issuing, quotes
from kpa_core.invoices.models import Carrier, Document
from kpa_core.invoices.paying import payments
from kpa_core.sharing import (
    answers,
    closing,
    expenses,
    payrequests,
    pots,
    received_drafts,
    receiving,
    shareouts,
)
from kpa_core.sharing.models import ShareOut
from kpa_core.sharing.receiving import Answers
from kpa_core.testing.suppliers import Paper, cii
from world import work as orders
from world.photos import PHOTO
from world.places import Place

if TYPE_CHECKING:
    from world.build import World


def fill(world: World, place: Place) -> None:
    """Bring an order to each step; what waits for somebody's act is left waiting."""
    low = place.letter.lower()
    _quote(world, place)
    place.more["order_id:done"] = _done(world, place)
    bill, paid_part = _billed(world, place)
    place.ids.update(document_id=bill, payment_id=paid_part)
    place.more["order_id:paid"] = _paid(world, place)
    place.more["order_id:reopened"] = _reopened(world, place)
    _pot(world, place)
    _papers(world, place)
    proposed = _proposed(world, place)
    with world.work() as work:
        parts = shareouts.allocations_of(work.session, proposed)
        mine = next(one for one, party in parts if party.id == place.ids["person_id"])
        place.more["order_id:proposed"] = work.session.get_one(ShareOut, proposed).order_id
    place.ids.update(share_out_id=proposed, allocation_id=mine.id)
    for number in range(3):
        _close(world, place, _proposed(world, place))
        place.more["expense_id:covered"] = place.ids["expense_id"]
        if number == 2:
            break
        with world.work(f"treasurer_{low}") as work:
            request = payrequests.collect(work)[0]
            if number == 0:
                payrequests.send(work, request.id)
        place.ids["pay_request_id"] = request.id
        place.more["pay_request_id:sent" if number == 0 else "pay_request_id:open"] = request.id
    _handover(world, place)


def _quote(world: World, place: Place) -> None:
    with world.work(f"referent_{place.letter.lower()}") as work:
        document = quotes.send_quote(work, place.more["order_id:priced"])
        place.more["order_id:quoted"] = document.order_id
    place.more["document_id:quote"] = document.id
    fresh = orders.asked(world, place)
    place.more["order_id:priced"] = fresh
    for key in ("participant", "second"):
        with world.work(f"{key}_{place.letter.lower()}") as work:
            orders.approvals.approve(work, fresh)


def _done(world: World, place: Place) -> UUID:
    """An order that is done: hours, and two receipts of which a member advanced one."""
    letter, low = place.letter, place.letter.lower()
    order = orders.asked(world, place)
    with world.work() as work:
        work.session.get_one(Order, order).state = "done"
    with world.work() as work:
        for key in (f"participant_{low}", f"second_{low}"):
            person = world.cast[key].person
            assert person is not None
            new = contributions.NewTime(person, work.today, 45, kind="sale", order_id=order)
            contributions.add_time(work, place.activity, new)
    with world.work(f"referent_{low}") as work:
        bought = expenses.NewExpense(work.today, f"CanariMagasin{letter}", "Légumes", 100_00)
        expenses.record(work, order, bought)
        advanced = expenses.NewExpense(
            work.today,
            f"CanariMagasin{letter}",
            "Épices",
            50_00,
            paid_by="member",
            paid_by_id=place.ids["person_id"],
        )
        place.ids["expense_id"] = expenses.record(work, order, advanced, PHOTO).id
    return order


def _papers(world: World, place: Place) -> None:
    """A supplier's invoice that a credit note took away, and a file that waits for a yes."""
    order, name = place.ids["order_id"], f"CanariMagasin{place.letter}"
    bought = Paper(number=f"F-{place.letter}", supplier=name, buyer=name)
    credit = bought.but(type_code="381", number=f"A-{place.letter}", corrects=bought.number)
    with world.work(f"referent_{place.letter.lower()}") as work:
        for paper in (bought, credit):
            data, said = cii(paper), Answers(accept=True)
            taken = receiving.take(work, data, received.read(data), said, order_id=order)
        place.more["expense_id:credited"] = taken.id
        waits = cii(bought.but(number=f"F-{place.letter}-2", buyer_siren="732829320"))
        draft = received_drafts.keep(work, received_drafts.opened(waits), order_id=order)
        place.ids["waiting_file_id"] = draft.id


def _invoiced(world: World, place: Place) -> tuple[UUID, Document]:
    order = _done(world, place)
    with world.work(f"treasurer_{place.letter.lower()}") as work:
        return order, issuing.issue(work, order)


def _billed(world: World, place: Place) -> tuple[UUID, UUID]:
    """An invoice of which a part was claimed by the treasurer; the carrier has not confirmed."""
    _, document = _invoiced(world, place)
    with world.work(f"treasurer_{place.letter.lower()}") as work:
        said = f"CanariPaiement{place.letter}"
        claimed = payments.record_payment(work, document.id, 10_00, work.today, note=said)
    return document.id, claimed.id


def _reopened(world: World, place: Place) -> UUID:
    """An order whose invoice is being corrected."""
    order, document = _invoiced(world, place)
    with world.work(f"treasurer_{place.letter.lower()}") as work:
        correcting.reopen(work, document.id, "le prix est faux")
    return order


def _paid(world: World, place: Place) -> UUID:
    order, document = _invoiced(world, place)
    with world.work(f"host_{place.letter.lower()}") as work:
        payments.record_payment(work, document.id, document.to_pay_cents, work.today)
    return order


def _proposed(world: World, place: Place) -> UUID:
    """A share-out to which everyone has said yes."""
    low = place.letter.lower()
    order = _paid(world, place)
    with world.work(f"referent_{low}") as work:
        share_out = shareouts.propose(work, order).id
    for key in (f"participant_{low}", f"second_{low}"):
        with world.work(key) as work:
            parts = shareouts.allocations_of(work.session, share_out)
            mine = next(one for one, party in parts if party.id == world.cast[key].person)
            answers.answer(work, mine.id, "agreed")
    return share_out


def _close(world: World, place: Place, share_out: UUID) -> None:
    with world.work(f"host_{place.letter.lower()}") as work:
        place.more["order_id:closed"] = closing.close(work, share_out).order_id
    place.more["share_out_id:closed"] = share_out


def _pot(world: World, place: Place) -> None:
    letter, low = place.letter, place.letter.lower()
    with world.work(f"treasurer_{low}") as work:
        pot = pots.open_pot(work, place.carrier, "activity", f"CanariPot{letter}", place.activity)
        cash = pots.open_pot(work, place.carrier, "cash", f"Caisse {letter}", place.activity)
    with world.work(f"host_{low}") as work:
        pots.put_in(work, pot.id, 300_00, f"CanariDon{letter}")
    place.ids["pot_id"] = pot.id
    place.more["pot_id:cash"] = cash.id


def _handover(world: World, place: Place) -> None:
    """From now on the carrier numbers by itself: one draft waits for its number."""
    low = place.letter.lower()
    with world.work(f"host_{low}") as work:
        version = work.session.get_one(Carrier, place.carrier).version
        carriers.change_carrier(work, place.carrier, version, {"mode": "draft_for_carrier"})
    order = _done(world, place)
    with world.work(f"treasurer_{low}") as work:
        handed = issuing.issue(work, order)
    place.more["document_id:handover"] = handed.id
