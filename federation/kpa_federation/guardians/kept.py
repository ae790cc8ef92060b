"""A ceremony as plain values, for whoever keeps it between two steps. It holds no secret."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from kpa_federation.guardians.ceremony import Ceremony, Guardian
from kpa_federation.guardians.exchange import read_answer
from kpa_federation.protocol import keys


def to_values(ceremony: Ceremony) -> dict[str, Any]:
    """Return a ceremony as JSON can hold it."""
    return {
        "answers": [one.text() for one in ceremony.answers],
        "asked": list(ceremony.asked),
        "guardians": [
            {
                "drilled_on": one.drilled_on.isoformat() if one.drilled_on else "",
                "hash": one.hash,
                "name": one.name,
                "stays": one.stays,
            }
            for one in ceremony.guardians
        ],
        "key": keys.text_of(ceremony.key),
        "kpa": ceremony.kpa,
        "request": dict(ceremony.request) if ceremony.request is not None else None,
        "threshold": ceremony.threshold,
        "today": dict(ceremony.today),
        "why": ceremony.why,
    }


def from_values(values: Mapping[str, Any]) -> Ceremony:
    """Return the ceremony that :func:`to_values` wrote."""
    guardians = tuple(
        Guardian(
            one["name"],
            one["hash"],
            date.fromisoformat(one["drilled_on"]) if one["drilled_on"] else None,
            one["stays"],
        )
        for one in values["guardians"]
    )
    return Ceremony(
        values["why"],
        values["kpa"],
        keys.bytes_of(values["key"], keys.KEY_BYTES),
        values["threshold"],
        guardians,
        dict(values["today"]),
        values["request"],
        tuple(read_answer(one) for one in values["answers"]),
        tuple(values["asked"]),
    )
