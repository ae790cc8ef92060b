"""The whole way of a record on each database that was chosen."""

from __future__ import annotations

import pytest

from kpa_core.api import NotFound
from kpa_core.work import KPA
from kpa_federation.catalogue.kinds import RESOURCE
from kpa_federation.own import writing
from kpa_federation.records import drafts, publishing, reading
from kpa_federation.records.kinds import kinds


def test_written_published_found_changed_withdrawn(make_kpa):
    kpa = make_kpa(plugins=["federation", "catering"], name="Roubaix")
    with kpa.work(KPA) as work:
        writing.open_log(work)
    with kpa.work(kpa.person("Nadia", "animator")) as work:
        known = kinds(work)
        names = []
        for number in range(reading.PAGE + 2):
            body = {**RESOURCE.example, "title": f"Fiche {number}"}
            row = drafts.write_draft(work, RESOURCE.key, body)
            drafts.add_file(work, row.id, "notes.txt", b"On note %d." % number)
            names.append(publishing.publish(work, row.id, row.version))
        first = reading.records(work, known)
        rest = reading.records(work, known, start=reading.PAGE)
        assert len(first) == reading.PAGE + 1  # one more than is shown: there is a next page
        assert [one.title for one in (*first[: reading.PAGE], *rest)] == [
            f"Fiche {number}" for number in reversed(range(reading.PAGE + 2))
        ]
        assert [one.name for one in reading.records(work, known, search="fiche 3")] == [
            names[number] for number in (31, 30, 23, 13, 3)
        ]
        publishing.retract(work, names[3], "error", erase=True)
        assert len(reading.records(work, known, search="fiche 3")) == 4
        with pytest.raises(NotFound):
            reading.record(work, known, names[3])
        assert reading.record(work, known, names[4]).title == "Fiche 4"
        assert reading.quarantine(work, known) == []
        assert reading.void_lines(work) == []
