"""Look at a paper before it leaves: every rule that can be known beforehand, said in plain French.

``findings`` is pure and never raises on what a snapshot can hold, whole or not: what it lets pass,
platforms and public bodies are expected to take.
"""

from __future__ import annotations

from dataclasses import replace

from kpa_core.errors import N_, Refused
from kpa_core.invoices.paper.prechecks import bodies, frame, taxes, wares
from kpa_core.invoices.paper.prechecks.finding import Facts, Finding
from kpa_core.invoices.paper.snapshot import Snapshot

__all__ = ["Facts", "Finding", "findings"]

RULES = (
    bodies.seller,
    bodies.customer,
    bodies.public_body,
    frame.number,
    frame.kind,
    frame.paid,
    frame.deposits,
    frame.days,
    wares.lines,
    taxes.rates,
    taxes.seller_number,
    taxes.reasons,
    taxes.mixed,
    taxes.buyers,
    wares.delivery,
    frame.notes,
    wares.lengths,
    bodies.directory,
)
OF_QUOTES = (wares.lines, taxes.rates, taxes.seller_number, taxes.mixed, wares.lengths)
"""A quote binds by its prices; the law's mentions on invoices are not owed yet."""


def findings(paper: Snapshot, facts: Facts) -> tuple[Finding, ...]:
    """Return what a paper lacks or gets wrong, what stops it first.

    What stops an invoice is only advice on a hand-over: the carrier writes its own invoice from it.
    """
    rules = OF_QUOTES if paper.kind == "quote" else RULES
    found = [one for rule in rules for one in rule(paper, facts)]
    if paper.kind == "handover":
        found = [one if one.always else _advice(one) for one in found]
    return tuple(sorted(found, key=lambda one: ("stop", "warn", "told").index(one.level)))


def _advice(one: Finding) -> Finding:
    if not one.blocks:
        return one
    said = Refused(one.message, **one.params)
    text = N_("La maison en aura besoin : {what}")
    return replace(one, level="warn", message=text, params={"what": said})
