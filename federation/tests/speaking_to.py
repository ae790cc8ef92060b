"""What tests say to an instance: commands as a person, and what a page says in words."""

from __future__ import annotations

import re
from html import unescape

import click
from click.testing import CliRunner

from kpa_core.commands import Session
from kpa_federation import cli


def words(shown):
    """Return what a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", shown.text)).split())


def run(town, *said, role="animator"):
    """Run ``kpa federation …``; the operator's commands as the operator, others as a person."""
    group = click.Group("federation")
    cli.add(group)
    actor = town.kpa.person(f"Une {role}", role)
    session = Session(lambda: town.kpa.instance, lambda *_: actor)
    result = CliRunner().invoke(group, [str(one) for one in said], obj=session)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output
