"""What the web server loads in each of its processes; ``KPA_DIR`` names the instance."""

from __future__ import annotations

from flask import Flask

from kpa_core.config import find_root
from kpa_core.features import open_instance
from kpa_core.serving.parent import die_with_parent
from kpa_core.web import create_app


def make() -> Flask:
    """Return the application of the instance named by ``KPA_DIR``."""
    die_with_parent()
    return create_app(open_instance(find_root()))
