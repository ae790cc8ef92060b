"""What the KPAs of a test run share, so that a new one costs little: nothing that holds data.

Each test has a KPA of its own, with an engine and an application of its own. Without this, each
would compile the same statements and the same templates again, which takes longer than most tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Dialect
from werkzeug.routing import Rule

_dialects: dict[str, tuple[Dialect, Any]] = {}


def share_statements(engine: sa.Engine) -> None:
    """Let an engine use the statements that others of its kind compiled.

    SQLAlchemy keeps compiled statements by dialect object, so the engines share that too. It knows
    the server, which is the same for all, and nothing of a database.
    """
    if engine.name not in _dialects:
        with engine.connect():  # the dialect learns here what the server can do
            _dialects[engine.name] = (engine.dialect, engine._compiled_cache)
        return
    dialect, statements = _dialects[engine.name]
    engine.dialect = dialect
    engine.pool._dialect = dialect
    engine._compiled_cache = statements


class _Route(Rule):
    """A route whose functions that write its address are made once for all applications.

    They are plain functions of the route given to them; only making them takes time.
    """

    _made: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}  # noqa: RUF012 - shared by all

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        given = tuple(sorted((self.defaults or {}).items()))
        key = (self.rule, tuple(self._trace), given, append_unknown)
        if key not in self._made:
            self._made[key] = super()._compile_builder(append_unknown)
        return self._made[key]


@contextmanager
def shared_routes() -> Iterator[None]:
    """Let the application made meanwhile use what others made for their routes."""
    with mock.patch.object(Flask, "url_rule_class", _Route):
        yield
