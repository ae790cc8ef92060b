"""Two carriers may lend us the same numbers: nothing is lost, and nobody guesses which is meant."""

from __future__ import annotations

import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from kpa_core.activities import activities
from kpa_core.errors import Refused
from kpa_core.invoices import documents
from kpa_core.invoices.carrier import carriers, series
from kpa_core.invoices.models import Document
from kpa_core.invoices.proof import archive


def twins(house: Any, pattern: str = "KPA-{year}-{number:04}") -> tuple[Document, Document]:
    """Return the first invoices of two carriers; the treasurer sees both."""
    first = house.invoiced()
    with house.kpa.work() as work, work.transaction():
        new = carriers.NewCarrier("Grands", "delegated_series", house.identity, analytic_code="G")
        other = carriers.add_carrier(work, new)
        series.grant_series(work, other.id, code="KPA", pattern=pattern, source="mail")
        sewing = activities.propose_activity(work, activities.NewActivity("Couture"))
        activities.set_carrier(work, sewing.id, other.id)
    here, there = ({"activity_id": one} for one in (house.activity_id, sewing.id))
    for who, kind in (("one", "participant"), ("two", "participant"), ("treasurer", "treasurer")):
        roles = ((kind, here), (kind, there))
        house.people[who] = house.kpa.person(f"{who} des deux", "member", *roles)
    house.activity_id = sewing.id
    return first, house.invoiced()


@pytest.mark.parametrize("pattern", ["KPA-{year}-{number:04}", "KPA/{year}/{number:04}"])
def test_the_archive_keeps_the_papers_of_both(house: Any, tmp_path: Path, pattern: str) -> None:
    made = twins(house, pattern)
    target = BytesIO()
    with house.work("kpa") as work:
        archive.to_zip(work, archive.chosen(work), target)
        archive.to_folder(work, archive.chosen(work), tmp_path / "archive")

    names = zipfile.ZipFile(target).namelist()
    assert len(names) == len(set(names))
    for folder_name in ("documents/KPA-2026-0001.pdf", "documents/KPA-2026-0001-2.pdf"):
        assert folder_name in names
    kept = {path.read_bytes() for path in (tmp_path / "archive/documents").glob("*.json")}
    assert {one.snapshot for one in made} <= kept
    checked = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    subprocess.run(checked, cwd=tmp_path / "archive", check=True, capture_output=True)


def test_a_number_that_two_papers_have_is_not_guessed(house: Any) -> None:
    first, second = twins(house)
    assert first.number == second.number
    with house.work() as work:
        with pytest.raises(Refused) as told:
            documents.named(work, str(first.number), "payment.record")
        said = told.value.message.format(**told.value.params)
        assert first.reference in said
        assert second.reference in said
        for one in (first, second):
            assert documents.named(work, one.reference).id == one.id
    with house.work("host") as work:  # who sees only one means that one
        assert documents.named(work, str(first.number)).id == first.id
