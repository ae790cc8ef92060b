"""What the web server loads in each of its processes; ``KPA_DIR`` names the instance.

Nothing else is imported here at first: until :func:`make_door` has begun, a stop would be lost.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from kpa_core.serving.door import Door


def make() -> Flask:
    """Return the application of the instance named by ``KPA_DIR``."""
    from kpa_core.config import find_root
    from kpa_core.features import open_instance
    from kpa_core.web import create_app

    return create_app(open_instance(find_root()))


def make_door() -> Door:
    """Return what one process of ``kpa serve`` serves; it ends with the process above it."""
    _stop_at_once_while_loading()
    _end_with_parent()
    from kpa_core.serving import logs
    from kpa_core.serving.door import Door

    logs.set_up()
    app = make()
    settings = app.extensions["kpa"].settings.server
    return Door(app, threads=settings.threads, body_limit=settings.body_limit_kib * 1024)


def _stop_at_once_while_loading() -> None:
    """Let a stop end this process: it holds no request yet.

    The server forks its processes with its own handlers, which would swallow the signal: stopping
    ``kpa serve`` as it starts took 10 seconds. It sets those of a worker once this one is loaded.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _end_with_parent() -> None:
    import multiprocessing

    from kpa_core.serving.parent import die_with_parent

    die_with_parent()
    server = multiprocessing.parent_process()
    if server is not None and os.getppid() != server.pid:  # it died before the tie held
        os._exit(1)
