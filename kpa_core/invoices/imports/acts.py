"""What one line of a carrier's file does: a number, a payment, a return; each at most once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa

from kpa_core.errors import N_, KpaError, Refused
from kpa_core.invoices import bills, documents
from kpa_core.invoices.carrier.models import ImportedLine
from kpa_core.invoices.imports.reading import Said
from kpa_core.invoices.life import answers
from kpa_core.invoices.life.answers import CarrierNumber
from kpa_core.invoices.models import CarrierAnswer, Document, Payment
from kpa_core.invoices.paying import dues, payments
from kpa_core.money import format_cents
from kpa_core.work import Work

Status = Literal["new", "known", "differs", "unknown", "refused"]
Kind = Literal["number", "payment", "return", ""]


@dataclass(frozen=True)
class Act:
    """One thing a line says of one document that is here."""

    line: int
    kind: Kind
    name: str
    document_id: UUID
    said: Said


@dataclass(frozen=True)
class Finding:
    """What an act would do, or did. ``what`` says it in a sentence; ``name`` names the invoice."""

    line: int
    kind: Kind
    status: Status
    name: str
    what: KpaError

    @property
    def key(self) -> str:
        """What names the act in a list of those to do."""
        return f"{self.line}:{self.kind}"


def acts_of(work: Work, lines: Sequence[Said]) -> Iterator[Act | Finding]:
    """Yield the acts of each line, or why it is about nothing here."""
    for said in lines:
        kinds = _kinds(said)
        if not kinds:
            continue
        name = said.reference or said.number
        found = _documents(work, said)
        if len(found) == 1:
            for kind in kinds:
                yield Act(said.line, kind, name, found[0], said)
        elif found:
            why = Refused(N_("Plusieurs factures ont ce numéro. Ajoute notre référence."))
            yield Finding(said.line, "", "refused", name, why)
        else:
            why = Refused(N_("Aucun papier d'ici n'a cette référence ni ce numéro."))
            yield Finding(said.line, "", "unknown", name, why)


def do(work: Work, act: Act, told_here: set[UUID]) -> Finding:
    """Do an act in the current transaction, or say that it was done before.

    ``told_here`` gathers the payments that the lines of this file told so far.

    Raises:
        Refused: a rule says no.
    """
    if act.kind == "payment":
        return _payment(work, act, told_here)
    return _number(work, act) if act.kind == "number" else _return(work, act)


def _kinds(said: Said) -> list[Kind]:
    kinds: list[Kind] = []
    if said.returned:
        kinds.append("return")
    elif said.number and (said.issued_on is not None or said.gross_cents is not None):
        kinds.append("number")
    if said.paid_cents:
        kinds.append("payment")
    return kinds


def _documents(work: Work, said: Said) -> list[UUID]:
    """Return the papers a line may be about: by our reference, else by a number."""
    seen = documents.visible_documents(work, "invoice.answer").with_only_columns(Document.id)
    bills = seen.where(Document.kind.in_(documents.BILLS))
    if said.reference:
        return list(work.session.scalars(bills.where(Document.reference == said.reference)))
    numbered = sa.select(CarrierAnswer.document_id).where(
        CarrierAnswer.number == said.number, CarrierAnswer.stands
    )
    either = sa.or_(Document.number == said.number, Document.id.in_(numbered))
    return list(work.session.scalars(bills.where(either)))


def _number(work: Work, act: Act) -> Finding:
    said = act.said
    if said.issued_on is None or said.gross_cents is None:
        raise Refused(
            N_("Il manque la date ou le total de la facture {number}."), number=said.number
        )
    document = documents.find_locked(work, act.document_id, "invoice.answer")
    if document.kind != "handover":
        same = (document.number, document.to_pay_cents) == (said.number, said.gross_cents)
        text = N_("C'est un numéro d'ici : rien ne change.")
        return _told(act, "known" if same else "differs", text)
    known = dues.answer_of(work.session, document)
    theirs = CarrierNumber(said.number, said.issued_on, said.gross_cents)
    if known is not None and _same(known, theirs):
        return _told(act, "known", N_("{number} est déjà noté."), number=known.number)
    if known is not None and known.stands:
        return _told(
            act,
            "differs",
            N_("Ici : {number}, {day:%d/%m/%Y}, {amount}. Rien ne change."),
            number=known.number,
            day=known.issued_on,
            amount=format_cents(known.gross_cents),
        )
    row = answers.write_number(work, document, theirs)
    if not row.stands:
        return _told(
            act,
            "differs",
            N_("Leur total : {theirs}. Le nôtre : {ours}. Quelqu'un devra dire pourquoi."),
            theirs=format_cents(row.gross_cents),
            ours=format_cents(document.to_pay_cents),
        )
    return _told(act, "new", N_("La facture {number} est notée."), number=row.number)


def _record(work: Work, document: Document, said: Said) -> Payment:
    """Write a payment beside a document that is locked; the carrier's own word is enough."""
    try:
        payment = payments.write_payment(
            work,
            document,
            said.paid_cents or 0,
            said.paid_on or work.today,
            method=said.method,
            note=said.outside_reference[:200],
        )
    except Refused as error:
        if error.field != "more":
            raise
        raise Refused(  # a file cannot say yes: somebody does, on the page
            N_("{amount} est plus que ce qui reste. Si c'est juste, note-le à la main."),
            field="more",
            amount=format_cents(said.paid_cents or 0),
        ) from error
    if work.can("payment.confirm", document.scope):
        payments.write_confirmation(work, document, payment)
    return payment


