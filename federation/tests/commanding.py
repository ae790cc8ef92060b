"""``kpa federation …`` at a machine, without a process of its own."""

from __future__ import annotations

import click
from click.testing import CliRunner

from kpa_core.commands import Session
from kpa_core.work import OPERATOR
from kpa_federation import cli


class Lent:
    """An instance that stays open when the command ends."""

    def __init__(self, instance):
        self.instance = instance

    def __getattr__(self, name):
        return getattr(self.instance, name)

    def close(self):
        pass


def command(town, *words):
    """Return what a command says; errors come out as they are."""
    group = click.Group("federation")
    cli.add(group)
    session = Session(lambda: Lent(town.kpa.instance), lambda *_: OPERATOR)
    result = CliRunner().invoke(group, list(words), obj=session)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output
