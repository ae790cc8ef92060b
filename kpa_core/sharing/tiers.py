"""A fee scale as people type it: one tier a line, the end of the tier, then its rate. Pure."""

from __future__ import annotations

import re

from kpa_core.errors import N_, Refused
from kpa_core.money import parse_cents, parse_rate
from kpa_core.sharing.fees import Tier, check_scale

_LINE = re.compile(r"(?P<end>[^:]*):(?P<rate>[^:]+)")
NO_END = ("", "*", "au-delà", "plus")


def read_tiers(text: str) -> tuple[Tier, ...]:
    """Return the tiers of lines such as ``30000 : 11,5`` and, last, ``* : 10,5``.

    Raises:
        Refused: a line cannot be read, or the tiers do not cover every amount once.
        MoneyError: an amount or a rate is wrong.
    """
    tiers = []
    for line in filter(None, map(str.strip, text.splitlines())):
        found = _LINE.fullmatch(line)
        if found is None:
            raise Refused(
                N_("« {line} » n'est pas une tranche. Exemple : 30000 : 11,5"),
                field="tiers",
                line=line,
            )
        end = found["end"].strip()
        up_to = None if end.lower() in NO_END else parse_cents(end)
        tiers.append(Tier(up_to, parse_rate(found["rate"].strip())))
    check_scale(tiers)
    return tuple(tiers)


def write_tiers(tiers: tuple[Tier, ...]) -> str:
    """Return the text ``read_tiers`` reads."""
    return "\n".join(
        f"{_decimal(tier.up_to_cents) if tier.up_to_cents else '*'} : {_decimal(tier.rate_bp)}"
        for tier in tiers
    )


def _decimal(hundredths: int) -> str:
    return f"{hundredths // 100},{hundredths % 100:02d}"
