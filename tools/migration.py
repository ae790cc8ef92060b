"""Write the next migration of the core or of a plugin from its models: a draft to read and name.

python tools/migration.py core 0002 add_delivery_zone "Remember the delivery zone."
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic.autogenerate import produce_migrations
from alembic.autogenerate.api import render_python_code
from alembic.migration import MigrationContext

from kpa_core import db, migrate
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


def write(part_name: str, number: str, slug: str, sentence: str) -> Path:
    """Write the draft and return its path."""
    plugins = [] if part_name == "core" else [part_name]
    with tempfile.TemporaryDirectory() as folder:
        kpa = TestKpa.make(Path(folder) / "kpa", plugins=plugins)
        part = migrate.parts(kpa.instance)[-1 if plugins else 0]
        heads = part.script.get_heads()
        names = [one for one in (part.name,) if one]
        with kpa.instance.engine.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={
                    "version_table": part.version_table,
                    "include_object": lambda _o, name, kind, *_: (
                        kind != "table" or part.owns(name or "", names)
                    ),
                },
            )
            script = produce_migrations(context, db.Base.metadata)
        assert script.upgrade_ops and script.downgrade_ops
        revision = f"{part_name}_{number}"
        text = PAGE.format(
            sentence=sentence,
            revision=revision,
            down=heads[0] if heads else None,
            upgrade=_code(render_python_code(script.upgrade_ops)),
            downgrade=_code(render_python_code(script.downgrade_ops)),
        )
        kpa.close()
    path = part.directory / "versions" / f"{revision}_{slug}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def _code(rendered: str) -> str:
    lines = [line for line in rendered.splitlines() if not line.strip().startswith("#")]
    # Our own types are written out as what the database keeps.
    text = (
        "\n".join(lines)
        .strip()
        .replace("kpa_core.db.Utc(timezone=True)", "sa.DateTime(timezone=True)")
    )
    return text.replace("kpa_core.db.Utc()", "sa.DateTime(timezone=True)")


if __name__ == "__main__":
    print(write(*sys.argv[1:5]))
