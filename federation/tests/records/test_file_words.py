"""Every file beside a draft is read before it goes, whatever it is called."""

from __future__ import annotations

import pytest

from kpa_core.work import KPA
from kpa_federation.catalogue.kinds import RESOURCE
from kpa_federation.records import drafts, publishing

SECRET = b"Appelle le 06 12 34 56 78.\n"
PLAIN = b"Rien a dire.\n"


@pytest.mark.parametrize("texts", [[SECRET, PLAIN], [PLAIN, SECRET]])
def test_a_file_hides_no_other_of_its_name(town, texts):
    with town().work(KPA) as work:
        row = drafts.write_draft(work, RESOURCE.key, RESOURCE.example)
        for text in texts:
            drafts.add_file(work, row.id, "notes.txt", text)
        (found,) = drafts.check_draft(work, row)
        number = "" if texts[0] == SECRET else " (2)"
        assert found.label == f"Fichier, notes.txt{number}"
        with pytest.raises(publishing.NotReady):
            publishing.publish(work, row.id, row.version)
