"""Reference pages are written by code; this compares."""

from __future__ import annotations

import importlib.util
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kpa_core import hookspecs

ROOT = Path(__file__).parents[2]


def reference():
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGES = reference().PAGES


@pytest.fixture(scope="module")
def pages_of_today(tmp_path_factory):
    """The pages, written by a process of its own: here click may speak another language by now."""
    folder = tmp_path_factory.mktemp("reference")
    known = {name: value for name, value in os.environ.items() if not name.startswith("KPA_")}
    known |= {"LANG": "fr_FR.UTF-8"}
    subprocess.run([sys.executable, ROOT / "tools" / "reference.py", folder], env=known, check=True)
    return folder


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_current(name, pages_of_today):
    written = (ROOT / "docs" / "reference" / name).read_text("utf-8")
    assert written == (pages_of_today / name).read_text("utf-8"), "run: make docs"


HOOKS = {name: one for name, one in vars(hookspecs).items() if hasattr(one, "kpa_spec")}

FIRST_RELEASE = [
    "register_activity_types",
    "register_engagement_kinds",
    "register_blueprints",
    "register_capabilities",
    "register_commands",
    "register_jobs",
    "menu_items",
    "member_cards",
    "order_cards",
    "quote_lines",
    "check_assignment",
    "migrations",
    "translations",
    "health_checks",
    "personal_data",
    "erase_personal_data",
    "notify_channels",
    # what the federation adds
    "register_record_types",
    "on_record_received",
    # what the bridge to shops adds
    "invoice_problems",
]


def test_the_hooks_are_those_of_the_first_release():
    assert sorted(HOOKS) == sorted(FIRST_RELEASE)


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_says_its_contract_and_is_used_by_a_plugin_of_ours(name):
    assert inspect.getdoc(HOOKS[name])
    assert HOOKS[name].on_error in ("skip", "raise")
    places = ("plugins/*/kpa_*/*.py", "federation/kpa_*/*.py")
    ours = [path.read_text("utf-8") for place in places for path in ROOT.glob(place)]
    assert any(f"def {name}(" in text for text in ours), f"no plugin in the tree uses {name}"
