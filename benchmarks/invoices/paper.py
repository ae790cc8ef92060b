"""The invoice that is measured: two VAT rates, a public customer, as a carrier issues it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kpa_core.invoices import totals as counting
from kpa_core.invoices.paper.mentions import legal_notes
from kpa_core.invoices.paper.snapshot import Customer, Line, Seller, Snapshot, Totals, VatGroup

SELLER = Seller(
    name="La Maison qui Facture",
    legal_form="SCOP à capital variable",
    capital_cents=1_850_000,
    address=("80 rue de Lille", "59100 Roubaix"),
    siren="732829320",
    siret="73282932000074",
    rcs="RCS Lille Métropole",
    vat_number="FR44732829320",
    iban="FR7630006000011234567890189",
)
TOWN = Customer(
    name="Ville de Lille",
    kind="public",
    address=("Place Augustin-Laurent", "59000 Lille"),
    siren="215903501",
    siret="21590350100017",
    engagement_number="EJ-2026-004512",
    service_code="CULT-03",
)
SOLD = (
    ("Buffet oriental", "40", "pers.", 1500, 1000),
    ("Service à table", "4.5", "h", 2800, 2000),
    ("Boissons chaudes", "40", "pers.", 180, 1000),
    ("Location de vaisselle", "2", "lots", 3550, 2000),
)


def invoice(number: int) -> Snapshot:
    """Return another invoice for each number, so that nothing an engine remembers is reused."""
    lines = [
        counting.Line(
            f"{label} n° {number}", Decimal(quantity), price + number % 97, rate, unit=unit
        )
        for label, quantity, unit, price, rate in SOLD
    ]
    foot = counting.totals(lines)
    return Snapshot(
        kind="invoice",
        type_code="380",
        title=f"Buffet pour 40 personnes, {number}",
        reference=f"F-2026-{number:04}",
        number=f"KPA-2026-{number:04}",
        series="KPA",
        issue_day=date(2026, 11, 23),
        due_day=date(2026, 12, 23),
        service_day=date(2026, 11, 21),
        seller=SELLER,
        customer=TOWN,
        lines=tuple(
            Line(
                label=one.label,
                quantity=f"{one.quantity.normalize():f}",
                unit=one.unit,
                unit_price_cents=one.unit_price_cents,
                vat_rate_bp=one.vat_rate_bp,
                net_cents=net,
            )
            for one, net in zip(lines, foot.line_nets, strict=True)
        ),
        vat_groups=tuple(
            VatGroup(rate_bp=one.rate_bp, net_cents=one.net, vat_cents=one.vat)
            for one in foot.groups
        ),
        totals=Totals(net_cents=foot.net, vat_cents=foot.vat, gross_cents=foot.gross),
        trade_name="La Cape",
        notes=legal_notes(TOWN.kind),
    )
