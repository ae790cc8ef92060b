"""What the web server loads in each of its processes; ``KPA_DIR`` names the instance."""

from __future__ import annotations

import multiprocessing
import os

from flask import Flask

from kpa_core.config import find_root
from kpa_core.features import open_instance
from kpa_core.serving import logs
from kpa_core.serving.door import Door
from kpa_core.serving.parent import die_with_parent
from kpa_core.web import create_app


def make() -> Flask:
    """Return the application of the instance named by ``KPA_DIR``."""
    return create_app(open_instance(find_root()))


def make_door() -> Door:
    """Return what one process of ``kpa serve`` serves; it ends with the process above it."""
    die_with_parent()
    server = multiprocessing.parent_process()
    if server is not None and os.getppid() != server.pid:  # it died before the tie held
        os._exit(1)
    logs.set_up()
    app = make()
    settings = app.extensions["kpa"].settings.server
    return Door(app, threads=settings.threads, body_limit=settings.body_limit_kib * 1024)
