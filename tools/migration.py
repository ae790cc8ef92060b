"""Write the next migration of the core or of a plugin from its models: a draft to read and name.

python tools/migration.py core 0007 add_delivery_zone "Remember the delivery zone."
A fifth word keeps only the tables of one package, such as kpa_core.sharing.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from alembic.autogenerate import produce_migrations
from alembic.autogenerate.api import render_python_code
from alembic.migration import MigrationContext

from kpa_core import db, migrate
from kpa_core.migrate import Part
from kpa_core.testing.kpa import TestKpa

PAGE = '''"""{sentence}"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "{revision}", {down!r}


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
'''


def write(part_name: str, number: str, slug: str, sentence: str, package: str = "") -> Path:
    """Write the draft and return its path."""
    plugins = [] if part_name == "core" else [part_name]
    revision = f"{part_name}_{number}"
    with tempfile.TemporaryDirectory() as folder:
        kpa = TestKpa.make(Path(folder) / "kpa", plugins=plugins)
        part = migrate.parts(kpa.instance)[-1 if plugins else 0]
        heads = part.script.get_heads()
        with kpa.instance.engine.connect() as connection:
            opts = {"version_table": part.version_table, "include_object": _chosen(part, package)}
            context = MigrationContext.configure(connection, opts=opts)
            script = produce_migrations(context, db.Base.metadata)
        kpa.close()
    assert script.upgrade_ops
    assert script.downgrade_ops
    text = PAGE.format(
        sentence=sentence,
        revision=revision,
        down=heads[0] if heads else None,
        upgrade=_code(render_python_code(script.upgrade_ops)),
        downgrade=_code(render_python_code(script.downgrade_ops)),
    )
    path = part.directory / "versions" / f"{revision}_{slug}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def _chosen(part: Part, package: str) -> Callable[..., bool]:
    modules = {
        mapper.local_table.name: mapper.class_.__module__ for mapper in db.Base.registry.mappers
    }

    def is_chosen(_object: object, name: str | None, kind: str, *_: object) -> bool:
        if kind != "table" or name is None:
            return True
        names = [part.name] if part.name else []
        return part.owns(name, names) and modules.get(name, "").startswith(package)

    return is_chosen


def _code(rendered: str) -> str:
    lines = [line for line in rendered.splitlines() if not line.strip().startswith("#")]
    # Our own types are written out as what the database keeps.
    text = "\n".join(lines).strip()
    for ours in ("kpa_core.db.Utc(timezone=True)", "kpa_core.db.Utc()"):
        text = text.replace(ours, "sa.DateTime(timezone=True)")
    return text


if __name__ == "__main__":
    print(write(*sys.argv[1:6]))
