"""The README tells what exists: tables, hooks, rights, settings and commands."""

import dataclasses
import re
from pathlib import Path

import click

from kpa_catering import CateringPlugin, cli
from kpa_catering.models import TABLES
from kpa_catering.rights import CAPABILITIES
from kpa_catering.settings import Settings

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def told(title):
    """Return the words in code marks of the first column of a section's table."""
    section = README.split(f"\n## {title}\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("|")]
    return {word for row in rows for word in re.findall(r"`([^`]+)`", row)}


def test_every_table_is_told():
    assert told("Tables") == {model.__tablename__ for model in TABLES}


def test_every_hook_is_told():
    hooks = {name for name, one in vars(CateringPlugin).items() if hasattr(one, "kpa_impl")}
    assert told("Hooks used") == hooks


def test_every_right_is_told():
    assert told("Rights") == {one.key for one in CAPABILITIES}


def test_every_setting_is_told_with_its_default_and_explains_itself():
    fields = dataclasses.fields(Settings)
    assert told("Settings") == {one.name for one in fields}
    for one in fields:
        assert f"| `{one.name}` | `{one.default}` |" in README
        assert one.metadata["help"].endswith(".")


def test_every_command_is_told():
    group = click.Group("catering")
    cli.add(group, Settings())
    (row,) = [line for line in README.splitlines() if line.startswith("| `register_commands`")]
    assert set(re.findall(r"`(?:kpa catering )?(\w+)`", row.split("|")[2])) == set(group.commands)
