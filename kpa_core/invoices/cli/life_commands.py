"""``kpa invoices check``, ``status``, ``reminders``, ``excess``, ``head`` and ``archive``."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from kpa_core.activities.cli.typed import DAY, JSON, day_of, the_order
from kpa_core.activities.models import Order
from kpa_core.activities.service import visible_orders
from kpa_core.commands import command, say
from kpa_core.commands.rows import show_rows
from kpa_core.errors import N_, KpaError
from kpa_core.i18n import gettext, sentence
from kpa_core.invoices import documents
from kpa_core.invoices.carrier import carriers as carrier_service
from kpa_core.invoices.carrier import issuers
from kpa_core.invoices.cli.carrier_commands import carriers
from kpa_core.invoices.cli.invoice_commands import invoices
from kpa_core.invoices.cli.typed import new_file, the_document
from kpa_core.invoices.drafts import prechecking
from kpa_core.invoices.life import follow_ups, overpayments, platforms, reminder_texts, reminders
from kpa_core.invoices.making import previews
from kpa_core.invoices.paper.prechecks import Finding, findings
from kpa_core.invoices.proof import archive, heads
from kpa_core.work import Work

MARKS = {"stop": "!!", "warn": "? ", "told": "- "}


@command(invoices, "check", needs="document.read")
@click.argument("name", required=False)
@JSON
def check(work: Work, name: str | None, as_json: bool) -> None:
    """Voir ce qui manque avant d'émettre ; code 1 si quelque chose bloque."""
    names = [name] if name else _waiting(work)
    told = {one: _found(work, one) for one in names}
    if as_json:
        rows = [
            {
                "name": one,
                "level": found.level,
                "field": found.field,
                "rule": found.rule,
                "text": sentence(found.sentence),
            }
            for one, every in told.items()
            for found in every
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for one, every in told.items():
            _print(one, every)
    bad = [one for one, every in told.items() if any(found.blocks for found in every)]
    if bad:
        raise KpaError(N_("Rien ne part encore pour : {names}."), names=", ".join(bad))


@command(invoices, "status", needs="document.read")
@click.argument("document")
@click.option("--set", "code", type=click.Choice(list(platforms.LABELS)), help="Le statut.")
@click.option("--day", "said_on", type=DAY, help="Depuis quel jour ; sinon aujourd'hui.")
@click.option("--because", default="", help="La raison que la plateforme donne.")
@click.option("--from-platform", is_flag=True, help="C'est un programme qui le dit.")
@JSON
def status(
    work: Work,
    document: str,
    code: str | None,
    said_on: datetime | None,
    because: str,
    from_platform: bool,
    as_json: bool,
) -> None:
    """Voir, ou noter, ce que la plateforme dit d'une facture."""
    found = the_document(work, document, "document.read", "bill")
    if code is not None:
        row = platforms.note_status(
            work,
            found.id,
            code,
            said_on=day_of(said_on),
            reason=because,
            source="platform" if from_platform else "person",
        )
        say(N_("C'est noté : {state}."), state=gettext(platforms.LABELS[row.code]))
        return
    if platforms.is_to_deposit(work.session, found) and not as_json:
        say(N_("{name} est à déposer sur la plateforme."), name=documents.shown_name(found))
    rows = [
        {
            "code": one.code,
            "label": gettext(platforms.LABELS.get(one.code, one.code)),
            "said_on": one.said_on,
            "reason": one.reason,
            "by_name": one.by_name,
            "amounts": one.amounts,
        }
        for one in platforms.statuses_of(work.session, found)
    ]
    show_rows(rows, as_json, "code", "label", "said_on", "reason")


@command(invoices, "reminders", needs="payment.record")
@click.argument("document", required=False)
@click.option("--sent", "act", flag_value="sent", help="La relance du jour est partie.")
@click.option("--stop", "act", flag_value="stopped", help="Ne plus relancer.")
@click.option("--resume", "act", flag_value="resumed", help="Relancer de nouveau.")
@click.option("--not-arrived", "act", flag_value="not_arrived", help="L'argent n'est pas là.")
def remind(work: Work, document: str | None, act: str | None) -> None:
    """Voir les relances à envoyer, ou le texte de l'une, ou noter ce qu'on en fait."""
    if document is None:
        for due in reminders.overdue(work):
            click.echo(f"{documents.shown_name(due.document)}  {due.step}")
        return
    found = the_document(work, document, "payment.record", "bill")
    if act == "sent":
        reminders.sent_by_hand(work, found.id)
    elif act is not None:
        follow_ups.answer(work, found.id, act)
    else:
        ready = reminders.due_of(work.session, found)
        if ready is None:
            raise KpaError(N_("Il n'y a pas de relance à envoyer aujourd'hui pour cette facture."))
        letter = reminder_texts.letter(work, ready)
        click.echo(f"{letter.subject}\n\n{letter.text}")
        return
    say(N_("C'est noté."))


@command(carriers, "reminders", needs="carrier.write")
@click.argument("name")
@click.argument("days", nargs=-1, type=click.IntRange(1, 365))
def schedule(work: Work, name: str, days: tuple[int, ...]) -> None:
    """Dire combien de jours après l'échéance partent les relances ; sans jour, rien ne part."""
    found = carrier_service.carrier_named(work, name, "carrier.write")
    reminders.set_schedule(work, found.id, list(days))
    say(N_("C'est noté."))


@command(invoices, "excess", needs="payment.record")
@click.argument("document")
@click.argument("choice", type=click.Choice(list(overpayments.CHOICES)))
def excess(work: Work, document: str, choice: str) -> None:
    """Dire ce qu'on fait de l'argent reçu en trop."""
    found = the_document(work, document, "payment.record", "bill")
    overpayments.decide(work, found.id, choice)
    say(N_("C'est noté."))


@command(invoices, "head", needs="house.read")
@JSON
def head(work: Work, as_json: bool) -> None:
    """Voir la fin de chaque série : à garder ailleurs, pour « verify --head »."""
    found = list(heads.heads(work.session))
    if as_json:
        rows = [
            {"series": one.name, "count": one.count, "sha256": one.sha256, "day": str(one.day)}
            for one in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for one in found:
        click.echo(one.text)


@command(invoices, "archive", needs="document.read")
@click.option(
    "--to", "path", required=True, type=click.Path(path_type=Path), help="Un dossier ou un .zip."
)
@click.option("--year", type=click.IntRange(2000, 2099), help="Seulement cette année.")
def make_archive(work: Work, path: Path, year: int | None) -> None:
    """Écrire une copie lisible pour dix ans : PDF, XML, JSON, une page et des empreintes."""
    found = archive.chosen(work, year)
    if path.suffix.lower() == ".zip":
        with new_file(path) as target:
            told = archive.to_zip(work, found, target)
    else:
        told = archive.to_folder(work, found, path)
    say(N_("{path} est écrit : {count} papiers."), path=path, count=told.count)


def _waiting(work: Work) -> list[str]:
    """Return the orders whose invoice is to make."""
    query = visible_orders(work, "document.read").where(Order.state == "done")
    return [one.reference for one in work.session.scalars(query.order_by(Order.reference))]


def _found(work: Work, name: str) -> list[Finding]:
    if name.strip().upper().startswith("C-"):
        order = the_order(work, name, "document.read")
        seen = previews.preview(work, order)
        faults = [*seen.faults, *_yeses_missing(work, order, seen)]
        return [
            *(Finding("order", "kpa", one.message, params=one.params) for one in faults),
            *seen.found,
        ]
    document = documents.named(work, name)
    paper = documents.snapshot_of(document)
    carrier = documents.carrier_of(work.session, document)
    return list(findings(paper, prechecking.facts_of(work.session, carrier, paper)))


def _yeses_missing(work: Work, order: Order, seen: previews.Preview) -> list[KpaError]:
    """Return what the page says beside its button: an invoice that two members must say yes to."""
    if seen.carrier is None or seen.made is None or seen.made.kind == "quote":
        return []
    missing = issuers.yeses_missing(work, order, seen.carrier)
    return [missing] if missing is not None else []


def _print(name: str, every: list[Finding]) -> None:
    if not any(one.blocks for one in every):
        say(N_("{name} : rien ne bloque."), name=name)
    for one in every:
        click.echo(f"{MARKS[one.level]} {name}  {sentence(one.sentence)}  ({one.rule})")
