"""What a carrier reads and answers by its link: seen, returned, issued, paid. Each once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.errors import N_, NotFound, Refused
from kpa_core.invoices import bills, documents
from kpa_core.invoices.carrier.carrier_links import Opened, as_carrier, open_link
from kpa_core.invoices.carrier.models import DocumentSeen
from kpa_core.invoices.life import answers
from kpa_core.invoices.life.answers import CarrierNumber
from kpa_core.invoices.models import CarrierAnswer, Document, Payment
from kpa_core.invoices.paper import type_codes
from kpa_core.invoices.paying import dues, payments
from kpa_core.money import format_cents
from kpa_core.work import Work

MOST = 100
CAPABILITY = "public.sign"
ABSENT = N_("Ce papier ne vous attend pas. Ouvrez l'adresse que le groupe vous a donnée.")


@dataclass(frozen=True)
class Waiting:
    """One paper at the carrier: what was answered, and what money is still to be told."""

    document: Document
    title: str
    customer: str
    seen: bool
    answer: CarrierAnswer | None
    owed_cents: int
    claimed_cents: int

    @property
    def needs_number(self) -> bool:
        """Tell whether the carrier has not issued its invoice."""
        return self.document.kind == "handover" and not (self.answer and self.answer.stands)

    @property
    def left_cents(self) -> int:
        """What is not paid yet."""
        return max(self.owed_cents - self.claimed_cents, 0)

    @property
    def name(self) -> str:
        """What a page calls it."""
        return documents.shown_name(self.document)


def waiting(work: Work, opened: Opened) -> list[Waiting]:
    """Return what waits for the carrier behind a link, the newest first."""
    query = _behind(opened).where(sa.or_(bills.awaiting_number(), _may_be_unpaid()))
    ids = query.with_only_columns(Document.id).order_by(Document.id.desc())
    found = (
        _one(work, work.session.get_one(Document, one)) for one in list(work.session.scalars(ids))
    )
    return list(islice((one for one in found if _is_open(work, one)), MOST))


def waiting_named(work: Work, opened: Opened, name: str) -> Waiting | None:
    """Return the paper a page was asked for, or the newest that waits."""
    if not name:
        return next(iter(waiting(work, opened)), None)
    document = work.session.scalar(_behind(opened).where(Document.reference == name))
    found = _one(work, document) if document is not None else None
    return found if found is not None and _is_open(work, found) else None


def see(work: Work, token: str, reference: str) -> None:
    """Note that the carrier has seen a paper; twice is once."""
    with work.transaction() as session:
        opened, document = _locked(work, token, reference, "invoice.answer")
        known = sa.select(DocumentSeen.id).where(DocumentSeen.document_id == document.id)
        if session.scalar(known) is None:
            with as_carrier(work, opened.carrier):
                row = DocumentSeen(
                    document_id=document.id,
                    link_id=opened.link.id,
                    created_by=opened.carrier.party_id,
                )
                session.add(row)
                session.flush()
                work.record(CAPABILITY, document, scope=document.scope, after={"seen": True})


def issue(work: Work, token: str, reference: str, said: CarrierNumber) -> CarrierAnswer:
    """Take the carrier's number, date and total; the same again is once.

    Raises:
        Refused: as :func:`kpa_core.invoices.life.answers.note_number`.
    """
    with work.transaction() as session:
        opened, document = _locked(work, token, reference, "invoice.answer")
        known = dues.answer_of(session, document)
        facts = (" ".join(said.number.split()), said.issued_on, said.gross_cents)
        if known and (known.number, known.issued_on, known.gross_cents) == facts:
            return known
        with as_carrier(work, opened.carrier):
            return answers.write_number(work, document, said, capability=CAPABILITY)


def send_back(work: Work, token: str, reference: str, reason: str) -> None:
    """Take back a hand-over the carrier cannot use: the order is open again.

    Raises:
        Refused: no reason, or the carrier has given its number already.
    """
    if not reason.strip():
        raise Refused(N_("Écrivez pourquoi, en quelques mots."), field="reason")
    with work.transaction() as session:
        opened, document = _locked(work, token, reference, "invoice.answer")
        if bills.is_returned(session, document):
            return
        with as_carrier(work, opened.carrier):
            name = opened.carrier.name
            answers.write_return(work, document, reason, by_name=name, capability=CAPABILITY)


def pay(
    work: Work,
    token: str,
    reference: str,
    cents: int,
    received_on: date,
    *,
    is_second: bool = False,
    more_is_right: bool = False,
) -> Payment:
    """Take the carrier's word that money came; confirmed if the link's maker could confirm.

    What the group noted and waits for the carrier's word is that payment. Any other of the same
    amount and day is a question: ``is_second`` says that more money came. So is more than what
    is left: ``more_is_right`` is the yes.

    Raises:
        Refused: as :func:`kpa_core.invoices.paying.payments.record_payment`; the amount is not
            above zero; the same was noted before and nobody said that it came twice.
    """
    if cents <= 0:
        raise Refused(N_("Écrivez une somme plus grande que zéro."), field="amount")
    with work.transaction() as session:
        opened, document = _locked(work, token, reference, "payment.record")
        confirms = "payment.confirm" in opened.gives
        same = _same_payments(session, document, cents, received_on)
        waits = next((one for one, confirmed in same if not confirmed), None) if confirms else None
        if same and waits is None and not is_second:
            raise Refused(
                N_("Cette somme est déjà notée ce jour-là. Est-ce un deuxième paiement ?"),
                field="is_second",
            )
        if waits is None and not more_is_right:
            _check_not_more(session, document, cents)
        with as_carrier(work, opened.carrier):
            payment = waits or payments.write_payment(
                work,
                document,
                cents,
                received_on,
                capability=CAPABILITY,
                more_is_right=more_is_right,
            )
            if confirms:
                payments.write_confirmation(work, document, payment, capability=CAPABILITY)
    return payment


def _check_not_more(session: Session, document: Document, cents: int) -> None:
    owed = dues.owed_cents(session, document)
    left = max(owed - dues.claimed_cents(session, document.id), 0)
    if owed > 0 and left < cents:
        raise Refused(
            N_(
                "Il reste {left} à recevoir, et vous écrivez plus. Corrigez la somme, ou cochez la "
                "case : c'est bien ce qui est arrivé."
            ),
            field="more",
            left=format_cents(left),
        )


def _same_payments(
    session: Session, document: Document, cents: int, received_on: date
) -> list[tuple[Payment, bool]]:
    """Return the payments of an amount and a day, of a paper and of those it replaces."""
    papers = (session.get_one(Document, one) for one in bills.lineage(session, document.id))
    return [
        (payment, confirmed)
        for paper in papers
        for payment, confirmed in payments.payments_of(session, paper)
        if (payment.amount_cents, payment.received_on) == (cents, received_on)
    ]


def was_seen(work: Work, document: Document) -> DocumentSeen | None:
    """Return when the carrier said that it has seen a paper."""
    query = sa.select(DocumentSeen).where(DocumentSeen.document_id == document.id)
    return work.session.scalar(query)


def _locked(work: Work, token: str, reference: str, capability: str) -> tuple[Opened, Document]:
    opened = open_link(work, token)
    if capability not in opened.gives:
        raise Refused(N_("Ce lien ne sert pas à ça. Dites-le au groupe."))
    query = _behind(opened).where(Document.reference == reference).with_for_update(of=Document)
    document = work.session.scalar(query)
    if document is None:
        raise NotFound(ABSENT)
    return opened, document


def _behind(opened: Opened) -> sa.Select[Document]:
    query = sa.select(Document).where(
        Document.carrier_id == opened.carrier.id, Document.kind.in_(documents.BILLS)
    )
    if opened.link.activity_id is not None:
        query = query.where(Document.activity_id == opened.link.activity_id)
    return query


def _may_be_unpaid() -> sa.ColumnElement[bool]:
    """Return the condition of papers whose own payments are less than what they ask.

    A corrective has the money of what it replaces too: it is looked at one by one.
    """
    came = sa.select(sa.func.coalesce(sa.func.sum(Payment.amount_cents), 0)).where(
        Payment.document_id == Document.id
    )
    theirs = sa.select(CarrierAnswer.gross_cents).where(
        CarrierAnswer.document_id == Document.id, CarrierAnswer.stands
    )
    ours = Document.gross_cents + Document.rounding_cents
    asked = sa.func.coalesce(theirs.scalar_subquery(), ours)
    corrective = Document.type_code == type_codes.CORRECTIVE
    return sa.and_(bills.may_ask(), sa.or_(corrective, asked > came.scalar_subquery()))


def _one(work: Work, document: Document) -> Waiting:
    paper = documents.snapshot_of(document)
    return Waiting(
        document=document,
        title=paper.title,
        customer=paper.customer.name,
        seen=was_seen(work, document) is not None,
        answer=dues.answer_of(work.session, document),
        owed_cents=dues.owed_cents(work.session, document),
        claimed_cents=dues.claimed_cents(work.session, document.id),
    )


def _is_open(work: Work, one: Waiting) -> bool:
    if bills.is_returned(work.session, one.document):
        return False
    return one.needs_number or one.left_cents > 0
