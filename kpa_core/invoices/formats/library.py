"""The one place that knows ``factur-x``: our terms under the names its release gives them.

Those names change between its releases, so it is pinned, and nothing else imports it. It is not
asked to check what it writes: the tests do that with the official rules, and the checks before
issue keep a wrong document from coming here.
"""

from __future__ import annotations

import re
from threading import Lock
from typing import Any, Literal

from facturx import generate_xml

from kpa_core.i18n import locale_set
from kpa_core.invoices.formats import terms
from kpa_core.invoices.formats.addresses import Postal, electronic, postal
from kpa_core.invoices.formats.units import unit_code
from kpa_core.invoices.paper.prices import net_price
from kpa_core.invoices.paper.snapshot import Customer, Discount, Line, Seller, Snapshot, VatGroup
from kpa_core.invoices.paper.words import Translate
from kpa_core.money import format_cents

PROFILE = "en16931"
CURRENCY = "EUR"
SIREN, SIRET = "0002", "0009"
DEPOSIT_SCHEME = "IV"
"""UNTDID 1153: the number of an invoice; on a line, of the deposit it takes back (BT-128)."""
DISCOUNT_CODE = "95"
"""UNTDID 5189: a discount."""

# What XML 1.0 cannot hold; the paper holds none of the others.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# The library completes lists of its own on its first call; two threads would break them.
_LOCK = Lock()


def write(
    snapshot: Snapshot, flavour: Literal["factur-x", "ubl-2.1"], translate: Translate
) -> bytes:
    """Return the XML of an invoice or a credit note.

    Raises:
        NoInvoice: the paper is a quote or a hand-over.
    """
    with locale_set(snapshot.language):
        said = _without_empty(_document(snapshot, translate))
    with _LOCK:
        made: bytes = generate_xml(
            said, flavor=flavour, level=PROFILE, check_xsd=False, check_schematron=False
        )
    return made


def _document(snapshot: Snapshot, translate: Translate) -> dict[str, Any]:
    seller, customer = snapshot.seller, snapshot.customer
    outside = any(group.category == "O" for group in snapshot.vat_groups)
    return {
        "BT-1": snapshot.number,
        "BT-2": snapshot.issue_day,
        "BT-3": terms.type_code(snapshot),
        "BT-5": CURRENCY,
        "BT-8": terms.vat_point(snapshot),
        "BT-9": terms.payment_day(snapshot),
        "BT-10": customer.service_code,
        "BT-13": terms.order_number(snapshot),
        "BT-14": snapshot.quote_reference,
        "BT-20": terms.payment_terms(snapshot, translate),
        "BT-23": terms.process(snapshot),
        "BT-72": snapshot.service_day,
        "BG-1": [{"BT-21": one.subject, "BT-22": one.text} for one in terms.notes(snapshot)],
        "BG-3": [{"BT-25": one.number, "BT-26": one.day} for one in terms.references(snapshot)],
        "BG-4": _seller(seller, snapshot.trade_name, names_vat=not outside),
        "BG-7": _customer(customer, names_vat=not outside),
        "BG-13": _delivery(snapshot),
        **_payment(snapshot),
        "BG-20": [_discount(snapshot, one, translate) for one in snapshot.discounts],
        "BG-23": [_vat(snapshot, one, translate) for one in snapshot.vat_groups],
        "BG-25": [
            _line(snapshot, place, line, translate)
            for place, line in enumerate(snapshot.lines, start=1)
        ],
        **_sums(snapshot),
    }


def _seller(seller: Seller, trade_name: str, *, names_vat: bool) -> dict[str, Any]:
    capital = seller.capital_cents
    legal = (
        seller.legal_form,
        "" if capital is None else f"capital de {format_cents(capital)}",
        seller.rcs,
    )
    return {
        **_party(seller, seller.address, names_vat=names_vat),
        # BR-E-02, BR-S-02: who has no VAT number still says who the tax office knows it as.
        "tax_identifier": "" if seller.vat_number else seller.siren,
        "legal_info": ", ".join(part for part in legal if part),
        "biz_name": trade_name if trade_name != seller.name else "",
    }


def _customer(customer: Customer, *, names_vat: bool) -> dict[str, Any]:
    return _party(customer, customer.address, names_vat=names_vat)


def _party(
    party: Seller | Customer, address: tuple[str, ...], *, names_vat: bool
) -> dict[str, Any]:
    reached = electronic(party)
    return {
        "name": party.name,
        "identifiers": {SIRET: party.siret},
        "legal_identifier": party.siren,
        "legal_identifier_schemeid": SIREN if party.siren else "",
        "vat_identifier": party.vat_number if names_vat else "",
        "einvoicing_addr": reached.value if reached else "",
        "einvoicing_addr_schemeid": reached.scheme if reached else "",
        **_postal(postal(address, party.country)),
    }


