"""``kpa invoices``: issue, hand over, note the carrier's number, credit, print, verify."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from kpa_core import audit
from kpa_core.activities import approvals
from kpa_core.activities.cli.typed import CENTS, DAY, JSON, RATE, day_of, the_order
from kpa_core.commands import command, say
from kpa_core.commands.rows import show_one, show_rows
from kpa_core.errors import N_, KpaError, Misuse, Refused
from kpa_core.i18n import gettext
from kpa_core.invoices import documents, exports
from kpa_core.invoices.cli.typed import TO_FILE, row_of, the_document, write_new
from kpa_core.invoices.drafts import correcting, drafting
from kpa_core.invoices.life import answers
from kpa_core.invoices.making import deposits, issuing
from kpa_core.invoices.models import Document
from kpa_core.invoices.paper import type_codes
from kpa_core.invoices.paper.chain import Head
from kpa_core.invoices.paying import dues, payments
from kpa_core.invoices.proof import verification
from kpa_core.invoices.sealing import printing
from kpa_core.work import Work

invoices = click.Group("invoices", help="Les factures.")
WITNESS = re.compile(r"(.+)=(\d{1,9}):([0-9a-f]{64})")
KINDS = ("handover", "invoice", "credit_note")
METHOD = click.Choice(list(payments.METHODS))


@command(invoices, "list", needs="document.read")
@click.option("--kind", type=click.Choice(KINDS), help="Seulement ce genre de papier.")
@JSON
def list_invoices(work: Work, kind: str | None, as_json: bool) -> None:
    """Voir les factures, les projets de facture et les avoirs."""
    kinds = (kind,) if kind else KINDS
    query = documents.visible_documents(work).where(Document.kind.in_(kinds))
    rows = [row_of(work, one) for one in work.session.scalars(query.order_by(Document.id))]
    columns = ("name", "label", "carrier_number", "issued_on", "to_pay_cents")
    show_rows(rows, as_json, *columns)


@command(invoices, "show", needs="document.read")
@click.argument("document")
@JSON
def show(work: Work, document: str, as_json: bool) -> None:
    """Voir un papier et où en est l'argent."""
    found = the_document(work, document, "document.read", "bill")
    row = {
        **row_of(work, found),
        "owed_cents": dues.owed_cents(work.session, found),
        "claimed_cents": dues.claimed_cents(work.session, found.id),
        "confirmed_cents": dues.confirmed_cents(work.session, found.id),
        "sha256": found.hash.hex() if found.hash else None,
    }
    show_one(row, as_json, *(name for name in row if name not in ("id", "kind")))


@command(invoices, "approve", needs="invoice.issue")
@click.argument("order")
@click.option("--credit", is_flag=True, help="Pour un avoir, pas pour la facture.")
def approve(work: Work, order: str, credit: bool) -> None:
    """Dire oui à une facture, quand deux personnes doivent le dire."""
    found = the_order(work, order, "invoice.issue")
    approvals.approve(work, found.id, "credit" if credit else "invoice")
    say(N_("Tu as dit oui à cette facture."))


@command(invoices, "issue", needs="invoice.issue")
@click.argument("order")
@click.option("--paid", "paid_on", type=DAY, help="Le client a déjà tout payé, ce jour-là.")
@click.option("--by", type=METHOD, default="transfer", help="Comment il a payé.")
def issue(work: Work, order: str, paid_on: datetime | None, by: str) -> None:
    """Émettre la facture d'une commande, ou la confier à la maison qui numérote."""
    day = day_of(paid_on)
    paid = drafting.Paid(day, by) if day else None
    _issued(issuing.issue(work, the_order(work, order, "invoice.issue").id, paid=paid))


@command(invoices, "deposit", needs="invoice.issue")
@click.argument("order")
@click.option("--percent", "rate_bp", type=RATE, default=0, help="Une part du devis, en pour cent.")
@click.option("--amount", "cents", type=CENTS, default=0, help="Ou un montant, TVA comprise.")
def deposit(work: Work, order: str, rate_bp: int, cents: int) -> None:
    """Demander un acompte sur une commande acceptée."""
    found = the_order(work, order, "invoice.issue")
    _issued(deposits.issue_deposit(work, found.id, deposits.Part(rate_bp, cents)))


@command(invoices, "correct", needs="invoice.credit")
@click.argument("document")
@click.option("--because", required=True, help="Ce qui est faux.")
def correct(work: Work, document: str, because: str) -> None:
    """Rouvrir les lignes d'une facture, pour émettre celle qui la remplace."""
    found = the_document(work, document, "invoice.credit", "bill")
    order = correcting.reopen(work, found.id, because)
    say(N_("Change les lignes de {reference}, puis émets la facture."), reference=order.reference)


@command(invoices, "keep", needs="invoice.credit")
@click.argument("order")
def keep(work: Work, order: str) -> None:
    """Garder une facture comme elle est, après l'avoir rouverte."""
    correcting.give_up(work, the_order(work, order, "invoice.credit").id)
    say(N_("La facture reste comme elle est."))


def _issued(document: Document) -> None:
    if document.kind == "handover":
        say(N_("Le projet {reference} est prêt pour la maison."), reference=document.reference)
    elif document.type_code == type_codes.DEPOSIT:
        say(N_("La facture d'acompte {number} est émise."), number=document.number)
    else:
        say(N_("La facture {number} est émise."), number=document.number)


