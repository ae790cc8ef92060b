"""From a snapshot to the sheet people read: each text and amount written once, in its language."""

from __future__ import annotations

from kpa_core.i18n import gettext, locale_set
from kpa_core.invoices.paper import labels
from kpa_core.invoices.paper.sheet import (
    Block,
    Fact,
    Facts,
    LinesTable,
    Sentences,
    Sheet,
    SheetLine,
    SignBox,
    VatTable,
)
from kpa_core.invoices.paper.snapshot import Customer, Line, Seller, Snapshot
from kpa_core.invoices.paper.words import Translate, Words

NO_BREAK_SPACE = "\u00a0"


def sheet_of(snapshot: Snapshot, translate: Translate = gettext) -> Sheet:
    """Return the sheet of a document, in the document's own language.

    ``translate`` is asked for each French message id while the document's locale is set.
    """
    with locale_set(snapshot.language):
        return _sheet(snapshot, Words(snapshot.language, translate))


def _sheet(snapshot: Snapshot, words: Words) -> Sheet:
    kind, seller, customer = snapshot.kind, snapshot.seller, snapshot.customer
    names = {"carrier": seller.name, "number": snapshot.number or ""}
    heading = words.say(labels.HEADINGS[kind], **names)
    carried = "" if seller.name == snapshot.trade_name else labels.CARRIED_BY
    return Sheet(
        language=snapshot.language,
        heading=heading,
        corrects=_corrects(snapshot, words),
        warning=words.say(labels.WARNINGS[kind]) if kind in labels.WARNINGS else "",
        example=words.say(labels.EXAMPLE) if snapshot.example else "",
        example_sentence=words.say(labels.EXAMPLE_SENTENCE) if snapshot.example else "",
        brand=snapshot.trade_name,
        carried_by=words.say(carried, carrier=seller.name) if carried else "",
        seller=Block(words.say(labels.SELLER), seller.name, _seller_lines(seller, words)),
        customer=Block(words.say(labels.CUSTOMER), customer.name, _customer_lines(customer, words)),
        delivery=_delivery(customer, words),
        facts=_facts(snapshot, words),
        subject=snapshot.title,
        lines=_lines(snapshot, words),
        vat=_vat(snapshot, words),
        totals=_totals(snapshot, words),
        payment=_payment(snapshot, words),
        notes=Sentences(words.say(labels.NOTES), _notes(snapshot)),
        sign=_sign_box(words) if kind == "quote" else None,
        running_title=_running_title(snapshot, heading),
        page_label=words.say(labels.PAGE),
    )


def _seller_lines(seller: Seller, words: Words) -> tuple[str, ...]:
    form = [seller.legal_form] if seller.legal_form else []
    if seller.capital_cents is not None:
        form.append(words.say(labels.CAPITAL, amount=words.money(seller.capital_cents)))
    lines = [
        ", ".join(form),
        *seller.address,
        words.say(labels.SIREN, siren=_grouped(seller.siren, 3)) if seller.siren else "",
        words.say(labels.SIRET, siret=_siret(seller.siret)) if seller.siret else "",
        seller.rcs,
        words.say(labels.VAT_NUMBER, number=seller.vat_number) if seller.vat_number else "",
    ]
    return tuple(line for line in lines if line)


def _customer_lines(customer: Customer, words: Words) -> tuple[str, ...]:
    lines = [
        *customer.address,
        words.say(labels.SIREN, siren=_grouped(customer.siren, 3)) if customer.siren else "",
        words.say(labels.VAT_NUMBER, number=customer.vat_number) if customer.vat_number else "",
    ]
    return tuple(line for line in lines if line)


def _delivery(customer: Customer, words: Words) -> Block | None:
    if not customer.delivery_address:
        return None
    return Block(words.say(labels.DELIVERED_TO), "", customer.delivery_address)


def _facts(snapshot: Snapshot, words: Words) -> tuple[Fact, ...]:
    due = labels.DUE_PROPOSED if snapshot.kind == "handover" else labels.DUE
    said = {
        labels.REFERENCE: snapshot.reference,
        labels.ISSUED[snapshot.kind]: words.day(snapshot.issue_day),
        labels.SERVICE_DAY: words.day(snapshot.service_day),
        labels.VALID_UNTIL: words.day(snapshot.validity_day),
        due: "" if snapshot.kind == "credit_note" else words.day(snapshot.due_day),
        labels.NATURE: words.say(labels.NATURES[snapshot.nature]),
        labels.ENGAGEMENT: snapshot.customer.engagement_number,
        labels.SERVICE_CODE: snapshot.customer.service_code,
        labels.ANALYTIC_CODE: snapshot.analytic_code,
    }
    return tuple(Fact(words.say(label), value) for label, value in said.items() if value)


