"""``kpa serve`` and ``kpa worker``."""

from __future__ import annotations

import logging
import os
import signal
import threading

import click

from kpa_core import commands
from kpa_core.errors import N_
from kpa_core.speaking import say


@click.group()
def house() -> None:
    """Hold the commands below; each is called by its own name."""


def _log() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)


@commands.free_command(house, "serve", because="its children open the instance")
@click.option("--port", type=click.IntRange(1, 65535), help="Un autre port que celui de kpa.toml.")
def serve(port: int | None) -> None:
    """Ouvrir le site et faire les travaux, jusqu'à Ctrl-C."""
    run_server(port)


def run_server(port: int | None = None) -> None:
    """Check that the instance may be served, then be the parent of its processes.

    Raises:
        Misuse: migrations are pending.
    """
    from kpa_core import health
    from kpa_core.cli.locks import check_all
    from kpa_core.config import find_root, read_settings
    from kpa_core.features import open_instance
    from kpa_core.serving.parent import Parent, web_command, worker_command

    _log()
    root = find_root()
    os.environ["KPA_DIR"] = str(root)
    if port:
        os.environ["KPA_SERVER__PORT"] = str(port)
    instance = open_instance(root)
    try:
        health.require_ready(instance)
        check_all(instance.rights)
    finally:
        instance.close()
    settings = read_settings(root)
    say(
        N_("Le site est ouvert : {url}"),
        url=f"http://{settings.server.host}:{settings.server.port}",
    )
    raise SystemExit(Parent({"web": web_command(settings), "worker": worker_command()}).run())


@commands.free_command(house, "worker", because="it acts as kpa itself, on the jobs' table alone")
def worker() -> None:
    """Faire les travaux en attente, jusqu'à l'arrêt."""
    from kpa_core import health, jobs
    from kpa_core.config import find_root
    from kpa_core.features import open_instance

    _log()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    instance = open_instance(find_root())
    try:
        health.require_ready(instance)
        jobs.work_until(instance, stop)
    finally:
        instance.close()
