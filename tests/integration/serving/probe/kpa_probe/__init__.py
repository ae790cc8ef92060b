"""A plugin to watch ``kpa serve`` from inside: slow pages, acts with effects, who answers."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import request

from kpa_core.api import (
    Capability,
    Job,
    Migrations,
    Pages,
    Plugin,
    Work,
    current_work,
    hookimpl,
    see,
)

ACT = sa.text("INSERT INTO probe_act (n) VALUES (:n)")
EFFECT = sa.text("INSERT INTO probe_effect (n) VALUES (:n)")


class ProbePlugin(Plugin):
    """The probe."""

    name = "probe"
    api_version = 1

    @hookimpl
    def register_capabilities(self) -> Iterable[Capability]:
        return [Capability("probe.use", "Sonder.", {"visitor": "all"})]

    @hookimpl
    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        return [Job("probe.inside", inside), Job("probe.outside", outside, outside=True)]

    @hookimpl
    def register_blueprints(self) -> Iterable[Pages]:
        return [pages()]


def inside(work: Work, payload: Mapping[str, Any]) -> None:
    """Have an effect in the database, slowly enough to be killed in the middle."""
    work.session.execute(EFFECT, {"n": payload["n"]})
    time.sleep(0.005)


def outside(work: Work, payload: Mapping[str, Any]) -> None:
    """Have an effect on the world: a line in a file."""
    with (work.instance.settings.root / "outside.txt").open("a") as out:
        out.write(f"{payload['n']}\n")


def pages() -> Pages:
    made = Pages("probe", __name__)

    @made.get("/pid", needs="probe.use")
    def pid() -> str:
        return str(os.getpid())

    @made.get("/slow", needs="probe.use")
    def slow() -> str:
        begun = current_work().instance.settings.root / f"begun-{request.args['name']}"
        begun.write_text(str(os.getpid()))
        time.sleep(float(request.args["seconds"]))
        return "whole"

    @made.get("/done", needs="probe.use")
    def done() -> str:
        return "done"

    @made.post("/act", needs="probe.use")
    def act() -> object:
        work, n = current_work(), int(request.form["n"])
        work.session.execute(ACT, {"n": n})
        work.record("probe.use", f"act:{n}")
        for kind in ("probe.inside", "probe.outside"):
            work.ask(kind, {"n": n}, key=str(n))
        return see("probe.done")

    return made
