"""``kpa quotes``: send a quote, give its link, note the customer's answer."""

from __future__ import annotations

from pathlib import Path

import click

from kpa_core.activities.cli.typed import JSON, the_order
from kpa_core.commands import command, say
from kpa_core.commands.rows import show_rows
from kpa_core.errors import N_
from kpa_core.invoices import documents, links
from kpa_core.invoices.cli.typed import TO_FILE, row_of, the_document, write_new
from kpa_core.invoices.making import quotes as service
from kpa_core.invoices.models import Document
from kpa_core.invoices.sealing import printing
from kpa_core.work import Work

quotes = click.Group("quotes", help="Les devis.")


@command(quotes, "list", needs="document.read")
@JSON
def list_quotes(work: Work, as_json: bool) -> None:
    """Voir les devis."""
    query = documents.visible_documents(work).where(Document.kind == "quote")
    rows = [row_of(work, one) for one in work.session.scalars(query.order_by(Document.id))]
    show_rows(rows, as_json, "reference", "issued_on", "to_pay_cents")


@command(quotes, "send", needs="quote.send")
@click.argument("order")
def send(work: Work, order: str) -> None:
    """Envoyer le devis d'une commande ; le lien pour le client est écrit dessous."""
    document = service.send_quote(work, the_order(work, order, "quote.send").id)
    say(N_("Le devis {reference} est prêt pour le client."), reference=document.reference)
    click.echo(links.quote_url(work.instance, document.id))


@command(quotes, "link", needs="quote.send")
@click.argument("quote")
def link(work: Work, quote: str) -> None:
    """Redonner le lien d'un devis, à envoyer au client."""
    document = the_document(work, quote, "quote.send", "quote")
    click.echo(links.quote_url(work.instance, document.id))


@command(quotes, "accept", needs="quote.send")
@click.argument("quote")
@click.option("--by", "by_name", required=True, help="Qui a dit oui, chez le client.")
@click.option("--note", default="", help="Comment c'est arrivé.")
def accept(work: Work, quote: str, by_name: str, note: str) -> None:
    """Noter que le client accepte un devis."""
    _answer(work, quote, "accepted", by_name, note)


@command(quotes, "refuse", needs="quote.send")
@click.argument("quote")
@click.option("--by", "by_name", required=True, help="Qui a dit non, chez le client.")
@click.option("--note", default="", help="Pourquoi.")
def refuse(work: Work, quote: str, by_name: str, note: str) -> None:
    """Noter que le client refuse un devis."""
    _answer(work, quote, "refused", by_name, note)


@command(quotes, "pdf", needs="document.read")
@click.argument("quote")
@TO_FILE
def pdf(work: Work, quote: str, path: Path) -> None:
    """Écrire le PDF d'un devis."""
    document = the_document(work, quote, "document.read", "quote")
    write_new(path, printing.pdf_of(work, document))


def _answer(work: Work, quote: str, answer: str, by_name: str, note: str) -> None:
    document = the_document(work, quote, "quote.send", "quote")
    service.answer_quote(work, document.id, answer, by_name=by_name, text=note)
    say(N_("La réponse est notée."))
