"""The two hooks of records, as a plugin meets them."""

from __future__ import annotations

import pytest

from kpa_core.api import API_VERSION, Plugin, hookimpl
from kpa_core.errors import PluginError
from kpa_core.plugins import Plugins
from kpa_federation.catalogue.kinds import RECORD_TYPES


def bringing(answer):
    """Return a plugin class that brings this answer as its kinds of record."""

    class Bringer(Plugin):
        """A plugin that brings kinds of record."""

        name = "bringer"
        api_version = API_VERSION

        @hookimpl
        def register_record_types(self):
            return answer

    plugins = Plugins()
    plugins.add(Bringer)
    return plugins


def test_kinds_of_record_are_collected_by_plugin():
    plugins = bringing(iter(RECORD_TYPES))
    assert list(plugins.collect("register_record_types")) == [("bringer", list(RECORD_TYPES))]


@pytest.mark.parametrize("answer", [["kpa-cite.fr/plan/1"], [{"key": "x"}], RECORD_TYPES[0]])
def test_what_is_no_kind_of_record_stops_and_names_the_plugin(answer):
    plugins = bringing(answer)
    with pytest.raises(PluginError, match="bringer"):
        list(plugins.collect("register_record_types"))


def test_a_plugin_hears_of_records():
    class Listener(Plugin):
        """A plugin that hears of records."""

        name = "listener"
        api_version = API_VERSION

        @hookimpl
        def on_record_received(self, event):
            return None

    plugins = Plugins()
    plugins.add(Listener)
    assert plugins.hearing("on_record_received") == ["listener"]
