"""Write docs/reference/ from the code: hooks, commands, settings, rights. ``make docs`` runs it."""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from pydantic import BaseModel

from kpa_core import hookspecs
from kpa_core.cli.listing import CORE as COMMANDS
from kpa_core.config import Settings
from kpa_core.errors import KpaError
from kpa_core.rights.table import CORE, ROLES

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
HOOKS_FIRST = (
    "# Hooks\n\nMade from `kpa_core/hookspecs.py` by `make docs`. The difference of this page is "
    "the review of the plugin API.\n"
)


def hooks() -> str:
    """Return the page of every hook, in the file's order, with its contract."""
    parts = [HOOKS_FIRST, inspect.cleandoc(hookspecs.__doc__ or "") + "\n"]
    for name, function in vars(hookspecs).items():
        if not hasattr(function, "kpa_spec"):
            continue
        signature = inspect.signature(function)
        arguments = ", ".join(signature.parameters)
        types = ", ".join(
            f"{one.name}: {_type(one.annotation)}" for one in signature.parameters.values()
        )
        result = _type(signature.return_annotation)
        parts.append(
            f"## {name}({arguments})\n\n"
            f"`({types}) -> {result}` · on error: **{function.on_error}**\n\n"
            f"{inspect.getdoc(function)}\n"
        )
    return "\n".join(parts)


def commands() -> str:
    """Return the page of every command of the core, with its help in French."""
    os.environ["KPA_DIR"] = os.devnull  # no instance: no plugin's commands
    from kpa_core.cli import root

    context = click.Context(root, info_name="kpa", terminal_width=88, max_content_width=88)
    parts = ["# Commands\n\nMade from the code by `make docs`.\n"]
    parts += [_help(command, parent) for command, parent in _walk(root, context)]
    return "\n".join(parts)


def settings() -> str:
    """Return the page of every setting of ``kpa.toml``."""
    parts = [
        "# Settings\n\nMade from `kpa_core/config.py` by `make docs`. Each may also come from the "
        "environment: `KPA_SERVER__PORT=8001`.\n"
    ]
    for name, field in Settings.model_fields.items():
        model = field.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            parts.append(f"## [{name}]\n\n{inspect.getdoc(model)}\n\n{_table(model)}")
    parts.append(
        "## At the top\n\n| key | meaning | default |\n|---|---|---|\n"
        "| `plugins` | Plugins, in order. | `[]` |\n| `[plugin.NAME]` | One table per plugin. | |\n"
    )
    return "\n".join(parts)


def rights() -> str:
    """Return the table of rights: what the code decides by and the tests compare with."""
    head = "| capability | " + " | ".join(ROLES) + " |"
    line = "|---" * (len(ROLES) + 1) + "|"
    rows = [
        f"| `{row.key}`<br>{row.sentence} | "
        + " | ".join(row.holders.get(role, "") for role in ROLES)
        + " |"
        for row in CORE
    ]
    intro = (
        "# Rights\n\nMade from `kpa_core/rights/table.py` by `make docs`. A word says where a role "
        "holds a capability: `all`, its own `activity`, its own `carrier`, `self`. "
        "Empty is never.\n"
    )
    return "\n".join([intro, head, line, *rows, ""])


PAGES = {"hooks.md": hooks, "cli.md": commands, "settings.md": settings, "rights.md": rights}


def _type(annotation: object) -> str:
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
    return re.sub(r"\b(\w+\.)+", "", str(text)) or "None"


def _walk(
    group: click.Group, context: click.Context
) -> Iterator[tuple[click.Command, click.Context]]:
    for name in group.list_commands(context) if context.parent else COMMANDS:
        command = group.get_command(context, name)
        if command is None:
            raise KpaError(f"command {name!r} is listed and cannot be found")
        inner = click.Context(
            command, info_name=name, parent=context, terminal_width=88, max_content_width=88
        )
        yield command, inner
        if isinstance(command, click.Group):
            yield from _walk(command, inner)


def _help(command: click.Command, context: click.Context) -> str:
    needs = getattr(command, "kpa_needs", "")
    right = f"Needs `{needs}`.\n\n" if needs else ""
    return f"## {context.command_path}\n\n{right}```\n{command.get_help(context)}\n```\n"


def _table(model: type[BaseModel]) -> str:
    rows = ["| key | meaning | default |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        default = field.get_default()
        if isinstance(default, BaseModel):
            shown = f"`{default.model_dump(exclude_defaults=True) or '{}'}`"
        elif field.is_required():
            shown = "required"
        else:
            shown = f"`{default!r}`"
        rows.append(f"| `{name}` | {field.description or ''} | {shown} |")
    return "\n".join(rows) + "\n"


def write(folder: Path = FOLDER) -> None:
    """Write every page."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), "utf-8")


if __name__ == "__main__":
    write(*map(Path, sys.argv[1:]))