def _payment(work: Work, act: Act, told_here: set[UUID]) -> Finding:
    said = act.said
    assert said.paid_cents is not None
    assert said.paid_on is not None
    document = documents.find_locked(work, act.document_id, "invoice.answer")
    if not work.can("payment.record", document.scope):
        raise Refused(N_("Noter un paiement n'est pas pour toi. Demande à la trésorerie."))
    known = _known(work, document, said)
    payment, told = _same_payment(known, said)
    if payment is None and _may_be_one_of(known, said, told_here):
        return _told(
            act,
            "differs",
            N_("{amount} du {day:%d/%m/%Y} sont déjà notés. Si c'est un autre, note-le à la main."),
            amount=format_cents(said.paid_cents),
            day=said.paid_on,
        )
    is_new = payment is None
    if payment is None:
        payment = _record(work, document, said)
    elif _may_confirm(work, document, payment):
        payments.confirm_payment(work, payment.id)
        is_new = True
    if not told:
        _remember(work, act, digest_of(act.document_id, said), payment)
    told_here.add(payment.id)
    text = N_("{amount}, reçus le {day:%d/%m/%Y}.")
    amount = format_cents(said.paid_cents)
    return _told(act, "new" if is_new else "known", text, amount=amount, day=said.paid_on)


def _may_confirm(work: Work, document: Document, payment: Payment) -> bool:
    is_theirs = work.can("payment.confirm", document.scope)
    return is_theirs and not payments.is_confirmed(work.session, payment)


def _remember(work: Work, act: Act, digest: str, payment: Payment) -> None:
    row = ImportedLine(
        digest=digest,
        document_id=act.document_id,
        payment_id=payment.id,
        outside_reference=act.said.outside_reference[:200],
        created_by=work.actor.party_id,
    )
    work.session.add(row)
    work.session.flush()


def _return(work: Work, act: Act) -> Finding:
    document = documents.find_locked(work, act.document_id, "invoice.answer")
    if bills.is_returned(work.session, document):
        return _told(act, "known", N_("Ce projet a déjà été renvoyé."))
    answers.send_back(work, document.id, act.said.returned[:500])
    return _told(act, "new", N_("Renvoyé : {why}"), why=act.said.returned[:200])


def digest_of(document_id: UUID, said: Said) -> str:
    """Return what makes a payment line the same as another: paper, day, amount, its reference."""
    reference = _bare(said.outside_reference)
    facts = (document_id.hex, str(said.paid_on), str(said.paid_cents), reference)
    return hashlib.sha256("\x1f".join(facts).encode()).hexdigest()


def _bare(reference: str) -> str:
    """Return a payment's reference without what people write one way or another."""
    return "".join(one for one in reference[:200].casefold() if one.isalnum())


Known = Sequence[tuple[Payment, str | None]]
"""Payments, each with the reference a file told of it; nothing when no file told it."""


def _known(work: Work, document: Document, said: Said) -> Known:
    """Return the payments of that day and amount, of a paper and of those it replaces."""
    query = (
        sa.select(Payment, ImportedLine.outside_reference)
        .outerjoin(ImportedLine, ImportedLine.payment_id == Payment.id)
        .where(
            Payment.document_id.in_(bills.lineage(work.session, document.id)),
            Payment.amount_cents == said.paid_cents,
            Payment.received_on == said.paid_on,
        )
        .order_by(Payment.id)
    )
    return [(payment, reference) for payment, reference in work.session.execute(query)]


def _same_payment(known: Known, said: Said) -> tuple[Payment | None, bool]:
    """Return the payment a line tells, and whether a file told it so before.

    Else it is one that somebody typed and that no file has told yet.
    """
    mine = _bare(said.outside_reference)
    for payment, reference in known:
        if reference is not None and _bare(reference) == mine:
            return payment, True
    typed = (payment for payment, reference in known if reference is None)
    return next(typed, None), False


def _may_be_one_of(known: Known, said: Said, told_here: set[UUID]) -> bool:
    """Tell whether a line may tell a known payment in other words.

    Two lines of one file with two references are two payments; two files may tell one payment.
    """
    mine = _bare(said.outside_reference)
    return any(not (mine and reference and payment.id in told_here) for payment, reference in known)


def _same(known: CarrierAnswer, theirs: CarrierNumber) -> bool:
    mine = (known.number, known.issued_on, known.gross_cents)
    return mine == (theirs.number, theirs.issued_on, theirs.gross_cents)


def _told(act: Act, status: Status, text: str, **params: Any) -> Finding:
    return Finding(act.line, act.kind, status, act.name, Refused(text, **params))
