"""Random documents that are legal: every kind, buyer, regime and rate, as kpa could issue them.

``papers()`` is the strategy; what it draws is a whole ``Snapshot``. Amounts are not drawn: the
product's own totals make them, so that the outside rules judge them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from kpa_core.invoices.drafts import discounts
from kpa_core.invoices.drafts.paper_parts import groups_of, nature_of, totals_of
from kpa_core.invoices.paper import snapshot as paper
from kpa_core.invoices.paper.mentions import legal_notes
from kpa_core.invoices.paper.vat import category_of
from kpa_core.invoices.totals import Discount, Line, Totals, totals

BUYERS = ("business_vat", "public", "non_taxable_org", "person", "foreign")
IN_FLOW_2 = ("business_vat", "public", "non_taxable_org")
"""Who a platform delivers electronic invoices to, when it has a SIREN."""
MAINLAND, OVERSEAS = (2000, 1000, 550, 210), (850, 210, 175, 105, 1300, 90)
REASONS = {
    "business_vat": ("", "", "", "reverse_charge"),
    "foreign": ("", "eu_services", "eu_goods", "export", "outside"),
}
MEANS = ("card", "cash", "cheque", "transfer", "other")
IBANS = ("", "FR7630006000011234567890189", "FR1420041010050500013M02606")
UNITS = ("", "pers.", "h", "kg", "pièce", "jours", "forfait", "caisse de 6")
MANDATE = paper.Note(
    text="Facture établie par Moulins Coop au nom et pour le compte de la maison.", subject="DCL"
)
NAMES = (
    "Ville de Lille",
    "Association intercommunale des œuvres sociales, culturelles & sportives du Val-d'Ézanville",
    "مطعم الأمل",
    'Chez <Zoé> & "Cie"',
    "東京食堂 SARL",
    "Fête 🎉 d'été",
    "L'Île-aux-Mômes — crèche associative",
)
LABELS = (
    "Buffet oriental",
    "Livraison à vélo & retour des caisses",
    "Atelier <menuiserie>",
    "طعام",
    "Gâteau d'anniversaire au chocolat, crème de marron et noisettes du Piémont torréfiées",
    "Réparation 🔧",
)


def siren(eight: int) -> str:
    """Return the SIREN that begins with eight digits."""
    return _keyed(f"{eight:08d}")


def _keyed(digits: str) -> str:
    doubled = (int(one) * 2 for one in digits[::-1][::2])
    total = sum(int(one) for one in digits[::-1][1::2]) + sum(
        two // 10 + two % 10 for two in doubled
    )
    return digits + str(-total % 10)


def vat_number(of_siren: str) -> str:
    """Return the French VAT number of a SIREN."""
    return f"FR{(12 + 3 * (int(of_siren) % 97)) % 97:02d}{of_siren}"


@dataclass(frozen=True)
class Case:
    """What decides the shape of a document."""

    type_code: str
    buyer: str
    regime: str
    reason: str
    rates: tuple[int, ...]
    nature: str


@st.composite
def cases(draw: DrawFn, buyers: tuple[str, ...]) -> Case:
    buyer = draw(st.sampled_from(buyers))
    without = ("franchise", "exempt", "exempt_association")
    regime = draw(st.sampled_from(("normal", "normal", "debits", *without)))
    taxed = regime in ("normal", "debits")
    reason = draw(st.sampled_from(REASONS.get(buyer, ("",)))) if taxed else regime
    rates = draw(st.sampled_from((MAINLAND, MAINLAND, OVERSEAS))) if taxed and not reason else (0,)
    nature = draw(st.sampled_from(("goods", "services", "mixed")))
    nature = {"eu_goods": "goods", "export": "goods", "outside": "services"}.get(reason, nature)
    kinds = ("380", "380", "380", "381", "384", "386", "503")
    return Case(draw(st.sampled_from(kinds)), buyer, regime, reason, rates, nature)


@st.composite
def lines(draw: DrawFn, case: Case) -> paper.Line:
    """Draw a line without its net, which depends on the others."""
    quantity = Decimal(draw(st.integers(1, 60_000))) / draw(st.sampled_from((1, 10, 100, 1000)))
    price = draw(st.one_of(st.integers(0, 9_999), st.integers(0, 500_000)))
    rate = draw(st.sampled_from(case.rates))
    nature = case.nature if case.nature != "mixed" else draw(st.sampled_from(("goods", "services")))
    whole = int(quantity * price)
    return paper.Line(
        label=draw(st.sampled_from(LABELS)),
        details=draw(st.sampled_from(("", "service compris", "Couscous\nsalades & thé"))),
        quantity=paper.quantity_text(quantity),
        unit=draw(st.sampled_from(UNITS)),
        unit_price_cents=price,
        vat_rate_bp=rate,
        net_cents=0,
        price_basis=draw(st.sampled_from(("net", "net", "gross"))),
        nature=nature,  # type: ignore[arg-type]
        discount_cents=draw(st.one_of(st.just(0), st.just(0), st.integers(0, whole))),
        vat_category="S" if rate else category_of(case.reason),
    )


def _priced(line: paper.Line) -> Line:
    return Line(
        line.label,
        Decimal(line.quantity),
        line.unit_price_cents,
        line.vat_rate_bp,
        line.price_basis,
        discount_cents=line.discount_cents,
        category=line.vat_category,
        is_deposit=bool(line.deposit_number),
    )


@st.composite
def deposits(
    draw: DrawFn, sums: Totals, day: date
) -> tuple[tuple[paper.Deposit, ...], list[paper.Line]]:
    """Draw one or two deposits on a whole, and the lines that take them back."""
    found, back = [], []
    for place in range(draw(st.integers(1, 2))):
        number = f"KPA-2026-0{place + 1:03d}"
        part = draw(st.integers(1, 45))
        nets = [(one, one.net * part // 100) for one in sums.groups if one.net * part // 100]
        asked = 0
        for group, net in nets:
            asked += totals([Line("x", Decimal(1), net, group.rate_bp)]).to_pay
            back.append(
                paper.Line(
                    label=f"Acompte {number}",
                    quantity="-1",
                    unit_price_cents=net,
                    vat_rate_bp=group.rate_bp,
                    net_cents=-net,
                    vat_category=group.category,
                    deposit_number=number,
                )
            )
        if nets:
            paid_on = day - timedelta(days=10 + place)
            found.append(paper.Deposit(number=number, day=paid_on, to_pay_cents=asked))
    return tuple(found), back


@st.composite
def customers(draw: DrawFn, case: Case) -> paper.Customer:
    name, foreign = draw(st.sampled_from(NAMES)), case.buyer == "foreign"
    if case.buyer == "person":
        address = draw(st.sampled_from(((), ("3 rue des Lilas", "59000 Lille"))))
        return paper.Customer(name=name, kind="person", address=address)
    if foreign:
        outside = case.reason in ("export", "outside")
        where = (
            ("Bahnhofstr. 1", "8001 Zürich", "Suisse")
            if outside
            else ("Rue Haute 12", "1000 Bruxelles", "Belgique")
        )
        return paper.Customer(
            name=name,
            kind="foreign",
            address=where,
            country="CH" if outside else "BE",
            vat_number="" if outside else "BE0403170701",
        )
    own = siren(draw(st.integers(10_000_000, 99_999_999)))
    business, public = case.buyer == "business_vat", case.buyer == "public"
    return paper.Customer(
        name=name,
        kind=case.buyer,  # type: ignore[arg-type]
        address=draw(
            st.sampled_from(
                (
                    ("Place Augustin-Laurent", "59000 Lille"),
                    ("Bât. C", "Cour des Miracles", "Lieu-dit Ô", "BP 12", "97410 Saint-Pierre"),
                    ("59100 Roubaix",),
                )
            )
        ),
        siren=own,
        siret=draw(st.sampled_from(("", _keyed(f"{own}0001")))),
        vat_number=vat_number(own) if business else "",
        engagement_number="EJ-2026-004512" if public and draw(st.booleans()) else "",
        service_code="CULT-03" if public else "",
        electronic_address=draw(st.sampled_from(("", f"0225:{own}", f"0225:{own}_COMPTA"))),
        delivery_address=draw(st.sampled_from(((), ("Salle Courmont", "59800 Lille")))),
    )


@st.composite
def sellers(draw: DrawFn, case: Case) -> paper.Seller:
    own = siren(draw(st.sampled_from((73282932, 55208131, 44306184))))
    taxed = case.regime in ("normal", "debits")
    return paper.Seller(
        name="La Maison qui Facture",
        legal_form="SCOP à capital variable",
        capital_cents=draw(st.sampled_from((None, 1_850_000))),
        address=("80 rue de Lille", "59100 Roubaix"),
        siren=own,
        siret=draw(st.sampled_from(("", _keyed(f"{own}0007")))),
        rcs="RCS Lille Métropole",
        vat_number=vat_number(own) if taxed or draw(st.booleans()) else "",
        iban=draw(st.sampled_from(IBANS)),
        vat_regime=case.regime,  # type: ignore[arg-type]
    )


@st.composite
def papers(draw: DrawFn, buyers: tuple[str, ...] = BUYERS) -> paper.Snapshot:
    """Draw an invoice or a credit note as kpa could issue it."""
    case = draw(cases(buyers))
    day = date(2026, 12, 1) + timedelta(days=draw(st.integers(0, 700)))
    sold = draw(st.lists(lines(case), min_size=1, max_size=5))
    sums = totals([_priced(one) for one in sold])
    if sums.to_pay < 100:
        sold[0] = replace(sold[0], unit_price_cents=40_000, discount_cents=0, quantity="2")
        sums = totals([_priced(one) for one in sold])
    cents = draw(st.sampled_from((0, 0, 1, sums.net // 10, sums.net // 3)))
    off = discounts.spread([_priced(one) for one in sold], cents) if cents <= sums.net else ()
    taken: tuple[paper.Deposit, ...] = ()
    if case.type_code in ("380", "384", "381") and draw(st.integers(0, 3)) == 0:
        after = totals([_priced(one) for one in sold], off)
        taken, back = draw(deposits(after, day))
        sold += back
    return _paper(draw, case, day, sold, off, taken)


def _paper(
    draw: DrawFn,
    case: Case,
    day: date,
    sold: list[paper.Line],
    off: tuple[Discount, ...],
    taken: tuple[paper.Deposit, ...],
) -> paper.Snapshot:
    asked = sum(one.to_pay_cents for one in taken)
    sums = totals([_priced(one) for one in sold], off, deposits_cents=asked)
    customer, credit = draw(customers(case)), case.type_code in ("381", "503")
    due = sums.to_pay
    prepaid = draw(st.sampled_from((0, 0, due, due // 3)))
    if case.type_code != "380" or (prepaid == due and taken):
        prepaid = 0
    paid_day = day - timedelta(days=5) if 0 < prepaid == due else None
    is_deposit = case.type_code in ("386", "503") and case.reason != "eu_goods"
    corrects = case.type_code in ("381", "384", "503")
    notes = legal_notes(customer.kind)
    if draw(st.booleans()):
        notes = (*notes, MANDATE)
    return paper.Snapshot(
        kind="credit_note" if credit else "invoice",
        title="Buffet pour 40 personnes",
        reference="F-2026-0012",
        issue_day=day,
        seller=draw(sellers(case)),
        customer=customer,
        lines=tuple(
            replace(one, net_cents=net) for one, net in zip(sold, sums.line_nets, strict=True)
        ),
        vat_groups=groups_of(sums, case.reason),
        totals=totals_of(sums, prepaid),
        trade_name=draw(st.sampled_from(("Moulins Coop", "La Maison qui Facture", "مطعم"))),
        analytic_code="MOUL",
        number=draw(st.sampled_from(("KPA-2026/12-0042", "A+1_b", "9" * 35))),
        series="KPA",
        service_day=None if is_deposit else day - timedelta(days=3),
        due_day=None if credit else paid_day or day + timedelta(days=30),
        corrects_number="KPA-2026-0001" if corrects else None,
        corrects_day=day - timedelta(days=20) if corrects else None,
        nature=nature_of(one.nature for one in sold if not one.deposit_number),
        notes=notes,
        language=draw(st.sampled_from(("fr", "fr", "en"))),
        type_code=case.type_code,  # type: ignore[arg-type]
        discounts=tuple(
            paper.Discount(
                net_cents=one.net_cents,
                vat_rate_bp=one.vat_rate_bp,
                vat_category=one.category,
                reason=draw(st.sampled_from(("", "Geste commercial"))),
            )
            for one in off
        ),
        deposits=taken,
        paid_day=paid_day,
        paid_by=draw(st.sampled_from(MEANS)) if paid_day else "",
        purchase_order=draw(st.sampled_from(("", "BC-77/2026"))),
        quote_reference=draw(st.sampled_from(("", "D-2026-0007"))),
    )


def in_flow_2(frozen: paper.Snapshot) -> bool:
    """Tell whether the French rules are asked of a document: a platform will deliver it."""
    return frozen.customer.kind in IN_FLOW_2 and bool(frozen.customer.siren)


def _story() -> paper.Snapshot:
    sold = paper.Line(
        label="Buffet oriental",
        quantity="40",
        unit="pers.",
        unit_price_cents=1500,
        vat_rate_bp=1000,
        net_cents=60_000,
    )
    sums = totals([_priced(sold)])
    return paper.Snapshot(
        kind="invoice",
        type_code="380",
        title="Buffet pour 40 personnes",
        reference="F-2026-0001",
        number="KPA-2026-0001",
        series="KPA",
        issue_day=date(2026, 11, 30),
        service_day=date(2026, 11, 28),
        due_day=date(2026, 12, 30),
        seller=paper.Seller(
            name="La Maison qui Facture",
            address=("80 rue de Lille", "59100 Roubaix"),
            siren="732829320",
            vat_number="FR44732829320",
            iban=IBANS[1],
            vat_regime="normal",
        ),
        customer=paper.Customer(
            name="Ville de Lille",
            kind="public",
            address=("Place Augustin-Laurent", "59000 Lille"),
            siren="215903501",
            service_code="CULT-03",
        ),
        lines=(sold,),
        vat_groups=groups_of(sums, ""),
        totals=totals_of(sums),
        trade_name="Moulins Coop",
        notes=legal_notes("public"),
    )


STORY = _story()
"""One buffet for one town hall: 600 € and 10 % of VAT."""
