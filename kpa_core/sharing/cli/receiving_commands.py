"""``kpa invoices import``: suppliers' files become expenses; ``kpa expenses lines`` shows them.

The first belongs to the invoices for whoever types it, and to this room for what it writes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import click

from kpa_core.activities.cli.typed import JSON, the_activity, the_id, the_order, the_people
from kpa_core.commands import command, say
from kpa_core.commands.rows import show_rows
from kpa_core.errors import N_, KpaError, Misuse, Refused, Unavailable
from kpa_core.i18n import gettext, sentence
from kpa_core.invoices import received
from kpa_core.invoices.cli import invoices as invoices
from kpa_core.invoices.received import MAX_FILE_BYTES, PdfReader, Received
from kpa_core.money import format_cents
from kpa_core.sharing import receiving, supplier_papers
from kpa_core.sharing.cli.expense_commands import expenses
from kpa_core.sharing.cli.typed import the_pot
from kpa_core.sharing.models import NAMES_ON_RECEIPTS
from kpa_core.sharing.receiving import Answers
from kpa_core.work import Work

Way = Callable[[bytes, Received], str]


@command(invoices, "import", needs="expense.write")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--order", help="La commande pour laquelle c'est acheté.")
@click.option("--activity", help="L'activité, quand ce n'est pour aucune commande.")
@click.option("--paid-by", "member", help="La personne qui a avancé l'argent.")
@click.option("--pot", help="La cagnotte qui paie.")
@click.option("--in-name-of", type=click.Choice(NAMES_ON_RECEIPTS), help="Sinon, selon le fichier.")
@click.option("--accept", is_flag=True, help="Prendre aussi ce qui est à vérifier.")
@click.option("--yes", is_flag=True, help="Écrire ; sans cela, rien n'est noté.")
def import_files(
    work: Work,
    files: tuple[Path, ...],
    order: str | None,
    activity: str | None,
    member: str | None,
    pot: str | None,
    in_name_of: str | None,
    accept: bool,
    yes: bool,
) -> None:
    """Lire des factures reçues (Factur-X, CII, UBL) et les noter comme achats."""
    if bool(order) == bool(activity):
        raise Misuse(N_("Choisis --order ou --activity : l'un des deux."))
    if member and pot and order:
        raise Misuse(N_("Choisis --paid-by ou --pot, pas les deux."))
    order_id = the_order(work, order, "expense.write").id if order else None
    activity_id = the_activity(work, activity).id if activity else None
    answers = Answers(
        paid_by="member" if member else "pot" if pot and order else "carrier",
        paid_by_id=the_people(work, [member])[0] if member else None,
        pot_id=the_pot(work, pot).id if pot else None,
        in_name_of=in_name_of or "",
        accept=accept,
    )
    way = _writer(work, answers, order_id, activity_id) if yes else None
    way = way or _looker(work, receiving.activity_of(work, order_id, activity_id).id, accept)
    refused = _each(files, way)
    if refused:
        raise KpaError(
            N_("{refused} sur {count} n'ont pas été pris."), refused=refused, count=len(files)
        )
    if not yes:
        say(N_("Rien n'est encore noté. Pour noter : --yes."))


def _each(files: tuple[Path, ...], way: Way) -> int:
    """Treat files one after the other, one line each; return how many were refused."""
    refused = 0
    with PdfReader() as pdfs:
        for number, path in enumerate(files, 1):
            try:
                data = _content(path)
                sign, told = "ok", way(data, received.read(data, pdfs))
            except Unavailable:
                raise
            except KpaError as error:
                refused, sign, told = refused + 1, "!!", sentence(error)
            click.echo(f"{sign} {number}/{len(files)} {_name(path)} : {told}")
    return refused


def _content(path: Path) -> bytes:
    """Return a file's bytes, one more than allowed at most; only of a plain file, never a pipe."""
    try:
        if not path.is_file():
            raise Refused(N_("Ce n'est pas un fichier."))
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise Refused(N_("Ce fichier ne s'ouvre pas.")) from error


def _writer(work: Work, answers: Answers, order_id: UUID | None, activity_id: UUID | None) -> Way:
    def write(data: bytes, read: Received) -> str:
        expense = receiving.take(
            work, data, read, answers, order_id=order_id, activity_id=activity_id
        )
        work.session.expunge_all()  # a thousand files take the memory of one
        return f"{_told(read)} · {expense.id}"

    return write


def _looker(work: Work, activity_id: UUID, accept: bool) -> Way:
    def look(_data: bytes, read: Received) -> str:
        seen = receiving.outlook(work, activity_id, read)
        doubts = " ".join(receiving.said(one) for one in seen.doubts)
        if doubts and not accept:
            message = N_("{told} · à vérifier : {doubts} Si c'est bon : --accept.")
            raise Refused(message, told=_told(read), doubts=doubts)
        return f"{_told(read)} {doubts}".rstrip()

    return look


def _told(read: Received) -> str:
    kind = gettext(N_("avoir")) if read.is_credit_note else gettext(N_("facture"))
    parts = (
        f"{kind} {read.number}",
        read.supplier.name,
        f"{read.day:%d/%m/%Y}",
        gettext(N_("{count} lignes")).format(count=len(read.lines)),
        format_cents(read.gross_cents),
        gettext(N_("dont TVA {amount}")).format(amount=format_cents(read.vat_cents)),
    )
    return " · ".join(parts)


def _name(path: Path) -> str:
    """Return a file's name without what would move the cursor."""
    return "".join(char if char.isprintable() else "?" for char in path.name)[:80]


@command(expenses, "lines", needs="expense.read")
@click.argument("expense")
@JSON
def lines(work: Work, expense: str, as_json: bool) -> None:
    """Voir les lignes d'un achat venu par un fichier."""
    rows = [
        {
            "paper": paper.number,
            "label": line.label,
            "quantity": line.quantity,
            "unit": line.unit,
            "unit_price": line.unit_price,
            "rate_bp": line.rate_bp,
            "net_cents": line.net_cents,
        }
        for paper in receiving.papers_of(work, the_id(expense))
        for line in supplier_papers.lines_of(work.session, paper.id)
    ]
    show_rows(rows, as_json, "paper", "label", "quantity", "unit_price", "net_cents")
