"""``kpa invoices import-answers`` and ``carrier-link``: what a carrier answers."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kpa_core.activities.cli.typed import JSON
from kpa_core.commands import command, say
from kpa_core.errors import N_, KpaError
from kpa_core.i18n import gettext, sentence
from kpa_core.invoices import imports, links
from kpa_core.invoices.carrier import carrier_links
from kpa_core.invoices.cli.invoice_commands import invoices
from kpa_core.invoices.cli.typed import the_document
from kpa_core.invoices.imports import Finding
from kpa_core.work import Work

STATUS = {
    "new": N_("nouveau"),
    "known": N_("déjà là"),
    "differs": N_("différent"),
    "unknown": N_("inconnu"),
    "refused": N_("refusé"),
}


@command(invoices, "import-answers", needs="invoice.answer")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Écrire ; sinon on regarde seulement.")
@JSON
def import_answers(work: Work, file: Path, yes: bool, as_json: bool) -> None:
    """Lire les numéros et les paiements que la maison renvoie (CSV)."""
    with file.open("rb") as opened:
        lines = imports.read(opened.read(imports.MAX_BYTES + 1))
    found = imports.compare(work, lines)
    done = imports.write(work, lines, imports.to_write(found)) if yes else []
    new = sum(one.status == "new" for one in done)
    if as_json:
        click.echo(json.dumps([_row(one) for one in found], ensure_ascii=False))
    else:
        for one in found:
            click.echo(_told(one))
        if yes:
            say(N_("Nouveau : {new}. Déjà là : {known}."), new=new, known=len(done) - new)
        else:
            say(N_("Rien n'est écrit. Pour écrire, ajoute --yes."))
    if any(one.status == "refused" for one in found):
        raise KpaError(N_("Des lignes sont refusées : corrige-les, puis recommence."))


@command(invoices, "carrier-link", needs="invoice.answer")
@click.argument("document")
@click.option("--end", is_flag=True, help="Fermer ce lien : l'adresse ne mène plus nulle part.")
def carrier_link(work: Work, document: str, end: bool) -> None:
    """Donner le lien où la maison répond, sans compte."""
    found = the_document(work, document, "invoice.answer", "bill")
    if end:
        carrier_links.end_link(work, found.id)
        say(N_("Ce lien ne marche plus."))
        return
    link = carrier_links.make_link(work, found.id)
    click.echo(links.carrier_url(work.instance, link.id))


def _row(one: Finding) -> dict[str, object]:
    return {
        "line": one.line,
        "kind": one.kind,
        "status": one.status,
        "name": one.name,
        "what": sentence(one.what),
    }


def _told(one: Finding) -> str:
    status = gettext(STATUS[one.status])
    name = f"{one.name} : " if one.name else ""
    return f"{one.line:>5}  {status:<10} {name}{sentence(one.what)}"
