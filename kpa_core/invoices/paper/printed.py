"""From a snapshot to the sheet people read: each text and amount written once, in its language."""

from __future__ import annotations

from collections.abc import Iterator

from kpa_core.i18n import gettext, locale_set
from kpa_core.invoices.paper import labels, type_codes
from kpa_core.invoices.paper.prices import net_price
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
from kpa_core.invoices.paper.vat import DEBITS, REASONS
from kpa_core.invoices.paper.words import Translate, Words, isolated

NO_BREAK_SPACE = "\u00a0"


def sheet_of(snapshot: Snapshot, translate: Translate = gettext) -> Sheet:
    """Return the sheet of a document, in the document's own language.

    ``translate`` is asked for each French message id while the document's locale is set.
    """
    with locale_set(snapshot.language):
        return _sheet(snapshot, Words(snapshot.language, translate))


def _sheet(snapshot: Snapshot, words: Words) -> Sheet:
    kind, seller, customer = snapshot.kind, snapshot.seller, snapshot.customer
    heading = _heading(snapshot, words)
    carried = "" if seller.name == snapshot.trade_name else labels.CARRIED_BY
    return Sheet(
        language=snapshot.language,
        heading=heading,
        corrects=_corrects(snapshot, words),
        warning=words.say(labels.WARNINGS[kind]) if kind in labels.WARNINGS else "",
        example=words.say(labels.EXAMPLE) if snapshot.example else "",
        example_sentence=words.say(labels.EXAMPLE_SENTENCE) if snapshot.example else "",
        brand=snapshot.trade_name,
        carried_by=words.say(carried, carrier=isolated(seller.name)) if carried else "",
        seller=Block(words.say(labels.SELLER), seller.name, _seller_lines(seller, words)),
        customer=Block(words.say(labels.CUSTOMER), customer.name, _customer_lines(customer, words)),
        delivery=_delivery(customer, words),
        facts=_facts(snapshot, words),
        subject=snapshot.title,
        lines=_lines(snapshot, words),
        vat=_vat(snapshot, words),
        totals=_totals(snapshot, words),
        deposits=_deposits(snapshot, words),
        payment=_payment(snapshot, words),
        notes=Sentences(words.say(labels.NOTES), _notes(snapshot, words)),
        sign=_sign_box(words) if kind == "quote" else None,
        running_title=_running_title(snapshot, heading),
        page_label=words.say(labels.PAGE),
    )


def _heading(snapshot: Snapshot, words: Words) -> str:
    # Papers of the first version do not say it.
    of_kind = type_codes.CREDIT_NOTE if snapshot.kind == "credit_note" else type_codes.INVOICE
    names = {"carrier": isolated(snapshot.seller.name), "number": snapshot.number or ""}
    if snapshot.kind == "quote":
        return words.say(labels.HEADINGS["quote"], **names)
    headings = labels.DRAFTS if snapshot.kind == "handover" else labels.HEADINGS
    return words.say(headings[snapshot.type_code or of_kind], **names)


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
    paid_day = snapshot.paid_day if snapshot.kind == "invoice" else None
    said = {
        labels.REFERENCE: snapshot.reference,
        labels.ISSUED[snapshot.kind]: words.day(snapshot.issue_day),
        labels.SERVICE_DAY: words.day(snapshot.service_day),
        labels.VALID_UNTIL: words.day(snapshot.validity_day),
        due: words.day(snapshot.due_day) if _asks_for_money(snapshot) else "",
        labels.NATURE: words.say(labels.NATURES[snapshot.nature]),
        labels.PAID_ON: words.day(paid_day),
        labels.PAID_BY: words.say(labels.MEANS.get(snapshot.paid_by, "")) if paid_day else "",
        labels.QUOTE_REFERENCE: snapshot.quote_reference,
        labels.PURCHASE_ORDER: snapshot.purchase_order,
        labels.ENGAGEMENT: snapshot.customer.engagement_number,
        labels.SERVICE_CODE: snapshot.customer.service_code,
        labels.ANALYTIC_CODE: snapshot.analytic_code,
    }
    return tuple(Fact(words.say(label), value) for label, value in said.items() if value)


def _asks_for_money(snapshot: Snapshot) -> bool:
    return snapshot.kind != "credit_note" and snapshot.paid_day is None


def _corrects(snapshot: Snapshot, words: Words) -> str:
    if snapshot.corrects_number is None:
        return ""
    day = words.day(snapshot.corrects_day)
    label = labels.CORRECTS_DEPOSIT if snapshot.type_code == "503" else labels.CORRECTS
    return words.say(label, number=snapshot.corrects_number, day=day)


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
        off=_off(line, words),
        net_price=_net_price(line, words) if line.price_basis == "gross" else "",
    )


def _off(line: Line, words: Words) -> str:
    if not line.discount_cents:
        return ""
    net = words.money(net_price(line).discount_cents)
    said = words.say(labels.PRICE_NET, amount=net)
    if line.price_basis == "gross":
        gross = words.say(labels.PRICE_GROSS, amount=words.money(line.discount_cents))
        said = f"{gross}, {words.say(labels.PRICE_NET_OF_GROSS, amount=net)}"
    return words.say(labels.LINE_DISCOUNT, amount=said)


