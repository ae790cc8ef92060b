"""``check_plugin`` tells each event twice, and finds out who acts twice."""

from __future__ import annotations

from types import ModuleType

import pytest
from sqlalchemy import select

from kpa_catering import CateringPlugin
from kpa_catering.models import IngredientRow
from kpa_core.hookspecs import hookimpl, hookspec, on_error
from kpa_core.testing import check_plugin


@hookspec
@on_error("skip")
def on_delivery(work, event):
    """Hear of a delivery."""


SPECS = ModuleType("delivery_specs")
SPECS.on_error = on_error  # as in the core's own module: it is the mark of a hook, not a hook
SPECS.on_delivery = on_delivery


def note_again(session, name):
    slug = f"{name}-{len(session.scalars(select(IngredientRow)).all())}"
    session.add(IngredientRow(name=name, slug=slug, pack_thousandths=1000, pack_unit="kg"))


def note_once(session, name):
    if not session.scalars(select(IngredientRow)).all():
        note_again(session, name)


def told_of_deliveries(note):
    """Return the plugin, which notes what was delivered as an ingredient."""

    def on_delivery(self, work, event):
        note(work.session, event.data["what"])

    body = {"__module__": CateringPlugin.__module__, "__doc__": CateringPlugin.__doc__}
    return type("Told", (CateringPlugin,), {**body, "on_delivery": hookimpl(on_delivery)})


def test_an_event_told_twice_may_act_once_only():
    told = {"on_delivery": {"what": "semoule"}}
    check_plugin(told_of_deliveries(note_once), specs=[SPECS], events=told)
    with pytest.raises(AssertionError, match="on_delivery delivered twice"):
        check_plugin(told_of_deliveries(note_again), specs=[SPECS], events=told)
