"""``kpa serve`` and ``kpa worker``."""

from __future__ import annotations

import logging
import os
import signal
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from kpa_core import commands
from kpa_core.errors import N_, Unavailable
from kpa_core.i18n import gettext
from kpa_core.speaking import say

if TYPE_CHECKING:
    from pathlib import Path

    from kpa_core.config import Settings
    from kpa_core.instance import Instance

log = logging.getLogger("kpa.serve")


@click.group()
def house() -> None:
    """Hold the commands below; each is called by its own name."""


@commands.free_command(house, "serve", because="its children open the instance")
@click.option("--port", type=click.IntRange(1, 65535), help="Un autre port que celui de kpa.toml.")
def serve(port: int | None) -> None:
    """Ouvrir le site et faire les travaux, jusqu'à Ctrl-C."""
    run_server(port)


def run_server(port: int | None = None) -> None:
    """Check that the instance may be served, then be the parent of its processes.

    Raises:
        Misuse: migrations are pending.
        StartError: a page or a command has no lock.
        Unavailable: someone listens on the port already.
    """
    from kpa_core.config import find_root
    from kpa_core.serving.parent import Parent, is_free, is_open, web_command, worker_command

    root = find_root()
    os.environ["KPA_DIR"] = str(root)
    if port:
        os.environ["KPA_SERVER__PORT"] = str(port)
    settings = _check(root)
    place = (settings.server.host, settings.server.port)
    if not is_free(*place):
        raise Unavailable(
            N_("Le port {port} est déjà pris. Arrête l'autre programme, ou choisis --port."),
            port=place[1],
        )

    def tell() -> bool:
        if not is_open(*place):
            return False
        with suppress(OSError):  # a full disk under the log closes no site
            say(N_("Le site est ouvert : {url}"), url=f"http://{place[0]}:{place[1]}")
        return True

    raise SystemExit(Parent({"web": web_command(settings), "worker": worker_command()}, tell).run())


def _check(root: Path) -> Settings:
    """Open the instance once as its children will: what would stop them is said here."""
    from kpa_core import health
    from kpa_core.cli.locks import check_all
    from kpa_core.features import open_instance
    from kpa_core.serving import logs
    from kpa_core.web import create_app

    instance = open_instance(root)
    logs.set_up()
    try:
        health.require_ready(instance)
        check_all(instance.rights)
        create_app(instance)
        _warn(instance)
        return instance.settings
    finally:
        instance.close()


def _warn(instance: Instance) -> None:
    """Say loudly what is wrong with the invoices, and go on: issuing alone is blocked by it."""
    from kpa_core import health

    for one in health.of_feature(instance, "invoices"):
        if not one.ok:
            text = gettext(N_("ATTENTION ({name}) : {detail} Le site s'ouvre quand même."))
            log.error(text.format(name=one.name, detail=one.detail))


@commands.free_command(house, "worker", because="it acts as kpa itself, on the jobs' table alone")
def worker() -> None:
    """Faire les travaux en attente, jusqu'à l'arrêt."""
    from kpa_core import health, jobs
    from kpa_core.config import find_root
    from kpa_core.features import open_instance
    from kpa_core.serving import logs
    from kpa_core.serving.alone import alone
    from kpa_core.web import create_app

    stop = threading.Event()
    instance = open_instance(find_root())
    logs.set_up()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    # On the embedded database a second worker would only wait for the first, at each write.
    wait = instance.engine.dialect.name == "sqlite"
    lock = instance.settings.root / "data" / "worker.lock"
    try:
        health.require_ready(instance)
        create_app(instance)  # a plugin whose pages are refused does no work either
        with alone(lock, stop, wait=wait) as name:
            jobs.work_until(instance, stop, worker=name)
    finally:
        instance.close()
