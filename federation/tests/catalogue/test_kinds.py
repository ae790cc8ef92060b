"""The kinds of record, their bodies, and the records a first network starts with."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_core.api import RecordField, RecordType
from kpa_federation.catalogue.kinds import BY_KEY, RECORD_TYPES
from kpa_federation.catalogue.kinds.learning import LEARNING
from kpa_federation.catalogue.kinds.resource import RESOURCE
from kpa_federation.catalogue.licences import BY_ID
from kpa_federation.catalogue.linter import findings
from kpa_federation.catalogue.people_named import PersonName
from kpa_federation.catalogue.schema import check, faults
from kpa_federation.catalogue.seeds import GROUPS, seeds

BODY = {"title": "Sac", "summary": "Un sac.", "text": "On coud.", "state": "draft", "lang": "fr"}


def wrong(body, kind=RESOURCE):
    return [
        (problem.where, problem.message.format(**problem.params)) for problem in check(kind, body)
    ]


@pytest.mark.parametrize("kind", RECORD_TYPES, ids=lambda kind: kind.key)
def test_a_kind_is_sound_and_its_example_right_and_publishable(kind):
    assert faults(kind) == ()
    assert check(kind, kind.example) == ()
    assert findings(kind.example) == ()
    assert str(kind.label)
    assert str(kind.sentence).endswith(".")
    assert all(str(field.label) for field in kind.fields)


def test_kinds_are_told_by_their_key():
    assert set(BY_KEY) == {f"kpa-cite.fr/{name}/1" for name in ("resource", "learning", "instance")}


def test_a_small_body_is_right():
    assert wrong(BODY) == []
    assert wrong({"title": "T", "tried": "a", "happened": "b", "lang": "ar"}, LEARNING) == []


WRONG = {
    "nothing": ({"title": ""}, "title", "Titre : écris quelque chose."),
    "only spaces": ({"summary": " \n "}, "summary", "écris quelque chose"),
    "a number": ({"title": 4}, "title", "il faut un texte"),
    "too long": ({"title": "x" * 121}, "title", "121 signes, 120 au plus"),
    "two lines": ({"title": "a\nb"}, "title", "une seule ligne"),
    "another line break": ({"title": "a\u2028b"}, "title", "une seule ligne"),
    "a sign that turns the line": ({"text": "a\u202eb"}, "text", "un signe qu'on ne voit pas"),
    "half a sign": ({"text": "a\ud800"}, "text", "un signe qu'on ne voit pas"),
    "not offered": ({"lang": "de"}, "lang", "choisis dans la liste"),
    "a list as choice": ({"state": ["draft"]}, "state", "choisis dans la liste"),
    "a text as list": ({"tags": "sac"}, "tags", "il faut une liste"),
    "a long list": ({"tags": ["a"] * 13}, "tags", "13 lignes, 12 au plus"),
    "an empty line": ({"needs": ["four", ""]}, "needs.1", "une ligne est vide"),
    "a long line": ({"needs": ["x" * 301]}, "needs.0", "301 signes, 300 au plus"),
    "a list in a list": ({"needs": [["four"]]}, "needs.0", "il faut un texte"),
    "a place in lines": ({"place": "Lille\nMoulins"}, "place", "une seule ligne"),
    "salt": ({"salt": "abc"}, "salt", "réservé"),
    "files": ({"files": []}, "files", "réservé"),
    "unknown with a fraction": ({"x": 1.5}, "x", "ne peut pas être publié"),
    "unknown null": ({"x": None}, "x", "ne peut pas être publié"),
    "unknown yes": ({"x": {"y": True}}, "x", "ne peut pas être publié"),
    "unknown accent in a key": ({"été": "x"}, "été", "ne peut pas être publié"),
    "unknown too large": ({"x": 2**53}, "x", "ne peut pas être publié"),
    "unknown too deep": ({"x": [[[[[[[[[[[[["x"]]]]]]]]]]]]]}, "x", "ne peut pas être publié"),
}


@pytest.mark.parametrize(("change", "where", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_body_is_told_by_field(change, where, said):
    ((at, sentence),) = wrong({**BODY, **change})
    assert at == where
    assert said in sentence


@pytest.mark.parametrize("name", ["title", "summary", "text", "state", "lang"])
def test_what_is_required_may_not_be_missing(name):
    body = {key: value for key, value in BODY.items() if key != name}
    assert [where for where, _ in wrong(body)] == [name]


def test_what_a_newer_version_wrote_is_no_fault():
    assert wrong({**BODY, "season": "été", "later": {"deep": [1, {"a": "b"}]}}) == []


MENU = RecordType(
    key="catering.kpa-cite.fr/menu/1",
    label="Menu",
    sentence="Un menu.",
    fields=(
        RecordField("title", "Titre", required=True, example="Buffet"),
        RecordField("guests", "Personnes", "number", least=1, most=2000, example=40),
        RecordField(
            "dishes",
            "Plats",
            "list",
            longest=3,
            of=(
                RecordField("name", "Plat", required=True, example="Taboulé"),
                RecordField("grams", "Grammes", "number", most=100_000),
            ),
        ),
    ),
    example={"title": "Buffet", "guests": 40, "dishes": [{"name": "Taboulé", "grams": 3000}]},
)


def test_a_plugin_s_kind_with_lists_of_things_is_sound():
    assert faults(MENU) == ()


MENUS = {
    "no guest": ({"guests": 0}, "guests", "un nombre entre 1 et 2000"),
    "guests in words": ({"guests": "40"}, "guests", "un nombre entre 1 et 2000"),
    "yes guests": ({"guests": True}, "guests", "un nombre entre 1 et 2000"),
    "a dish without a name": ({"dishes": [{"grams": 3}]}, "dishes.0.name", "écris quelque chose"),
    "a dish as text": ({"dishes": ["Taboulé"]}, "dishes.0", "n'est pas complète"),
    "a wrong weight": (
        {"dishes": [{"name": "a"}, {"name": "b", "grams": -1}]},
        "dishes.1.grams",
        "un nombre entre 0",
    ),
}


@pytest.mark.parametrize(("change", "where", "said"), MENUS.values(), ids=MENUS)
def test_a_wrong_menu_is_told_by_its_place(change, where, said):
    ((at, sentence),) = wrong({"title": "Buffet", **change}, MENU)
    assert at == where
    assert said in sentence


BAD_KINDS = {
    "a bare name": ({"key": "plan"}, "'plan' is not"),
    "no dot in the domain": ({"key": "kpa/plan/1"}, "is not <domain>"),
    "version zero": ({"key": "kpa-cite.fr/plan/0"}, "is not <domain>"),
    "a wrong example": ({"example": {}}, "the example is wrong at title"),
    "a name twice": ({"fields": (MENU.fields[0],) * 2}, "'title' is there twice"),
    "a reserved name": ({"fields": (RecordField("files", "F"),)}, "cannot be a field's name"),
    "a name with capitals": ({"fields": (RecordField("Title", "T"),)}, "cannot be a field's name"),
    "no choices": ({"fields": (RecordField("a", "A", "choice"),)}, "a choice has choices"),
    "an unknown kind": ({"fields": (RecordField("a", "A", "float"),)}, "unknown kind 'float'"),
    "fields in a text": (
        {"fields": (RecordField("a", "A", of=(RecordField("b", "B"),)),)},
        "only a list",
    ),
}


@pytest.mark.parametrize(("change", "said"), BAD_KINDS.values(), ids=BAD_KINDS)
def test_a_bad_kind_is_told_to_its_author(change, said):
    assert any(said in fault for fault in faults(dataclasses.replace(MENU, **change)))


json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=5), inside),
    max_leaves=12,
)
names = st.sampled_from(["title", "summary", "text", "tags", "needs", "state", "lang", "more"])


@given(st.dictionaries(names, json))
def test_any_body_is_judged_and_none_breaks_the_judge(body):
    for problem in check(RESOURCE, body):
        assert problem.message.format(**problem.params)
        assert problem.where


# --- the records of the first network -------------------------------------------------------------

SEEDS = seeds()
PEOPLE_OF_THE_ARTICLE = (PersonName("Marion", "Rousseaux"), PersonName("Simon", "Sarazin"))


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_a_seed_is_right_and_publishable(seed):
    kind = BY_KEY[seed.kind]
    assert check(kind, seed.body) == ()
    assert set(seed.body) <= {field.name for field in kind.fields}
    assert findings(seed.body, PEOPLE_OF_THE_ARTICLE) == ()
    assert seed.licence in BY_ID
    assert seed.name.startswith(seed.group)


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_has_resources_and_a_learning(group):
    kinds = [seed.kind for seed in seeds(group)]
    assert kinds.count(LEARNING.key) == 1
    assert kinds.count(RESOURCE.key) >= 2


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_a_seed_is_written_in_short_sentences(seed):
    for name in ("summary", "text", "tried", "happened", "next_time"):
        words = seed.body.get(name, "").replace("\n", " ").replace(":", ".").split(".")
        assert max(len(sentence.split()) for sentence in words) <= 26
