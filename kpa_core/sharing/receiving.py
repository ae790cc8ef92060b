"""Take a supplier's paper: an expense with its lines, its VAT and the file itself as the receipt.

A credit note is no expense below zero: money that comes back for a purchase takes the purchase
away. When it gives back a whole invoice taken here, its expense is cancelled. When it gives back a
part, nobody here can tell which lines were bought after all: it is refused, and the sentence says
how to write what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.activities import service as orders
from kpa_core.activities.models import Activity
from kpa_core.errors import N_, Conflict, NotFound, Refused
from kpa_core.i18n import gettext
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.models import Carrier
from kpa_core.invoices.received import Doubt, Party, Received
from kpa_core.invoices.received.model import CORRECTIVE
from kpa_core.money import format_cents
from kpa_core.sharing import expenses, ledger, supplier_papers
from kpa_core.sharing.models import Expense
from kpa_core.sharing.supplier_tables import SupplierPaper
from kpa_core.work import Work

LONGEST_WHAT = 120


@dataclass(frozen=True)
class Answers:
    """What a person says of a paper; ``in_name_of`` and ``what`` are the file's unless given.

    ``accept`` says that its doubts were read.
    """

    paid_by: str = "carrier"
    paid_by_id: UUID | None = None
    pot_id: UUID | None = None
    in_name_of: str = ""
    what: str = ""
    accept: bool = False


@dataclass(frozen=True)
class Outlook:
    """What a paper would become: for whom it was written, what to look at, what it gives back."""

    read: Received
    in_name_of: str
    doubts: tuple[Doubt, ...]
    cancels: Expense | None = None


def outlook(work: Work, activity_id: UUID, read: Received) -> Outlook:
    """Return what taking a paper would do.

    Raises:
        Conflict: it was taken before.
        Refused: it gives back a part of an invoice, or one that was not taken here; or it corrects
            one that still counts.
    """
    activity = orders.find_activity(work, activity_id, "expense.write")
    carrier = _carrier_of(work.session, activity)
    _check_new(work.session, carrier.id, read)
    in_name_of, doubts = _addressed(work, carrier, read.buyer)
    cancels = _given_back(work, carrier.id, read) if read.is_credit_note else None
    if read.type_code == CORRECTIVE:
        _check_corrected(work, carrier.id, read)
    twice = _perhaps_taken(work.session, carrier.id, read)
    return Outlook(read, in_name_of, (*read.doubts, *doubts, *twice), cancels)


def take(
    work: Work,
    data: bytes,
    read: Received,
    answers: Answers,
    *,
    order_id: UUID | None = None,
    activity_id: UUID | None = None,
) -> Expense:
    """Write what a paper says for an order, or for an activity; the expense made or cancelled.

    Raises:
        Conflict: it was taken before, here or at the same moment elsewhere.
        Refused: as :func:`outlook` and :func:`kpa_core.sharing.expenses.record`, or its doubts
            were not accepted.
    """
    with work.transaction() as session:
        activity = activity_of(work, order_id, activity_id)
        ledger.lock_books(session, _carrier_of(session, activity).id)
        seen = outlook(work, activity.id, read)
        if seen.doubts and not answers.accept:
            raise Refused(
                N_("À vérifier : {what} Si tout est bon, dis que tu l'as vu."),
                field="accept",
                what=" ".join(said(one) for one in seen.doubts),
            )
        if seen.cancels is not None:
            expense = _cancelled(work, seen.cancels, read)
            file_id = work.instance.files.keep(
                session, data, media_type=read.media_type, scope=activity.scope
            ).id
        else:
            expense = _bought(work, data, seen, answers, order_id, activity)
            assert expense.receipt_file_id is not None
            file_id = expense.receipt_file_id
        supplier_papers.write(work, expense, read, seen.doubts, file_id)
    return expense


def said(doubt: Doubt) -> str:
    """Return a doubt in the reader's language."""
    return gettext(doubt.message).format(**doubt.params)


def activity_of(work: Work, order_id: UUID | None, activity_id: UUID | None) -> Activity:
    """Return the activity of an order, or the one named, where the actor may write expenses."""
    if order_id is not None:
        return orders.find_order(work, order_id, "expense.write").activity
    if activity_id is None:
        raise TypeError("an order or an activity")
    return orders.find_activity(work, activity_id, "expense.write")


def _carrier_of(session: Session, activity: Activity) -> Carrier:
    if activity.carrier_id is None:
        raise Refused(
            N_("Aucune maison ne facture pour cette activité. L'animateur·rice en choisit une.")
        )
    return session.get_one(Carrier, activity.carrier_id)


def _check_new(session: Session, carrier_id: UUID, read: Received) -> None:
    for paper in supplier_papers.same(session, carrier_id, read.supplier, read.kind, read.number):
        if supplier_papers.stands(session, paper):
            raise Conflict(
                N_("« {number} » de {supplier} est déjà dans les achats."),
                field="file",
                number=read.number,
                supplier=read.supplier.name,
            )