def _net_price(line: Line, words: Words) -> str:
    price = net_price(line)
    amount = words.price(price.amount)
    if price.base == 1:
        with_vat = price.amount * (10_000 + line.vat_rate_bp) / 100
        is_exact = with_vat == line.unit_price_cents
        # Its decimals are those of the XML, that give the line back.
        said = labels.PRICE_NET_OF_GROSS if is_exact else labels.PRICE_NET_ABOUT
        return words.say(said, amount=amount)
    many = words.quantity(str(price.base))
    return words.say(labels.PRICE_NET_FOR_MANY, amount=amount, quantity=many)


def _vat(snapshot: Snapshot, words: Words) -> VatTable:
    heads = (labels.VAT_RATE, labels.VAT_BASE, labels.VAT_AMOUNT)
    rows = tuple(
        (words.rate(group.rate_bp), words.money(group.net_cents), words.money(group.vat_cents))
        for group in snapshot.vat_groups
    )
    return VatTable(words.say(labels.VAT_CAPTION), tuple(words.say(head) for head in heads), rows)


def _totals(snapshot: Snapshot, words: Words) -> Facts:
    sums = snapshot.totals
    rows = [*_discounts(snapshot, words)]
    rows.append(Fact(words.say(labels.TOTAL_NET), words.money(sums.net_cents)))
    rows.append(Fact(words.say(labels.TOTAL_VAT), words.money(sums.vat_cents)))
    if sums.rounding_cents:
        rows.append(Fact(words.say(labels.TOTAL_GROSS), words.money(sums.gross_cents)))
        rows.append(Fact(words.say(labels.ROUNDING), words.money(sums.rounding_cents)))
    to_pay = words.say(labels.TO_PAY[snapshot.kind])
    if sums.prepaid_cents and snapshot.kind != "credit_note":
        rows.append(Fact(words.say(labels.TOTAL_BEFORE), words.money(sums.to_pay_cents)))
        rows.append(Fact(words.say(labels.PREPAID), words.money(sums.prepaid_cents)))
        left = words.say(labels.LEFT_TO_PAY)
        rows.append(Fact(left, words.money(sums.due_cents), strong=True))
    else:
        rows.append(Fact(to_pay, words.money(sums.to_pay_cents), strong=True))
    return Facts(words.say(labels.TOTALS_CAPTION), tuple(rows))


def _discounts(snapshot: Snapshot, words: Words) -> Iterator[Fact]:
    """Yield what the lines make together and what comes off it, where something does."""
    if not snapshot.discounts:
        return
    whole = sum(line.net_cents for line in snapshot.lines)
    yield Fact(words.say(labels.TOTAL_LINES), words.money(whole))
    for one in snapshot.discounts:
        label = labels.DISCOUNT_REASON if one.reason else labels.DISCOUNT
        rate = words.rate(one.vat_rate_bp)
        said = words.say(label, rate=rate, reason=isolated(one.reason))
        yield Fact(said, words.money(-one.net_cents))
    if len(snapshot.discounts) > 1:
        off = words.money(-snapshot.totals.discount_cents)
        yield Fact(words.say(labels.TOTAL_DISCOUNTS), off)


def _deposits(snapshot: Snapshot, words: Words) -> Facts:
    rows = (
        Fact(
            words.say(labels.DEPOSIT, number=one.number, day=words.day(one.day)),
            words.money(one.to_pay_cents),
        )
        for one in snapshot.deposits
    )
    return Facts(words.say(labels.DEPOSITS), tuple(rows))


def _payment(snapshot: Snapshot, words: Words) -> Facts:
    seller, label = snapshot.seller, words.say(labels.PAYMENT)
    # Only an invoice is paid: an account number on a draft would invite money for nothing.
    if snapshot.kind != "invoice" or not seller.iban or snapshot.totals.due_cents <= 0:
        return Facts(label, ())
    said = {
        labels.IBAN: _grouped(seller.iban, 4),
        labels.PAYEE: seller.name,
        labels.TRANSFER_REFERENCE: snapshot.number or "",
        labels.DUE: words.day(snapshot.due_day),
    }
    return Facts(label, tuple(Fact(words.say(name), value) for name, value in said.items()))


def _notes(snapshot: Snapshot, words: Words) -> tuple[str, ...]:
    reasons = dict.fromkeys(group.reason for group in snapshot.vat_groups)
    said = [words.say(REASONS[reason].mention) for reason in reasons if reason in REASONS]
    if snapshot.seller.vat_regime == "debits":
        said.append(words.say(DEBITS))
    if snapshot.seller.vat_mention:
        said.append(snapshot.seller.vat_mention)
    return tuple(dict.fromkeys((*said, *(note.text for note in snapshot.notes))))


def _sign_box(words: Words) -> SignBox:
    fields = (labels.SIGN_NAME, labels.SIGN_DAY, labels.SIGNATURE)
    return SignBox(
        words.say(labels.AGREEMENT),
        words.say(labels.AGREEMENT_SENTENCE),
        tuple(words.say(field) for field in fields),
    )


def _running_title(snapshot: Snapshot, heading: str) -> str:
    parts = [isolated(snapshot.trade_name), heading]
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