def _postal(address: Postal) -> dict[str, Any]:
    lines = dict(zip(("addr_l1", "addr_l2", "addr_l3"), address.lines, strict=False))
    return {
        **lines,
        "postcode": address.postcode,
        "city": address.town,
        "country_code": address.country,
    }


def _delivery(snapshot: Snapshot) -> dict[str, Any]:
    customer = snapshot.customer
    # BR-IC-12: goods that leave for another country of Europe say which, whatever the address.
    leaves = any(group.category == "K" for group in snapshot.vat_groups)
    where = customer.delivery_address or (customer.address if leaves else ())
    if not where:
        return {}
    return {"name": customer.name, **_postal(postal(where, customer.country))}


def _payment(snapshot: Snapshot) -> dict[str, Any]:
    means = terms.payment_means(snapshot)
    said: dict[str, Any] = {"BT-81": means}
    if means == terms.MEANS["transfer"]:
        said |= {"BT-83": snapshot.number, "BT-84": snapshot.seller.iban}
        said["BT-85"] = snapshot.seller.name
    return said


def _discount(snapshot: Snapshot, one: Discount, translate: Translate) -> dict[str, Any]:
    vat = terms.vat_terms(snapshot, one.vat_rate_bp, one.vat_category, translate)
    return {
        "amount": _amount(one.net_cents),
        "reason": one.reason or translate(terms.DISCOUNT),
        "reason_code": DISCOUNT_CODE,
        "vat_category_code": vat.category,
        "vat_rate": _rate(vat),
    }


def _vat(snapshot: Snapshot, group: VatGroup, translate: Translate) -> dict[str, Any]:
    vat = terms.vat_terms(snapshot, group.rate_bp, group.category, translate)
    return {
        "BT-116": _amount(group.net_cents),
        "BT-117": _amount(group.vat_cents),
        "BT-118": vat.category,
        "BT-119": _rate(vat),
        "BT-120": vat.text,
        "BT-121": vat.code,
    }


def _line(snapshot: Snapshot, place: int, line: Line, translate: Translate) -> dict[str, Any]:
    price = net_price(line)
    vat = terms.vat_terms(snapshot, line.vat_rate_bp, line.vat_category, translate)
    off = {
        "amount": _amount(price.discount_cents),
        "reason": translate(terms.DISCOUNT),
        "reason_code": DISCOUNT_CODE,
    }
    return {
        "BT-126": str(place),
        "BT-128": {DEPOSIT_SCHEME: line.deposit_number},
        "BT-129": line.quantity,
        "BT-130": unit_code(line.unit),
        "BT-131": _amount(line.net_cents),
        "BT-146": str(price.amount),
        "BT-149": "" if price.base == 1 else str(price.base),
        "BT-151": vat.category,
        "BT-152": _rate(vat),
        "BT-153": line.label,
        "BT-154": line.details,
        "BG-27": [off] if price.discount_cents else [],
    }


def _sums(snapshot: Snapshot) -> dict[str, Any]:
    found, left = snapshot.totals, terms.sums(snapshot)
    return {
        "BT-106": _amount(sum(line.net_cents for line in snapshot.lines)),
        "BT-107": _amount(found.discount_cents) if found.discount_cents else "",
        "BT-109": _amount(found.net_cents),
        "BT-110": _amount(found.vat_cents),
        "BT-112": _amount(found.gross_cents),
        "BT-113": _amount(left.prepaid_cents) if left.prepaid_cents else "",
        "BT-114": _amount(left.rounding_cents) if left.rounding_cents else "",
        "BT-115": _amount(left.due_cents),
    }


def _amount(cents: int) -> str:
    sign, whole = "-" if cents < 0 else "", abs(cents)
    return f"{sign}{whole // 100}.{whole % 100:02d}"


def _rate(vat: terms.VatTerms) -> str:
    return "" if vat.rate_bp is None else _amount(vat.rate_bp)


def _without_empty(value: Any) -> Any:
    """Return what is said without what is not: the library writes an empty element for it."""
    if isinstance(value, str):
        return UNWRITABLE.sub("", value)
    if isinstance(value, dict):
        kept = {name: _without_empty(part) for name, part in value.items()}
        return {name: part for name, part in kept.items() if part not in ("", None, {}, [])}
    if isinstance(value, list):
        return [_without_empty(part) for part in value]
    return value
