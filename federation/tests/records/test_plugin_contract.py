"""The federation keeps what every plugin promises: tables, migrations there and back, hooks."""

from __future__ import annotations

from kpa_core.testing import check_plugin
from kpa_federation.plugin import FederationPlugin


def test_the_federation_keeps_the_plugin_contract():
    check_plugin(FederationPlugin)
