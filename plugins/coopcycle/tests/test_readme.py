"""The README tells what exists: tables, hooks, rights, settings and commands."""

import dataclasses
import re
from pathlib import Path

import click

from kpa_coopcycle import CoopCyclePlugin, cli
from kpa_coopcycle.models import ConnectionRow, DeliveryRow, StepRow
from kpa_coopcycle.rights import CAPABILITIES
from kpa_coopcycle.settings import Settings
from kpa_core.testing import check_plugin

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def told(title):
    """Return the words in code marks of the first column of a section's table."""
    section = README.split(f"\n## {title}\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("|")]
    return {word for row in rows for word in re.findall(r"`([^`]+)`", row)}


def test_every_table_hook_right_and_setting_is_told():
    tables = {one.__tablename__ for one in (ConnectionRow, DeliveryRow, StepRow)}
    assert told("Tables") == tables
    hooks = {name for name, one in vars(CoopCyclePlugin).items() if hasattr(one, "kpa_impl")}
    assert told("Hooks used") == hooks
    assert told("Rights") == {one.key for one in CAPABILITIES}
    assert told("Settings") == {one.name for one in dataclasses.fields(Settings)}


def test_every_command_is_told():
    group = click.Group("coopcycle")
    cli.add(group, Settings())
    line = next(one for one in README.splitlines() if "`register_commands`" in one)
    words = re.findall(r"`([^`]+)`", line.split("|")[2])
    assert {one.split()[-1] for one in words} == set(group.commands)


def test_it_keeps_the_contract_of_plugins():
    check_plugin(CoopCyclePlugin)
