"""The contract every plugin keeps, checked in one line: ``check_plugin(MyPlugin)``."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import sqlalchemy as sa
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from kpa_core import clock, hookspecs, jobs, migrate
from kpa_core.contracts import Event
from kpa_core.db import Base
from kpa_core.plugins import API_VERSION, Plugin
from kpa_core.testing.kpa import TestKpa
from kpa_core.work import KPA, collect

NAME = re.compile(r"[a-z][a-z0-9_]*")


def check_plugin(
    plugin_class: type[Plugin],
    *,
    specs: Iterable[ModuleType] = (),
    events: Mapping[str, Mapping[str, object]] | None = None,
) -> None:
    """Check all that the door asks of a plugin.

    Each ``on_*`` hook it implements is told of one event twice, and its tables must be those of
    once. ``events`` is what such an event tells, by hook; ``specs`` are hooks besides the core's.

    Raises:
        AssertionError: the first promise that does not hold, in a sentence.
    """
    _check_class(plugin_class)
    with tempfile.TemporaryDirectory() as folder:
        kpa = TestKpa.make(Path(folder) / "kpa", plugins=[plugin_class], specs=specs)
        try:
            for check in (
                _loads,
                _tables,
                _migrations,
                _jobs_are_known,
                _pages,
                _templates,
                _people,
            ):
                check(plugin_class, kpa)
            _events(plugin_class, kpa, [hookspecs, *specs], events or {})
        finally:
            kpa.close()
    _texts(plugin_class)


def _check_class(plugin_class: type[Plugin]) -> None:
    name = plugin_class.name
    assert NAME.fullmatch(name), f"the name {name!r} is not small letters, digits and _"
    assert plugin_class.api_version == API_VERSION, f"api_version is not {API_VERSION}"
    assert (plugin_class.__doc__ or "").strip(), f"{plugin_class.__name__} has no docstring"


def _loads(plugin_class: type[Plugin], kpa: TestKpa) -> None:
    state = kpa.instance.plugins.states[plugin_class.name]
    assert state.state == "loaded", f"the plugin is {state.state}: {state.reason}"


def _own_tables(plugin_class: type[Plugin]) -> Iterator[sa.Table]:
    package = plugin_class.__module__.split(".")[0]
    for mapper in Base.registry.mappers:
        if mapper.class_.__module__.split(".")[0] == package:
            assert isinstance(mapper.local_table, sa.Table)
            yield mapper.local_table


def _tables(plugin_class: type[Plugin], kpa: TestKpa) -> None:
    for table in _own_tables(plugin_class):
        prefix = f"{plugin_class.name}_"
        assert table.name.startswith(prefix), f"table {table.name!r} does not start with {prefix!r}"


def _migrations(plugin_class: type[Plugin], kpa: TestKpa) -> None:
    own = [part for part in migrate.parts(kpa.instance) if part.name == plugin_class.name]
    tables = {table.name for table in _own_tables(plugin_class)}
    assert own or not tables, f"tables {sorted(tables)} have no migration"
    for part in own:
        left = migrate.differences(kpa.instance, part)
        assert not left, f"models and migrations differ: {left}"


def _jobs_are_known(plugin_class: type[Plugin], kpa: TestKpa) -> None:
    for kind, job in jobs.kinds(kpa.instance).items():
        if kind.startswith(f"{plugin_class.name}."):
            assert job.every in ("", "daily", "hourly", "start"), f"job {kind!r} runs {job.every!r}"


def _pages(plugin_class: type[Plugin], kpa: TestKpa) -> None:
    assert kpa.app is not None
    _loads(plugin_class, kpa)  # a page without a lock refuses the plugin when the site is made


def _templates(plugin_class: type[Plugin], kpa: TestKpa) -> None:
    folder = _package(plugin_class) / "templates"
    strays = [path for path in folder.glob("*") if path.name != plugin_class.name]
    assert not strays, f"templates belong under templates/{plugin_class.name}/: {strays}"
    for path in folder.rglob("*.html"):
        kpa.app.jinja_env.get_template(str(path.relative_to(folder)))


def _people(plugin_class: type[Plugin], kpa: TestKpa) -> None:
    """A plugin that keeps rows about people says so, and erasing twice is fine."""
    someone = uuid4()
    with kpa.work(KPA) as work, work.transaction():
        list(collect(work, "personal_data", person_id=someone))
        for _ in range(2):
            list(collect(work, "erase_personal_data", person_id=someone))
    points = [
        column
        for table in _own_tables(plugin_class)
        for column in table.columns
        if any(key.column.table.name == "party" for key in column.foreign_keys)
    ]
    if points:
        for hook in ("personal_data", "erase_personal_data"):
            assert hasattr(plugin_class, hook), f"{points[0]} names people, but {hook} is missing"


def _events(
    plugin_class: type[Plugin],
    kpa: TestKpa,
    specs: Iterable[ModuleType],
    events: Mapping[str, Mapping[str, object]],
) -> None:
    tables = list(_own_tables(plugin_class))

    def rows() -> list[list[tuple[object, ...]]]:
        with kpa.work(KPA) as work:
            return [
                sorted((tuple(row) for row in work.session.execute(sa.select(table))), key=repr)
                for table in tables
            ]

    hooks = [name for spec in specs for name in vars(spec) if name.startswith("on_")]
    for hook in hooks:
        is_hook = hook != "on_error"  # the mark of a hook's contract
        if is_hook and plugin_class.name in kpa.instance.plugins.hearing(hook):
            check_event_once(kpa, plugin_class.name, hook, events.get(hook, {}), rows)


def check_event_once(
    kpa: TestKpa, plugin: str, hook: str, data: Mapping[str, object], effect: Callable[[], object]
) -> None:
    """Deliver an ``on_*`` event twice and check that its effect is that of once."""
    event = Event(uuid4(), hook, clock.now(), data)
    seen = []
    for _ in range(2):
        with kpa.work(KPA) as work, work.transaction(), work.for_plugin(plugin) as lent:
            kpa.instance.plugins.ask_or_skip(plugin, hook, work=lent, event=event)
        seen.append(effect())
    assert seen[0] == seen[1], f"{hook} delivered twice changed {seen[0]!r} into {seen[1]!r}"


def _texts(plugin_class: type[Plugin]) -> None:
    folder = _package(plugin_class)
    catalogue = folder / "translations" / "en" / "LC_MESSAGES" / f"{plugin_class.name}.po"
    if not catalogue.exists():
        return
    with catalogue.open("rb") as source:
        known = {message.id for message in read_po(source) if message.string}
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
    keywords = {"_": None, "N_": None, "lazy": None, "gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(folder, methods, keywords=keywords)
    missing = sorted(
        str(message) for _, _, message, _, _ in found if message not in known and message
    )
    assert not missing, f"not translated to English: {missing[:3]}"


def _package(plugin_class: type[Plugin]) -> Path:
    import sys

    module = sys.modules[plugin_class.__module__.split(".")[0]]
    assert module.__file__ is not None
    return Path(module.__file__).parent
