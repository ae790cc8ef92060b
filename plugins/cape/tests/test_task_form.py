"""What a task asks is ticked on the core's form, from the labels of this plugin."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kpa_cape.works import WORKS
from kpa_core.activities.models import Task

House = Any  # conftest.House, which a test module cannot import


def test_the_works_of_the_law_are_offered_ticked_and_kept(house: House) -> None:
    url = f"/activites/{house.activity_id}/taches/nouvelle"
    facts = {
        "title": "Servir",
        "day": "2026-05-21",
        "starts_at": "14:00",
        "ends_at": "18:00",
        "people_needed": "1",
        "paid": "y",
    }
    with house.kpa.client_for(house.person("Rose", "referent")) as browser:
        shown = browser.get(url).text
        for work in WORKS:
            assert f'value="{work.tag}"' in shown
        made = browser.submit(url, **facts, asks=["alcohol", "load"], tags="terrasse")
        changed = browser.get(f"{made.url}/changer").text
    with house.work() as work:
        task = work.session.get_one(Task, UUID(made.id_in_url()))
    assert task.tags == ["alcohol", "load", "terrasse"]
    assert 'value="terrasse"' in changed
    for tag in ("alcohol", "load"):
        assert f'value="{tag}"' in changed
    assert changed.count("checked") == 3  # the two, and "paid"
