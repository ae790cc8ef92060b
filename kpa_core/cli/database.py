"""``kpa migrate``, ``doctor``, ``audit`` and ``outbox``."""

from __future__ import annotations

import json
import sys
from uuid import UUID

import click

from kpa_core import audit as log
from kpa_core import commands, health, jobs, remotes
from kpa_core import migrate as migrations
from kpa_core import outbox as job_table
from kpa_core.commands.rows import show_rows
from kpa_core.config import shown
from kpa_core.errors import N_, KpaError, Misuse
from kpa_core.i18n import lazy
from kpa_core.invoices import guards
from kpa_core.speaking import say
from kpa_core.work import Work


@click.group()
def house() -> None:
    """Hold the single commands below; each is called by its own name."""


@commands.command(house, "migrate", needs="house.operate")
@click.option("--no-backup", is_flag=True, help="Sans sauvegarde avant.")
def migrate(work: Work, no_backup: bool) -> None:
    """Sauver la base, puis la mettre à jour."""
    from kpa_core.cli.archive import write_backup

    instance = work.instance
    work.session.rollback()
    standings = migrations.standings(instance)
    pending = [one for one in standings if one.pending]
    if pending and not no_backup and any(one.current for one in standings):
        say(N_("Sauvegarde : {path}"), path=write_backup(work))
    for done in migrations.upgrade(instance, guards=guards.install):
        click.echo(done)
    say(N_("La base est à jour."))


@commands.command(house, "doctor", needs="house.operate")
@click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
@click.option("--settings", is_flag=True, help="Montrer aussi les réglages, sans les secrets.")
def doctor(work: Work, as_json: bool, settings: bool) -> None:
    """Voir si tout va bien ; code 1 si quelque chose ne va pas."""
    found = health.checks(work.instance)
    if as_json:
        rows = [{"name": one.name, "ok": one.ok, "detail": str(one.detail)} for one in found]
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for one in found:
            click.echo(f"{'ok ' if one.ok else '!! '} {one.name}  {one.detail}".rstrip())
    if settings:
        click.echo(json.dumps(shown(work.instance.settings), ensure_ascii=False, indent=2))
    if not all(one.ok for one in found):
        sys.exit(1)


@click.group()
def audit() -> None:
    """Le journal : qui a fait quoi."""


@commands.command(audit, "verify", needs="house.operate")
def verify(work: Work) -> None:
    """Vérifier que le journal est entier ; code 1 sinon."""
    found = log.verify(work.session, log.read_anchors(work.instance.anchors))
    if found.broken is not None:
        raise KpaError(
            N_(
                "{count} lignes sûres. La ligne {seq} ne tient pas : {reason}. Repères : {anchors}."
            ),
            count=found.count,
            seq=found.broken.seq,
            reason=lazy(found.broken.reason),
            anchors=found.anchors,
        )
    say(
        N_("{count} lignes, toutes à leur place. Repères retrouvés : {anchors}."),
        count=found.count,
        anchors=found.anchors,
    )


@click.group()
def outbox() -> None:
    """Ce qui attend de partir."""


@commands.command(outbox, "list", needs="house.read")
@click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
def waiting(work: Work, as_json: bool) -> None:
    """Montrer ce qui attend ou bloque."""
    rows = [
        {
            "id": row.id,
            "kind": row.kind,
            "for": row.remote,
            "state": row.state,
            "attempts": row.attempts,
            "due": row.due_at,
            "why": row.last_error,
        }
        for row in jobs.waiting(work)
    ]
    show_rows(
        rows,
        as_json,
        "id",
        "kind",
        "for",
        "state",
        "attempts",
        "due",
        "why",
        labels={"state": job_table.STATE_LABELS},
    )


@commands.command(outbox, "away", needs="house.read")
@click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
def away(work: Work, as_json: bool) -> None:
    """Montrer les machines qui ne répondent plus."""
    rows = [
        {"id": row.id, "name": row.name, "since": row.away_since, "next": row.paused_until}
        | {"why": row.last_error}
        for row in remotes.away(work.session)
    ]
    show_rows(rows, as_json, "id", "name", "since", "next", "why")


@commands.command(outbox, "try-now", needs="house.operate")
@click.argument("machine")
def try_now(work: Work, machine: str) -> None:
    """Essayer tout de suite une machine qui ne répond plus."""
    jobs.try_now(work, _id(machine))
    say(N_("On essaie tout de suite."))


@commands.command(outbox, "retry", needs="house.operate")
@click.argument("job")
def retry(work: Work, job: str) -> None:
    """Essayer encore un envoi bloqué."""
    jobs.retry(work, _id(job))
    say(N_("C'est remis dans la file."))


@commands.command(outbox, "give-up", needs="house.operate")
@click.argument("job")
def give_up(work: Work, job: str) -> None:
    """Abandonner un envoi bloqué."""
    jobs.give_up(work, _id(job))
    say(N_("C'est abandonné."))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Misuse(
            N_("« {text} » n'est pas un identifiant. Copie-le de la liste."), text=text
        ) from error