@command(invoices, "number", needs="invoice.answer")
@click.argument("document")
@click.argument("number")
@click.option("--total", "gross_cents", type=CENTS, required=True, help="Son total à payer.")
@click.option("--day", "issued_on", type=DAY, help="Sa date ; sinon aujourd'hui.")
@click.option("--because", default="", help="Pourquoi son total est bon, s'il n'est pas le nôtre.")
def number(
    work: Work,
    document: str,
    number: str,
    gross_cents: int,
    issued_on: datetime | None,
    because: str,
) -> None:
    """Noter le numéro que la maison a donné."""
    found = the_document(work, document, "invoice.answer", "bill")
    said = answers.CarrierNumber(number, day_of(issued_on) or work.today, gross_cents)
    row = answers.note_number(work, found.id, said, accept_difference=because)
    if not row.stands:
        raise KpaError(N_("Ce total n'est pas le nôtre. Vérifie, puis dis pourquoi il est bon."))
    say(N_("La facture {number} est notée."), number=row.number)


@command(invoices, "send-back", needs="invoice.answer")
@click.argument("document")
@click.option("--because", required=True, help="Pourquoi la maison n'en veut pas.")
def send_back(work: Work, document: str, because: str) -> None:
    """Noter que la maison renvoie un projet de facture."""
    found = the_document(work, document, "invoice.answer", "bill")
    answers.send_back(work, found.id, because)
    say(N_("C'est noté. Corrige, puis confie un nouveau projet."))


@command(invoices, "credit", needs="invoice.credit")
@click.argument("document")
@click.option("--because", required=True, help="Pourquoi elle est reprise : le client le lit.")
def credit(work: Work, document: str, because: str) -> None:
    """Faire l'avoir qui reprend une facture."""
    found = the_document(work, document, "invoice.credit", "bill")
    made = issuing.credit(work, found.id, because)
    if made.kind == "handover":
        say(N_("Le projet {reference} est prêt pour la maison."), reference=made.reference)
    else:
        say(N_("L'avoir {number} est émis."), number=made.number)


@command(invoices, "pdf", needs="document.read")
@click.argument("document")
@TO_FILE
def pdf(work: Work, document: str, path: Path) -> None:
    """Écrire le PDF d'un papier."""
    found = the_document(work, document, "document.read", "bill")
    write_new(path, printing.pdf_of(work, found))


WAYS: dict[str, Callable[[Work, Document], bytes]] = {
    "pdf": printing.pdf_of,
    "xml": printing.xml_of,
    "ubl": printing.ubl_of,
    "csv": lambda _, document: exports.as_csv(document),
    "json": lambda _, document: exports.as_json(document),
}


@command(invoices, "export", needs="document.read")
@click.argument("document", default="")
@click.option("--format", "way", type=click.Choice(tuple(WAYS)), help="Sinon, la fin du nom.")
@click.option("--month", default="", help="Tout un mois dans un dossier .zip, comme 2026-11.")
@click.option("--carrier", default="", help="De quelle maison est ce mois.")
@TO_FILE
def export(
    work: Work, document: str, way: str | None, month: str, carrier: str, path: Path
) -> None:
    """Écrire un papier (PDF, XML, UBL, CSV, JSON), ou un mois entier (.zip)."""
    if bool(document) == bool(month):
        raise Misuse(N_("Dis quel papier, ou quel mois avec --month."))
    if month:
        from kpa_core.invoices.cli.months import export_month

        export_month(work, month, carrier, path)
        return
    found = the_document(work, document, "document.read", "bill")
    chosen = way or path.suffix.lower().removeprefix(".")
    if chosen not in WAYS:
        raise Misuse(N_("Le nom du fichier finit par .pdf, .xml, .csv ou .json."))
    if found.number is None and chosen in ("xml", "ubl"):
        raise Refused(N_("{name} n'est pas une facture."), name=found.reference)
    write_new(path, WAYS[chosen](work, found))


@command(invoices, "verify", needs="house.read")
@click.option(
    "--head",
    "--witness",
    "kept",
    multiple=True,
    help="SÉRIE=NOMBRE:EMPREINTE, gardée ailleurs.",
)
@JSON
def verify(work: Work, kept: tuple[str, ...], as_json: bool) -> None:
    """Vérifier que rien n'a changé depuis l'émission ; code 1 sinon."""
    anchors = audit.read_anchors(work.instance.anchors)
    found = verification.verify(
        work.session, witnesses=_witnesses(kept), anchors=anchors, files=work.instance.files
    )
    unknown = set(_witnesses(kept)) - {one.name for one in found}
    if unknown:
        raise Misuse(N_("Aucune série ne s'appelle « {name} »."), name=min(unknown))
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False))
    else:
        for one in found:
            click.echo(
                f"{'ok ' if one.holds else '!! '} {one.name}  {one.count}  {one.head}".rstrip()
            )
    for one in found:
        if not one.holds:
            raise KpaError(
                N_("{name} : {count} papiers sûrs. {bad} ne tient pas : {reason}."),
                name=one.name,
                count=one.count,
                bad=one.bad or "?",
                reason=gettext(verification.REASONS.get(one.reason, one.reason)),
            )


def _witnesses(kept: tuple[str, ...]) -> dict[str, list[Head]]:
    heads: dict[str, list[Head]] = {}
    for text in kept:
        found = WITNESS.fullmatch(text)
        if found is None:
            raise Misuse(N_("« {text} » n'est pas SÉRIE=NOMBRE:EMPREINTE."), text=text)
        heads.setdefault(found[1], []).append(Head(int(found[2]), bytes.fromhex(found[3])))
    return heads