def _corrects(snapshot: Snapshot, words: Words) -> str:
    if snapshot.corrects_number is None:
        return ""
    day = words.day(snapshot.corrects_day)
    return words.say(labels.CORRECTS, number=snapshot.corrects_number, day=day)


def _lines(snapshot: Snapshot, words: Words) -> LinesTable:
    # One basis goes in the head of the column; two are said beside each price.
    mixed = any(line.price_basis == "gross" for line in snapshot.lines)
    price = labels.UNIT_PRICE if mixed else labels.UNIT_PRICE_NET
    heads = (labels.LABEL, labels.QUANTITY, price, labels.RATE, labels.NET)
    return LinesTable(
        words.say(labels.LINES_CAPTION),
        tuple(words.say(head) for head in heads),
        tuple(_line(line, words, say_basis=mixed) for line in snapshot.lines),
    )


def _line(line: Line, words: Words, *, say_basis: bool) -> SheetLine:
    price = words.money(line.unit_price_cents)
    if say_basis:
        basis = labels.PRICE_GROSS if line.price_basis == "gross" else labels.PRICE_NET
        price = words.say(basis, amount=price)
    quantity = words.quantity(line.quantity)
    return SheetLine(
        label=line.label,
        details=tuple(line.details.split("\n")) if line.details else (),
        quantity=f"{quantity}{NO_BREAK_SPACE}{line.unit}" if line.unit else quantity,
        unit_price=price,
        rate=words.rate(line.vat_rate_bp),
        net=words.money(line.net_cents),
    )


def _vat(snapshot: Snapshot, words: Words) -> VatTable:
    heads = (labels.VAT_RATE, labels.VAT_BASE, labels.VAT_AMOUNT)
    rows = tuple(
        (words.rate(group.rate_bp), words.money(group.net_cents), words.money(group.vat_cents))
        for group in snapshot.vat_groups
    )
    return VatTable(words.say(labels.VAT_CAPTION), tuple(words.say(head) for head in heads), rows)


def _totals(snapshot: Snapshot, words: Words) -> Facts:
    sums = snapshot.totals
    rows = [
        Fact(words.say(labels.TOTAL_NET), words.money(sums.net_cents)),
        Fact(words.say(labels.TOTAL_VAT), words.money(sums.vat_cents)),
    ]
    if sums.rounding_cents:
        rows.append(Fact(words.say(labels.TOTAL_GROSS), words.money(sums.gross_cents)))
        rows.append(Fact(words.say(labels.ROUNDING), words.money(sums.rounding_cents)))
    to_pay = words.say(labels.TO_PAY[snapshot.kind])
    rows.append(Fact(to_pay, words.money(sums.to_pay_cents), strong=True))
    return Facts(words.say(labels.TOTALS_CAPTION), tuple(rows))


def _payment(snapshot: Snapshot, words: Words) -> Facts:
    seller, label = snapshot.seller, words.say(labels.PAYMENT)
    # Only an invoice is paid: an account number on a draft would invite money for nothing.
    if snapshot.kind != "invoice" or not seller.iban:
        return Facts(label, ())
    said = {
        labels.IBAN: _grouped(seller.iban, 4),
        labels.PAYEE: seller.name,
        labels.TRANSFER_REFERENCE: snapshot.number or "",
        labels.DUE: words.day(snapshot.due_day),
    }
    return Facts(label, tuple(Fact(words.say(name), value) for name, value in said.items()))


def _notes(snapshot: Snapshot) -> tuple[str, ...]:
    mention = (snapshot.seller.vat_mention,) if snapshot.seller.vat_mention else ()
    return (*mention, *(note.text for note in snapshot.notes))


def _sign_box(words: Words) -> SignBox:
    fields = (labels.SIGN_NAME, labels.SIGN_DAY, labels.SIGNATURE)
    return SignBox(
        words.say(labels.AGREEMENT),
        words.say(labels.AGREEMENT_SENTENCE),
        tuple(words.say(field) for field in fields),
    )


def _running_title(snapshot: Snapshot, heading: str) -> str:
    parts = [snapshot.trade_name, heading]
    if snapshot.number is None:
        parts.append(snapshot.reference)
    return " · ".join(parts)


def _grouped(digits: str, size: int) -> str:
    bare = digits.replace(" ", "")
    groups = [bare[start : start + size] for start in range(0, len(bare), size)]
    return NO_BREAK_SPACE.join(groups)


def _siret(siret: str) -> str:
    bare = siret.replace(" ", "")
    return NO_BREAK_SPACE.join([_grouped(bare[:9], 3), bare[9:]])
