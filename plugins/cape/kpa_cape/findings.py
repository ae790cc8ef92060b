"""A problem and the light it puts out: what papers, contract and insurance each report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kpa_core.api import Problem

LightName = Literal["papers", "contract", "insurance"]
LightState = Literal["ok", "waiting", "refused"]


@dataclass(frozen=True)
class Finding:
    """A problem, and which of the three lights it puts out.

    *waiting*: somebody has to answer, sign or wait for a day. *refused*: the answer is no. *ok*:
    only a remark. The first two keep paid work away.
    """

    light: LightName
    state: LightState
    problem: Problem


def waiting(
    light: LightName, message: str, params: Mapping[str, object], *, todo: str, source: str = ""
) -> Finding:
    """Return a finding that somebody can still answer."""
    return Finding(light, "waiting", Problem(message, params, source=source, todo=todo))


def refused(
    light: LightName, message: str, params: Mapping[str, object], *, todo: str, source: str = ""
) -> Finding:
    """Return a finding whose answer is no."""
    return Finding(light, "refused", Problem(message, params, source=source, todo=todo))


def remark(
    light: LightName, message: str, params: Mapping[str, object], *, todo: str, source: str = ""
) -> Finding:
    """Return a finding that is only said: it stops nothing."""
    problem = Problem(message, params, blocking=False, source=source, todo=todo)
    return Finding(light, "ok", problem)