def _perhaps_taken(session: Session, carrier_id: UUID, read: Received) -> tuple[Doubt, ...]:
    """Return the doubt that a paper was taken before, its number or its supplier written another
    way.
    """
    if not supplier_papers.alike(session, carrier_id, read):
        return ()
    told = N_("« {number} » de {supplier} ressemble à un achat déjà noté.")
    return (Doubt(told, {"number": read.number, "supplier": read.supplier.name}),)


def _addressed(work: Work, carrier: Carrier, buyer: Party) -> tuple[str, tuple[Doubt, ...]]:
    """Return in whose name a paper is, and the doubt when it is not the carrier's."""
    found = carriers.identity_on(work.session, carrier, work.today)
    identity = found.identity if found else {}
    names = {carrier.name.casefold(), str(identity.get("name", "")).casefold()}
    siren = identity.get("siren", "")
    same = buyer.siren == siren if buyer.siren and siren else buyer.name.casefold() in names
    if same:
        return "carrier", ()
    told = N_(
        "Cette facture est au nom de « {buyer} », pas de « {carrier} ». La TVA ne revient pas."
    )
    return "member", (Doubt(told, {"buyer": buyer.name, "carrier": carrier.name}),)


def _given_back(work: Work, carrier_id: UUID, read: Received) -> Expense:
    """Return the expense a credit note takes away."""
    known = _corrected(work, carrier_id, read)
    amounts = {"number": read.number, "gross": format_cents(read.gross_cents)}
    if known is None:
        raise Refused(
            N_(
                "L'avoir {number} rend {gross} pour la facture « {corrects} », qui n'est pas venue"
                " par un fichier. Si l'achat est noté à la main, annule-le."
            ),
            field="file",
            corrects=read.corrects or "?",
            **amounts,
        )
    left = known.gross_cents - read.gross_cents
    if left or known.vat_cents != read.vat_cents:
        raise Refused(
            N_(
                "L'avoir {number} rend {gross} sur {whole}. Un achat ne change pas : annule celui"
                " de la facture « {corrects} », puis note à la main les {left} qui restent."
            ),
            field="file",
            corrects=read.corrects,
            whole=format_cents(known.gross_cents),
            left=format_cents(left),
            **amounts,
        )
    return work.session.get_one(Expense, known.expense_id)


def _corrected(work: Work, carrier_id: UUID, read: Received) -> SupplierPaper | None:
    """Return the paper that another corrects; of an expense the actor may not see, nothing."""
    session = work.session
    known = supplier_papers.standing_invoice(session, carrier_id, read.supplier, read.corrects)
    try:
        if known is not None:
            expenses.find_expense(work, known.expense_id)
    except NotFound:
        return None
    return known


def _check_corrected(work: Work, carrier_id: UUID, read: Received) -> None:
    known = _corrected(work, carrier_id, read)
    if known is not None:
        raise Refused(
            N_("Cette facture remplace « {corrects} ». Annule d'abord l'achat de « {corrects} »."),
            field="file",
            corrects=read.corrects,
        )


def _cancelled(work: Work, expense: Expense, read: Received) -> Expense:
    told = gettext(N_("Avoir {number} de {supplier}"))
    why = told.format(number=read.number, supplier=read.supplier.name)
    expenses.cancel(work, expense.id, why)
    return expense


def _bought(
    work: Work,
    data: bytes,
    seen: Outlook,
    answers: Answers,
    order_id: UUID | None,
    activity: Activity,
) -> Expense:
    read = seen.read
    if answers.in_name_of == "carrier" and seen.in_name_of != "carrier" and read.buyer.siren:
        raise Refused(
            N_("Le SIREN écrit sur la facture n'est pas celui de la maison."), field="in_name_of"
        )
    new = expenses.NewExpense(
        day=read.day,
        supplier=read.supplier.name,
        what=answers.what.strip() or what_of(read),
        net_cents=read.net_cents,
        vat_cents=read.vat_cents,
        paid_by=answers.paid_by,
        paid_by_id=answers.paid_by_id,
        pot_id=answers.pot_id,
        in_name_of=answers.in_name_of or seen.in_name_of,
    )
    if order_id is not None:
        return expenses.record(work, order_id, new, data, media_type=read.media_type)
    return expenses.record_for_activity(work, activity.id, new, data, media_type=read.media_type)


def what_of(read: Received) -> str:
    """Return what was bought in a few words: the first labels, or the number."""
    labels = ", ".join(dict.fromkeys(line.label for line in read.lines if line.net_cents > 0))
    if not labels:
        return read.number
    return labels if len(labels) <= LONGEST_WHAT else f"{labels[: LONGEST_WHAT - 1]}…"


def papers_of(work: Work, expense_id: UUID) -> list[SupplierPaper]:
    """Return the papers of an expense the actor may see, the invoice first.

    Raises:
        NotFound: there is no such expense, or not for this actor.
    """
    expense = expenses.find_expense(work, expense_id)
    query = sa.select(SupplierPaper).where(SupplierPaper.expense_id == expense.id)
    return list(work.session.scalars(query.order_by(SupplierPaper.id)))
