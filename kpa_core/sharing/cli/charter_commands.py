"""``kpa charter``: the group's rules, since when, who decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from kpa_core.activities.cli.typed import DAY, JSON, day_of, the_activity
from kpa_core.commands import command, say
from kpa_core.commands.rows import show_rows
from kpa_core.errors import N_, Misuse
from kpa_core.i18n import gettext
from kpa_core.sharing import group_rules, share_rules
from kpa_core.sharing.rules import RULES
from kpa_core.work import Work

charter = click.Group("charter", help="Les règles du groupe.")
FROM = click.option(
    "--from", "starts_on", type=DAY, help="À partir de ce jour ; sinon dès que possible."
)
DECIDED = click.option("--decided", required=True, help="Qui a décidé, et quand.")


@command(charter, "list", needs="charter.read")
@JSON
def list_rules(work: Work, as_json: bool) -> None:
    """Voir les règles qui valent aujourd'hui."""
    rows = [
        {
            "key": one.key,
            "sentence": gettext(one.sentence),
            "value": dict(one.value),
            "starts_on": one.starts_on,
            "source": one.source,
        }
        for one in group_rules.rules(work)
    ]
    show_rows(rows, as_json, "key", "sentence", "value", "starts_on", "source")


@command(charter, "set", needs="charter.write")
@click.argument("key")
@click.argument("values", nargs=-1, required=True)
@FROM
@DECIDED
def set_rule(
    work: Work, key: str, values: tuple[str, ...], starts_on: datetime | None, decided: str
) -> None:
    """Changer une règle, comme : pot.common rate_bp=1500."""
    day = day_of(starts_on) or group_rules.first_day(work, key)
    group_rules.change(work, key, dict(map(_read, values)), starts_on=day, source=decided)
    say(N_("La règle est changée. Les partages finis ne changent pas."))


@command(charter, "share-rule", needs="charter.write")
@click.argument("key", type=click.Choice(list(RULES)))
@click.option("--activity", help="Seulement pour cette activité.")
@FROM
@DECIDED
def share_rule(
    work: Work, key: str, activity: str | None, starts_on: datetime | None, decided: str
) -> None:
    """Choisir comment on calcule les parts."""
    activity_id = the_activity(work, activity).id if activity else None
    share_rules.choose(
        work,
        key,
        starts_on=day_of(starts_on) or share_rules.first_day(work, activity_id),
        voted=decided,
        activity_id=activity_id,
    )
    say(N_("La règle est changée. Les partages finis ne changent pas."))


def _read(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    if not sign:
        raise Misuse(N_("« {text} » n'est pas un réglage. Exemple : rate_bp=1500"), text=text)
    if value in ("yes", "no"):
        return name, value == "yes"
    return name, int(value) if value.isascii() and value.isdigit() else value
