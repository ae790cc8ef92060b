"""What makes a document whole: the fields its kind needs, sound texts, sums that add up.

The last door before a document is frozen, whatever wrote it: a wrong total is worse than no
document, so everything here refuses.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn

from kpa_core.errors import N_
from kpa_core.invoices.paper import type_codes
from kpa_core.invoices.paper.canonical import InvalidSnapshot
from kpa_core.invoices.totals import Category, totals
from kpa_core.invoices.totals import Discount as PricedDiscount
from kpa_core.invoices.totals import Line as PricedLine
from kpa_core.money import MoneyError

if TYPE_CHECKING:
    from kpa_core.invoices.paper.snapshot import Discount, Line, Snapshot

NUMBERED = ("series", "number")
CORRECTING = ("corrects_number", "corrects_day")
NEEDS = {
    "quote": ("validity_day",),
    "handover": (),
    "invoice": (*NUMBERED, "due_day"),
    "credit_note": NUMBERED,
}
FORBIDS = {
    "quote": NUMBERED,
    "handover": (*NUMBERED, "validity_day"),
    "invoice": ("validity_day",),
    "credit_note": ("validity_day",),
}

# BR-FR-01 and BR-FR-02: what an electronic invoice may bear as its number.
NUMBER = re.compile(r"[A-Za-z0-9+\-_/]{1,35}")
QUANTITY = re.compile(r"-1|(?:0|[1-9][0-9]{0,6})(?:\.[0-9]{0,2}[1-9])?")
# C0, DEL, C1 and lone surrogates: nobody types them on purpose, and XML refuses most of them.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
MULTILINE = {"details", "text"}


def check(snapshot: Snapshot) -> None:
    """Refuse a document that is not whole.

    Raises:
        InvalidSnapshot: the message names the field.
    """
    _check_texts(snapshot, "")
    _check_fields(snapshot)
    _check_type(snapshot)
    _check_days(snapshot)
    _check_forms(snapshot)
    _check_figures(snapshot)


def printable(text: str) -> str:
    """Return what somebody typed without what no paper can bear.

    Line ends become ``\\n``, tabs a space; other control characters and broken Unicode go.
    """
    ends = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "\n".join(CONTROL.sub("", line) for line in ends.split("\n"))


def _check_texts(value: object, name: str) -> None:
    if isinstance(value, str):
        text = value.replace("\n", "") if name in MULTILINE else value
        if CONTROL.search(text):
            raise InvalidSnapshot(
                N_("Le texte contient un caractère invisible interdit : {name}."),
                field=name,
                name=name,
            )
    elif isinstance(value, tuple):
        for item in value:
            _check_texts(item, name)
    elif is_dataclass(value):
        for part in fields(value):
            _check_texts(getattr(value, part.name), part.name)


def _check_fields(snapshot: Snapshot) -> None:
    named = ("title", "reference", "trade_name")
    for name in (*named, *NEEDS[snapshot.kind]):
        if not getattr(snapshot, name):
            _misplaced(snapshot, name, wanted=True)
    for name in FORBIDS[snapshot.kind]:
        if getattr(snapshot, name) is not None:
            _misplaced(snapshot, name, wanted=False)
    for party in (snapshot.seller, snapshot.customer):
        if not party.name:
            raise InvalidSnapshot(N_("Il manque : {name}."), field="name", name="name")


def _misplaced(snapshot: Snapshot, name: str, *, wanted: bool) -> NoReturn:
    if wanted:
        raise InvalidSnapshot(N_("Il manque : {name}."), field=name, name=name)
    raise InvalidSnapshot(
        N_("Ce genre de papier ({kind}) ne porte pas : {name}."),
        field=name,
        name=name,
        kind=snapshot.kind,
    )


def _check_type(snapshot: Snapshot) -> None:
    """Refuse what the law calls by another name; documents of the first version had no name."""
    asked = type_codes.OF_KIND[snapshot.kind] if snapshot.schema > 1 else ("",)
    if snapshot.type_code not in asked:
        _misplaced(snapshot, "type_code", wanted=not snapshot.type_code)
    corrects = snapshot.kind == "credit_note" or snapshot.type_code in type_codes.CORRECTIONS
    for name in CORRECTING:
        if bool(getattr(snapshot, name)) is not corrects:
            _misplaced(snapshot, name, wanted=corrects)
    taken_back = {line.deposit_number for line in snapshot.lines} - {""}
    _same("deposits", sorted(taken_back), sorted(one.number for one in snapshot.deposits))


def _check_days(snapshot: Snapshot) -> None:
    # BR-FR-CO-07 for the due day; a quote that ends before it begins binds nobody.
    for name in ("due_day", "validity_day"):
        day = getattr(snapshot, name)
        # A credit note may keep the due day of the invoice it takes back: it is never printed.
        # What was paid before the invoice is due on the day it was paid (BR-FR-CO-09).
        is_free = snapshot.kind == "credit_note" or (
            name == "due_day" and day is not None and day == snapshot.paid_day
        )
        if not is_free and day is not None and day < snapshot.issue_day:
            raise InvalidSnapshot(
                N_("La date {day} ({name}) est avant la date du papier, {issued}."),
                field=name,
                name=name,
                day=day.isoformat(),
                issued=snapshot.issue_day.isoformat(),
            )


def _check_forms(snapshot: Snapshot) -> None:
    forms = [("quantity", line.quantity, QUANTITY) for line in snapshot.lines]
    if snapshot.number is not None:
        forms.append(("number", snapshot.number, NUMBER))
    for name, value, form in forms:
        if not form.fullmatch(value):
            raise InvalidSnapshot(
                N_("Mal écrit : {name} = {value!r}."), field=name, name=name, value=value
            )


def _check_figures(snapshot: Snapshot) -> None:
    """Refuse figures other than those the lines give by :func:`kpa_core.invoices.totals.totals`."""
    if not snapshot.lines:
        raise InvalidSnapshot(N_("Il faut au moins une ligne."), field="lines")
    try:
        expected = totals(
            [_priced(line) for line in snapshot.lines],
            [PricedDiscount(*_discount(one)) for one in snapshot.discounts],
            deposits_cents=sum(one.to_pay_cents for one in snapshot.deposits),
        )
    except MoneyError as error:
        raise InvalidSnapshot(error.message, field="lines", **error.params) from error
    for line, net in zip(snapshot.lines, expected.line_nets, strict=True):
        _same(line.label, line.net_cents, net)
    groups = [
        (group.rate_bp, group.category, group.net_cents, group.vat_cents)
        for group in snapshot.vat_groups
    ]
    _same(
        "vat_groups",
        groups,
        [(group.rate_bp, group.category, group.net, group.vat) for group in expected.groups],
    )
    _same("net_cents", snapshot.totals.net_cents, expected.net)
    _same("vat_cents", snapshot.totals.vat_cents, expected.vat)
    _same("gross_cents", snapshot.totals.gross_cents, expected.gross)
    _same("rounding_cents", snapshot.totals.rounding_cents, expected.rounding)
    _same("discount_cents", snapshot.totals.discount_cents, expected.discount)
    if not 0 <= snapshot.totals.prepaid_cents <= max(expected.to_pay, 0):
        _same("prepaid_cents", snapshot.totals.prepaid_cents, expected.to_pay)


def _priced(line: Line) -> PricedLine:
    if not line.label:  # BR-25 of EN 16931
        raise InvalidSnapshot(N_("Il manque le nom d'une ligne."), field="label")
    return PricedLine(
        line.label,
        Decimal(line.quantity),
        line.unit_price_cents,
        line.vat_rate_bp,
        line.price_basis,
        discount_cents=line.discount_cents,
        category=line.vat_category,
        is_deposit=bool(line.deposit_number),
    )


def _discount(one: Discount) -> tuple[int, int, Category]:
    return one.net_cents, one.vat_rate_bp, one.vat_category


def _same(name: str, found: object, expected: object) -> None:
    if found != expected:
        raise InvalidSnapshot(
            N_("Les sommes ne tombent pas juste : {name} dit {found}, le calcul donne {expected}."),
            field=name,
            name=name,
            found=found,
            expected=expected,
        )
