"""Licences: which may follow which, as a full table written by hand, and the line of credit."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_federation.catalogue.licences import (
    BY_ID,
    DEFAULT,
    LICENCES,
    Credit,
    allowed_licences,
    check_adaptation,
    credit_line,
    licence_of,
)

# One row a source, one column an adaptation: y may, n may not. Written from the licences' texts.
COLUMNS = {
    "0": "CC0-1.0",
    "M": "MIT",
    "B": "CC-BY-4.0",
    "S": "CC-BY-SA-4.0",
    "L": "LAL-1.3",
    "N": "CC-BY-NC-4.0",
    "n": "CC-BY-NC-SA-4.0",
    "D": "CC-BY-ND-4.0",
    "d": "CC-BY-NC-ND-4.0",
    "G": "GPL-3.0-or-later",
    "A": "AGPL-3.0-or-later",
}
TABLE = """
  0 M B S L N n D d G A
0 y y y y y y y y y y y
M n y y y y y y y y y y
B n n y y y y y y y y y
S n n n y y n n n n n n
L n n n y y n n n n n n
N n n n n n y y n y n n
n n n n n n n y n n n n
D n n n n n n n n n n n
d n n n n n n n n n n n
G n n n n n n n n n y y
A n n n n n n n n n n y
"""


def cells():
    head, *rows = [line.split() for line in TABLE.strip().splitlines()]
    for row in rows:
        for column, cell in zip(head, row[1:], strict=True):
            yield COLUMNS[row[0]], COLUMNS[column], cell == "y"


CELLS = list(cells())


def test_the_table_has_every_pair():
    assert len(CELLS) == len(LICENCES) ** 2 == len({cell[:2] for cell in CELLS})
    assert {source for source, _, _ in CELLS} == set(BY_ID)


@pytest.mark.parametrize(("source", "target", "may"), CELLS)
def test_which_licence_may_follow_which(source, target, may):
    assert (check_adaptation([source], target) is None) is may


def test_a_work_of_ones_own_carries_any_licence_of_the_list():
    for spdx in BY_ID:
        assert check_adaptation([], spdx) is None


SEVERAL = {
    "two that share alike": (["CC-BY-SA-4.0", "LAL-1.3"], "CC-BY-SA-4.0", True),
    "the freer one follows": (["CC-BY-4.0", "CC-BY-SA-4.0"], "CC-BY-SA-4.0", True),
    "the stricter one is not left behind": (["CC-BY-4.0", "CC-BY-SA-4.0"], "CC-BY-4.0", False),
    "selling or not selling": (["CC-BY-NC-4.0", "CC-BY-SA-4.0"], "CC-BY-NC-SA-4.0", False),
    "two share alikes that disagree": (["CC-BY-NC-SA-4.0", "CC-BY-SA-4.0"], "CC-BY-SA-4.0", False),
    "not selling stays": (["CC0-1.0", "CC-BY-NC-4.0"], "CC-BY-4.0", False),
    "one may not be changed": (["CC-BY-4.0", "CC-BY-ND-4.0"], "CC-BY-ND-4.0", False),
    "text and code": (["CC-BY-SA-4.0", "GPL-3.0-or-later"], "GPL-3.0-or-later", False),
    "two pieces of code": (["GPL-3.0-or-later", "AGPL-3.0-or-later"], "AGPL-3.0-or-later", True),
    "code that must stay free online": (
        ["GPL-3.0-or-later", "AGPL-3.0-or-later"],
        "GPL-3.0-or-later",
        False,
    ),
    "one is unknown": (["CC-BY-4.0", "LicenseRef-chez-nous"], "CC-BY-4.0", False),
}


@pytest.mark.parametrize(("sources", "target", "may"), SEVERAL.values(), ids=SEVERAL)
def test_several_sources(sources, target, may):
    assert (check_adaptation(sources, target) is None) is may


REFUSALS = {
    "not in the list": ([], "LicenseRef-chez-nous", "La licence LicenseRef-chez-nous n'est pas"),
    "source unknown": (["WTFPL"], DEFAULT, "on peut lire, pas reprendre"),
    "not to be changed": (["CC-BY-ND-4.0"], DEFAULT, "pas de changer"),
    "they do not go together": (["CC-BY-NC-4.0", "LAL-1.3"], DEFAULT, "ne vont pas ensemble"),
    "another family": (["CC-BY-SA-4.0"], "CC-BY-4.0", "CC BY 4.0 n'est pas permise"),
}


@pytest.mark.parametrize(("sources", "target", "said"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_says_which_licence_and_what_to_do(sources, target, said):
    problem = check_adaptation(sources, target)
    assert said in problem.message.format(**problem.params)
    assert problem.todo.format(**problem.params).endswith(".")
    assert problem.blocking
    assert problem.where == "licence"


def test_the_refusal_offers_what_is_permitted():
    problem = check_adaptation(["CC-BY-SA-4.0"], "CC0-1.0")
    offered = problem.todo.format(**problem.params)
    assert offered == "Choisis parmi : CC BY-SA 4.0, Licence Art Libre 1.3."


ids = st.lists(st.sampled_from(sorted(BY_ID)), max_size=5)


@given(ids, st.sampled_from(sorted(BY_ID)))
def test_what_is_offered_is_what_is_accepted(sources, target):
    assert (target in allowed_licences(sources)) is (check_adaptation(sources, target) is None)


@given(ids, st.sampled_from(sorted(BY_ID)))
def test_one_more_source_never_allows_more(sources, more):
    assert set(allowed_licences([*sources, more])) <= set(allowed_licences(sources))


@given(ids)
def test_what_may_not_be_sold_stays_so_and_what_is_shared_alike_keeps_its_family(sources):
    for spdx in allowed_licences(sources):
        for source in map(licence_of, sources):
            assert licence_of(spdx).non_commercial or not source.non_commercial
            assert licence_of(spdx).family == source.family or not source.share_alike


def test_every_licence_is_told_in_plain_words():
    for licence in LICENCES:
        assert re.fullmatch(r"[A-Za-z0-9.+-]{2,40}", licence.spdx)
        assert licence.link.startswith("https://")
        assert licence.plain.endswith(".")


def test_the_credit_names_title_group_licence_and_link_of_every_step():
    chain = [
        Credit("Sac en voile", "Les Coopains à Bord !", "CC-BY-SA-4.0"),
        Credit("Sac sérigraphié", "La Cape", "CC-BY-SA-4.0", "https://lacape.example/r/12"),
    ]
    assert credit_line(chain) == (
        "« Sac en voile », par Les Coopains à Bord !, licence CC BY-SA 4.0. "
        "D'après « Sac sérigraphié », par La Cape, licence CC BY-SA 4.0 "
        "(https://lacape.example/r/12)."
    )
    assert credit_line([]) == ""


HOSTILE_LINKS = ["javascript:alert(1)", "http://x.example/", 'https://x.example/">', "https://a b"]


@pytest.mark.parametrize("link", HOSTILE_LINKS)
def test_a_link_that_could_harm_is_not_shown(link):
    assert credit_line([Credit("Plan", "La Cape", "MIT", link)]) == (
        "« Plan », par La Cape, licence MIT."
    )


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=20))
def test_the_credit_stays_one_line_whatever_peers_write(title, origin, licence):
    line = credit_line([Credit(title, origin, licence)])
    assert "\n" not in line
    assert not set(line) & {"\u202e", "\u2066", "\u2028", "\x00", "\r"}


def test_a_title_with_braces_or_a_turning_sign_stays_a_title():
    line = credit_line([Credit("{origin}\n\u202eabc", "La Cape", "LicenseRef-x")])
    assert line == "« {origin} abc », par La Cape, licence LicenseRef-x."


def test_the_credit_can_be_told_in_another_language():
    line = credit_line(
        [Credit("Plan", "La Cape", "MIT")], told=lambda _message: "{title} / {origin}"
    )
    assert line == "Plan / La Cape."
