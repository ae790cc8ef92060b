"""An instance has its own way out, opened by its own settings."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kpa_core.config import Network
from kpa_core.errors import Misuse
from kpa_core.instance import Instance
from kpa_core.safehttp.addresses import parse
from kpa_core.safehttp.errors import HttpRefused
from kpa_core.testing.kpa import TestKpa

INSIDE = parse("http://192.168.1.20:8000/")


@pytest.fixture
def kpa(tmp_path):
    made = TestKpa.make(tmp_path / "kpa")
    yield made
    made.close()


def open_with(kpa: TestKpa, entry: str) -> Instance:
    settings = kpa.instance.settings
    return Instance(settings.model_copy(update={"network": Network(allow=(entry,))}))


def test_two_instances_have_their_own_rules(kpa) -> None:
    opened = open_with(kpa, "192.168.1.20:8000")

    opened.http.rule.check_target(INSIDE)
    with pytest.raises(HttpRefused):
        kpa.instance.http.rule.check_target(INSIDE)
    assert opened.http is opened.http
    opened.close()


def test_a_wrong_entry_stops_the_start(kpa) -> None:
    with pytest.raises(Misuse, match="network\\.allow"):
        open_with(kpa, "8.8.8.8")


def test_who_never_goes_out_does_not_pay_for_it() -> None:
    asked = (
        "import sys, kpa_core.api\n"
        "sys.exit(bool({'requests', 'urllib3', 'idna'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", asked], timeout=60).returncode == 0
