"""Papers bent in one place, to see what a look before issuing says of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from typing import Any

from kpa_core.invoices.paper.prechecks import Facts, Finding, findings
from kpa_core.invoices.paper.snapshot import (
    Customer,
    Deposit,
    Line,
    Snapshot,
    VatGroup,
)

Make = Callable[..., Snapshot]
DAY = date(2026, 11, 30)
FACTS = Facts(today=DAY)
COMPANY = Customer(
    name="Atelier Nord",
    kind="business_vat",
    address=("1 rue du Port", "59000 Lille"),
    siren="552008443",
    siret="55200844300012",
    vat_number="FR83404833048",
)
PERSON = Customer(name="Mme Durand", kind="person", address=("2 rue du Port", "59000 Lille"))
TOWN = replace(COMPANY, kind="public", engagement_number="EJ-1", service_code="S1")
DEPOSIT = Line(
    label="Acompte du 2 novembre",
    quantity="-1",
    unit_price_cents=10_000,
    vat_rate_bp=1000,
    net_cents=-10_000,
    deposit_number="KPA-2026-0001",
)


def bent(whole: Any, **changes: Any) -> Any:
    """Return a frozen thing with changes, whatever its own checks would say."""
    made = object.__new__(type(whole))
    for one in fields(whole):
        value = changes.get(one.name, getattr(whole, one.name))
        object.__setattr__(made, one.name, value)
    return made


def with_line(paper: Snapshot, **changes: Any) -> Snapshot:
    line = bent(paper.lines[0], **changes)
    return bent(paper, lines=(line, *paper.lines[1:]))  # type: ignore[no-any-return]


def without_vat(paper: Snapshot, category: str, reason: str, **changes: Any) -> Snapshot:
    lines = tuple(bent(one, vat_category=category, vat_rate_bp=0) for one in paper.lines)
    group = VatGroup(
        rate_bp=0,
        net_cents=paper.totals.net_cents,
        vat_cents=0,
        category=category,  # type: ignore[arg-type]
        reason=reason,
    )
    totals = bent(paper.totals, vat_cents=0, gross_cents=paper.totals.net_cents)
    return bent(paper, lines=lines, vat_groups=(group,), totals=totals, **changes)  # type: ignore[no-any-return]


def after_deposit(paper: Snapshot, **changes: Any) -> Snapshot:
    taken = Deposit(number="KPA-2026-0001", day=date(2026, 11, 2), to_pay_cents=11_000)
    return bent(paper, lines=(*paper.lines, DEPOSIT), deposits=(taken,), **changes)  # type: ignore[no-any-return]


def paid(paper: Snapshot, **changes: Any) -> Snapshot:
    totals = bent(paper.totals, prepaid_cents=paper.totals.to_pay_cents)
    given = {"paid_day": DAY, "due_day": DAY, "totals": totals, **changes}
    return bent(paper, **given)  # type: ignore[no-any-return]


def corrects(paper: Snapshot, code: str, **changes: Any) -> Snapshot:
    kind = "invoice" if code == "384" else "credit_note"
    given = {"corrects_number": "KPA-2026-0001", "corrects_day": date(2026, 11, 12), **changes}
    return bent(paper, kind=kind, type_code=code, **given)  # type: ignore[no-any-return]


EU = replace(COMPANY, kind="foreign", country="BE", siren="", siret="", vat_number="BE0403019261")
FRANCHISE = {"vat_number": "", "vat_regime": "franchise"}


def seller(paper: Snapshot, **changes: Any) -> Any:
    return bent(paper.seller, **changes)


# What is tried, what the official rules say, what we say (the rule, or "" where it passes).
def whole_paper(make_document: Make) -> Snapshot:
    """A whole invoice to a company."""
    return make_document(customer=COMPANY)


def stops(paper: Snapshot, facts: Facts = FACTS) -> list[Finding]:
    return [one for one in findings(paper, facts) if one.blocks]
