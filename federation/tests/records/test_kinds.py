"""The kinds of every plugin are collected; a wrong one is left out, by a sentence that names it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kpa_core.api import Plugin, RecordField, RecordType, hookimpl
from kpa_federation.catalogue.kinds import BY_KEY
from kpa_federation.records.kinds import kinds

TITLE = RecordField("title", "Titre", required=True, example="Une chose")
GOOD = RecordType("kpa.example/thing/1", "Chose", "", (TITLE,), {"title": "Une chose"})


def bringing(plugin_name, *brought):
    class Bringer(Plugin):
        """A plugin that brings kinds."""

        name = plugin_name
        api_version = 1

        @hookimpl
        def register_record_types(self):
            if not brought:
                raise ValueError("broken")
            return brought

    return Bringer


def kinds_with(make_kpa, *plugins):
    kpa = make_kpa(plugins=["federation", *plugins], strict=False)
    with kpa.work() as work:
        return kinds(work)


def test_federation_and_plugins_bring_kinds(make_kpa):
    known = kinds_with(make_kpa, bringing("first", GOOD))
    assert set(known.types) == {*BY_KEY, GOOD.key}
    assert known.owners[GOOD.key] == "first"
    assert known.refused == ()


def test_a_key_offered_twice_refuses_the_second(make_kpa):
    other = replace(GOOD, label="Autre")
    known = kinds_with(make_kpa, bringing("first", GOOD), bringing("second", other))
    assert known.types[GOOD.key] is GOOD
    (fault,) = known.refused
    assert "second" in str(fault)
    assert "first" in str(fault)
    assert GOOD.key in str(fault)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(GOOD, key="thing"),
        replace(GOOD, example={}),
        replace(GOOD, fields=(TITLE, TITLE)),
        replace(GOOD, fields=(TITLE, RecordField("salt", "Sel"))),
    ],
)
def test_a_kind_written_wrongly_is_left_out_alone(make_kpa, wrong):
    known = kinds_with(make_kpa, bringing("first", wrong, replace(GOOD, key="kpa.example/b/1")))
    assert set(known.types) == {*BY_KEY, "kpa.example/b/1"}
    (fault,) = known.refused
    assert "first" in str(fault)


def test_a_plugin_that_fails_leaves_the_others(make_kpa):
    known = kinds_with(make_kpa, bringing("broken"), bringing("first", GOOD))
    assert set(known.types) == {*BY_KEY, GOOD.key}
    (fault,) = known.refused
    assert "broken" in str(fault)
