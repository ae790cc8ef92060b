"""What the figures must reach, and the tables a person reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ENVELOPE = 1.10
PER_ORIGIN = 350
ORIGINS = 13


@dataclass(frozen=True)
class Bar:
    """One figure beside what it may be; ``at_least`` when more is better."""

    name: str
    figure: float
    limit: float
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        """Tell whether the figure reaches the bar."""
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit

    def line(self) -> str:
        """Return it for a person."""
        sign, word = ("≥" if self.at_least else "≤"), ("ok" if self.is_met else "MISSED")
        return f"{self.name:<58} {_short(self.figure):>12} {sign} {_short(self.limit):<12} {word}"


def beside_others(found: Mapping[str, Any]) -> list[Bar]:
    """Return the bars of the same work through every system."""
    ours = {row["work"]: row for row in found["rows"] if row["system"] == "kpa"}
    size = {work: row["up"] + row["down"] for work, row in ours.items()}
    packed, edits = found["packed"], ours["edits"]
    return [
        Bar("first sync: bytes / gzip(bodies)", size["first"] / packed["first"], ENVELOPE),
        Bar("first sync: round trips", ours["first"]["turns"], 3),
        Bar("first sync: seconds / those of git clone", found["of_git"], 0.25),
        Bar("100 edits: bytes", size["edits"], ENVELOPE * packed["edits"] + PER_ORIGIN * ORIGINS),
        Bar("100 edits: round trips", edits["turns"], 2),
        Bar("1 edit: round trips", ours["edit"]["turns"], 2),
        Bar("nothing new: bytes both ways", size["nothing"], 400),
        Bar("nothing new: round trips", ours["nothing"]["turns"], 1),
    ]


def of_lines(cut: Mapping[str, Any], slow: Mapping[str, Any]) -> list[Bar]:
    """Return the bars of lines that break."""
    return [
        Bar("after a cut: bytes that came twice", cut["resent"], cut["chunk"]),
        Bar("256 kbit/s, a cut a minute: bytes, packed", slow["packed"], 9e6, at_least=True),
        Bar("256 kbit/s, a cut a minute: complete", slow["complete"], 1, at_least=True),
        Bar("256 kbit/s, a cut a minute: cuts", slow["cuts"], 2, at_least=True),
    ]


def of_history(found: Mapping[str, Any]) -> list[Bar]:
    """Return the bars of a long history."""
    return [
        Bar("history: bodies sent", found["bodies_sent"], found["live"]),
        Bar("history: they are the live ones", found["only_live"], 1, at_least=True),
    ]


def of_network(found: Mapping[str, Any]) -> list[Bar]:
    """Return the bars of instances that met again."""
    name = f"{found['instances']} instances"
    return [
        Bar(f"{name}: same roots everywhere", found["same"], 1, at_least=True),
        Bar(f"{name}: bodies that should not be there, or lack", found["wrong_bodies"], 0),
    ]


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the rows of all systems, for a person."""
    lines = [
        f"{'work':<8} {'system':<10} {'up':>9} {'down':>11} {'turns':>6} {'seconds':>8} "
        f"{'client':>7} {'server':>7} {'signed':>6}  verified"
    ]
    lines += [
        f"{row['work']:<8} {row['system']:<10} {row['up']:>9.0f} {row['down']:>11.0f} "
        f"{row['turns']:>6.0f} {row['seconds']:>8.3f} {row['client_cpu']:>7.3f} "
        f"{row['server_cpu']:>7.2f} {row['signatures']:>6.0f}  {row['verified']}"
        for row in rows
    ]
    return "\n".join(lines)


def unmeasured(why: Mapping[str, str]) -> list[str]:
    """Return a line for each system that could not take part."""
    return [f"{system}: not measured: {reason}" for system, reason in why.items()]


def _short(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.3f}"
