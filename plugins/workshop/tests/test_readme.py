"""The README tells what exists: tables, hooks, rights and commands."""

import re
from pathlib import Path

import click

from kpa_workshop import WorkshopPlugin, cli, models
from kpa_workshop.rights import CAPABILITIES

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def told(title):
    """Return the words in code marks of the first column of a section's table."""
    section = README.split(f"\n## {title}\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("|")]
    return {word for row in rows for word in re.findall(r"`([^`]+)`", row)}


def test_every_table_hook_and_right_is_told():
    tables = {
        one.__tablename__
        for one in vars(models).values()
        if getattr(one, "__module__", "") == models.__name__
    }
    assert told("Tables") == tables
    hooks = {name for name, one in vars(WorkshopPlugin).items() if hasattr(one, "kpa_impl")}
    assert told("Hooks used") == hooks
    assert told("Rights") == {one.key for one in CAPABILITIES}


def test_every_command_is_told():
    group = click.Group("workshop")
    cli.add(group)
    line = next(one for one in README.splitlines() if "`register_commands`" in one)
    words = re.findall(r"`([^`]+)`", line.split("|")[2])
    assert {one.split()[-1] for one in words} == set(group.commands)
