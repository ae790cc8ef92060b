"""Where the papers and the money of an order stand, and who could do what next."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.errors import N_, KpaError, Refused
from kpa_core.invoices import bills, documents
from kpa_core.invoices.carrier import issuers
from kpa_core.invoices.drafts import correcting, drafting
from kpa_core.invoices.life import overpayments
from kpa_core.invoices.making import deposits
from kpa_core.invoices.models import Carrier, CarrierAnswer, Document
from kpa_core.invoices.paying import dues
from kpa_core.invoices.paying.dues import Due
from kpa_core.members.models import Party
from kpa_core.money import format_cents
from kpa_core.work import Work


@dataclass(frozen=True)
class Standing:
    """The papers of an order and what was paid; ``owed_cents`` is 0 before the bill is out.

    ``issue`` is how the actor may issue now: ``alone``, ``together``, or an empty text.
    """

    order: Order
    carrier: Carrier | None
    quote: Document | None
    bill: Document | None
    answer: CarrierAnswer | None
    owed_cents: int = 0
    claimed_cents: int = 0
    confirmed_cents: int = 0
    issue: str = ""
    yeses: tuple[str, ...] = ()
    said_yes: bool = False
    why_no_carrier: KpaError | None = None
    to_give_back: tuple[tuple[Document, int], ...] = ()
    deposits: tuple[tuple[Document, Due], ...] = ()
    may_ask_deposit: bool = False
    corrected: Document | None = None

    @property
    def awaits_number(self) -> bool:
        """Tell whether the bill is at the carrier's, which has not numbered it."""
        handed = self.bill is not None and self.bill.kind == "handover"
        return handed and not (self.answer is not None and self.answer.stands)

    @property
    def awaits_money(self) -> bool:
        """Tell whether part of what is owed was not even claimed."""
        return self.claimed_cents < self.owed_cents

    @property
    def awaits_confirmation(self) -> bool:
        """Tell whether someone said money moved, and the carrier has not."""
        return self.claimed_cents != self.confirmed_cents

    @property
    def number(self) -> str:
        """The number the customer knows the bill by: ours, or the carrier's."""
        if self.answer is not None and self.answer.stands:
            return self.answer.number
        return self.bill.number or "" if self.bill else ""


def standing(work: Work, order: Order) -> Standing:
    """Return where an order the actor may see stands."""
    session = work.session
    carrier, why = _carrier(work, order)
    quote = documents.latest_quote(session, order.id)
    asked = tuple(
        (one, dues.of_document(session, one)) for one in bills.live_deposits(session, order.id)
    )
    original = correcting.original_of(work, order)
    bill = bills.last_live(session, order.id)
    if bill is None or bill == original:
        way = _way(work, order, carrier)
        people = _yeses(work, order) if way == "together" else {}
        return Standing(
            order,
            carrier,
            quote,
            None,
            None,
            issue=way,
            deposits=asked,
            may_ask_deposit=deposits.may_ask(work, order) and _may_issue(work, order, carrier),
            corrected=original,
            yeses=tuple(people.values()),
            said_yes=work.actor.party_id in people,
            why_no_carrier=why,
            to_give_back=_to_give_back(work, order),
        )
    return Standing(
        order,
        documents.carrier_of(session, bill),
        quote,
        bill,
        dues.answer_of(session, bill),
        dues.owed_cents(session, bill),
        dues.claimed_cents(session, bill.id),
        dues.confirmed_cents(session, bill.id),
        to_give_back=_to_give_back(work, order),
        deposits=asked,
        corrected=original,
    )


def next_thing(work: Work, order_id: UUID) -> KpaError | None:
    """Return that the money of a credited invoice is to be given back, for who may see it."""
    order = orders.find_order(work, order_id)
    if not work.can("document.read", order.scope):
        return None
    for document, cents in _to_give_back(work, order):
        if bills.is_settled(work.session, document):
            return Refused(
                N_(
                    "{name} ne compte plus. Rends {amount} au client, puis note-le sur la page de "
                    "cette facture."
                ),
                name=dues.number_of(work.session, document),
                amount=format_cents(cents),
            )
    return None


def _to_give_back(work: Work, order: Order) -> tuple[tuple[Document, int], ...]:
    """Return the bills that keep more money than they ask: credited, or replaced by less.

    What the group keeps for the customer's next invoice stays.
    """
    session = work.session
    query = sa.select(Document).where(
        Document.order_id == order.id, Document.kind.in_(documents.BILLS)
    )
    found = []
    for one in session.scalars(query.order_by(Document.id)):
        # Before the carrier's number nothing is owed, and nothing can have come.
        is_last = bills.is_bill(one) and bills.replacement_of(session, one) is None
        if is_last and bills.is_numbered(session, one):
            due = dues.of_document(session, one)
            if due.owed == 0 or overpayments.choice_of(session, one) != "keep":
                found.append((one, due.claimed - due.owed))
    return tuple((one, cents) for one, cents in found if cents > 0)


def _carrier(work: Work, order: Order) -> tuple[Carrier | None, KpaError | None]:
    try:
        return drafting.carrier_behind(work.session, order, work.today), None
    except KpaError as error:
        return None, error


def _way(work: Work, order: Order, carrier: Carrier | None) -> str:
    is_due = order.state == "done" or correcting.original_of(work, order) is not None
    if carrier is None or not is_due:
        return ""
    return issuers.way_to_issue(work, order, carrier)


def _may_issue(work: Work, order: Order, carrier: Carrier | None) -> bool:
    return carrier is not None and issuers.way_to_issue(work, order, carrier) != ""


def _yeses(work: Work, order: Order) -> dict[object, str]:
    """Return who said yes to the invoice, by id."""

    given = orders.approvals(work, order, "invoice")
    return {one.person_id: work.session.get_one(Party, one.person_id).display_name for one in given}
