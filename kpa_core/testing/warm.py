"""What the KPAs of a test run share, so that a new one costs little: nothing that holds data.

Each test has a KPA of its own, with an engine and an application of its own. Without this, each
would compile the same statements and the same templates again, which takes longer than most tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from functools import cache
from importlib.metadata import EntryPoints, entry_points
from typing import Any
from unittest import mock

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Dialect
from werkzeug.routing import Rule

from kpa_core import plugins

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
    """A route that is read once for all applications, with the functions that write its address.

    What is made of its words knows no application; only making it takes time.
    """

    _read: dict[tuple[Any, ...], tuple[Any, ...]] = {}  # noqa: RUF012 - shared by all
    _made: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}  # noqa: RUF012 - shared by all

    def compile(self) -> None:
        assert self.map is not None
        kinds = tuple(self.map.converters.items())
        key = (self.rule, self.host, self.subdomain, self.merge_slashes, kinds)
        if key not in self._read:
            super().compile()
            self._read[key] = self._parts, self._trace, self._converters
            return
        self._parts, self._trace, self._converters = map(copy, self._read[key])
        self.arguments.update(self._converters)
        self._build = self._compile_builder(False).__get__(self, None)
        self._build_unknown = self._compile_builder(True).__get__(self, None)

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


@cache
def _offered(group: str) -> EntryPoints:
    return entry_points(group=group)


@contextmanager
def shared_packages() -> Iterator[None]:
    """Let the instance opened meanwhile know what is installed without looking again."""
    if vars(plugins)["entry_points"] is not entry_points:  # a test says itself what is installed
        yield
        return
    with mock.patch.object(plugins, "entry_points", _offered):
        yield
