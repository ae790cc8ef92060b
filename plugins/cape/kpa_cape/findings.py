"""Problems of an engagement, each with the light it puts out: papers or contract.

*waiting*: somebody has to answer, sign or wait for a day. *refused*: the answer is no. *remark*: it
is only said. The first two keep paid work away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from kpa_core.api import Problem

LightName = Literal["papers", "contract", "insurance"]


def waiting(
    light: LightName, message: str, params: Mapping[str, object], *, todo: str, source: str = ""
) -> Problem:
    """Return a problem that somebody can still answer."""
    return Problem(message, params, source=source, todo=todo, light=light, waiting=True)


def refused(
    light: LightName, message: str, params: Mapping[str, object], *, todo: str, source: str = ""
) -> Problem:
    """Return a problem whose answer is no."""
    return Problem(message, params, source=source, todo=todo, light=light)


def remark(
    light: LightName, message: str, params: Mapping[str, object], *, todo: str, source: str = ""
) -> Problem:
    """Return a problem that is only said: it stops nothing."""
    return Problem(message, params, blocking=False, source=source, todo=todo, light=light)
