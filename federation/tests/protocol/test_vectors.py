"""Every vector comes out as it says."""

from __future__ import annotations

import re
import runpy

import independent
import package_answers
import pytest
from kept_vectors import FEDERATION, VECTORS, VOID

from kpa_federation.protocol.errors import CODES


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_the_package_answers_as_the_vector_says(vector):
    assert package_answers.answer(vector) == vector["expect"]


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_a_reader_written_from_the_specification_answers_the_same(vector):
    assert independent.answer(vector) == vector["expect"]


def test_that_reader_shares_no_code_with_the_package():
    sources = [one.read_text("utf-8") for one in (FEDERATION / "tests/independent").glob("*.py")]
    imports = "(?:^|\n)(?:import|from) ([a-z0-9]+)"
    imported = {name for source in sources for name in re.findall(imports, source)}
    assert imported == {"base64", "copy", "cryptography", "datetime", "hashlib", "json", "re"}


def test_the_vectors_are_as_they_are_made(capsys):
    script = runpy.run_path(str(FEDERATION / "make_vectors.py"))
    assert script["main"](check=True) == 0, capsys.readouterr().out


VERDICTS = {"keep", "replace", "freeze", "too_late"}


def test_every_outcome_has_a_vector_and_there_is_no_other():
    outcomes = {one["expect"]["result"] for one in VECTORS.values()}
    assert outcomes == {"accepted"} | CODES | VERDICTS
    assert {
        why for one in VECTORS.values() for why in one["expect"].get("void", {}).values()
    } == VOID
