"""From a tree to the facts, whatever the syntax."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from stdnum.eu import vat as eu_vat
from stdnum.fr import siren as fr_siren
from stdnum.fr import siret as fr_siret

from kpa_core.errors import N_
from kpa_core.invoices.received import checks, values
from kpa_core.invoices.received.errors import Unreadable
from kpa_core.invoices.received.model import CREDIT_NOTES, INVOICES, Line, Party, Received, VatGroup
from kpa_core.invoices.received.paths import Find, Syntax, all_of, must, one_of

MAX_LINES = 2_000
MAX_GROUPS = 50
MAX_NOTES = 20
CURRENCY = "EUR"


def facts(root: Any, syntax: Syntax, media_type: str) -> Received:
    """Return what a document says, once its totals were found to agree.

    Raises:
        Unreadable: something it needs is missing, doubled, unreadable or contradicts itself.
    """
    head = syntax.head
    sums = _Sums(head, root)
    corrects = one_of(head, "BT-25", root) if len(all_of(head, "BT-25", root)) == 1 else ""
    due = one_of(head, "BT-9", root)
    currency = _currency(head, root)
    read = Received(
        syntax=syntax.name,
        media_type=media_type,
        type_code=_type_code(head, root),
        number=_number(must(head, "BT-1", root)),
        day=syntax.day(must(head, "BT-2", root), "BT-2"),
        due_on=syntax.day(due, "BT-9") if due else None,
        supplier=_party(syntax.seller, root, "BT-27"),
        buyer=_party(syntax.buyer, root, "BT-44"),
        currency=currency,
        lines=tuple(_lines(syntax, root)),
        groups=tuple(_groups(syntax, root)),
        net_cents=sums.must("BT-109"),
        vat_cents=sums.of("BT-110"),
        gross_cents=sums.must("BT-112"),
        prepaid_cents=sums.of("BT-113"),
        to_pay_cents=sums.of("BT-115") if sums.has("BT-115") else sums.must("BT-112"),
        corrects=values.text(corrects, values.LONGEST_NUMBER),
        notes=tuple(values.text(one) for one in all_of(head, "BT-22", root)[:MAX_NOTES]),
    )
    return checks.checked(read, rounding_cents=sums.of("BT-114"))


class _Sums:
    """The totals of a document, by term."""

    def __init__(self, head: Mapping[str, Find], root: Any) -> None:
        self.head = head
        self.root = root

    def has(self, term: str) -> bool:
        return bool(one_of(self.head, term, self.root))

    def of(self, term: str) -> int:
        raw = one_of(self.head, term, self.root)
        return values.cents(raw, term) if raw else 0

    def must(self, term: str) -> int:
        return values.cents(must(self.head, term, self.root), term)


def _currency(head: Mapping[str, Find], root: Any) -> str:
    said = {must(head, "BT-5", root).strip(values.SPACES), *all_of(head, "currencies", root)}
    others = sorted(said - {CURRENCY})
    if others:
        raise Unreadable(
            N_("Cette facture est en {currency}. Note l'achat à la main, avec les euros payés."),
            currency=values.text(others[0], 10),
        )
    return CURRENCY


def _type_code(head: Mapping[str, Find], root: Any) -> str:
    code = must(head, "BT-3", root).strip(values.SPACES)
    if code not in INVOICES and code not in CREDIT_NOTES:
        raise Unreadable(
            N_("Ce papier n'est ni une facture ni un avoir (code {code})."),
            code=values.text(code, 10),
        )
    return code


def _number(raw: str) -> str:
    number = values.text(raw, values.LONGEST_NUMBER + 1)
    if not number or len(number) > values.LONGEST_NUMBER:
        raise Unreadable(
            N_("Le numéro « {text} » ne se lit pas (BT-1). Demande une facture corrigée."),
            text=number[:30],
        )
    return number


def _party(finds: Mapping[str, Find], root: Any, term: str) -> Party:
    name = values.text(must({term: finds["name"]}, term, root))
    if not name:
        raise Unreadable(
            N_("Il manque {term} dans ce fichier. Demande une facture corrigée."), term=term
        )
    # In the order of the file: a set would pick another on another day.
    vats = ["".join(one.split()).upper()[:20] for one in all_of(finds, "vat", root)]
    vat = next((one for one in vats if one.isascii() and eu_vat.is_valid(one)), "")
    siren = _right(one_of(finds, "siren", root), fr_siren.is_valid)
    siret = _right(one_of(finds, "siret", root), fr_siret.is_valid)
    # A French VAT number ends with the SIREN.
    return Party(name, siren or siret[:9] or (vat[4:] if vat.startswith("FR") else ""), vat)


def _right(raw: str, is_valid: Callable[[str], bool]) -> str:
    """Return a number without its spaces; a wrong one is left out, for it identifies nobody."""
    bare = "".join(raw.split())[:20]
    return bare if bare.isascii() and bare.isdigit() and is_valid(bare) else ""


def _lines(syntax: Syntax, root: Any) -> Iterator[Line]:
    nodes, changes = syntax.lines(root), syntax.changes(root)
    if len(nodes) + len(changes) > MAX_LINES:
        raise Unreadable(
            N_("Cette facture a {count} lignes. La limite est {most}. Note l'achat à la main."),
            count=len(nodes) + len(changes),
            most=MAX_LINES,
        )
    for node in nodes:
        yield _line(syntax.line, node)
    for node in changes:
        yield _change(syntax.change, node)


def _line(finds: Mapping[str, Find], node: Any) -> Line:
    quantity, price = one_of(finds, "BT-129", node), one_of(finds, "BT-146", node)
    base = one_of(finds, "BT-149", node)
    changed = bool(all_of(finds, "changed", node))
    return Line(
        kind="changed_line" if changed else "line",
        label=values.text(one_of(finds, "BT-153", node)) or "…",
        net_cents=values.cents(must(finds, "BT-131", node), "BT-131"),
        quantity=values.number(quantity, "BT-129") if quantity else None,
        unit=values.text(one_of(finds, "BT-130", node), 10),
        unit_price=values.number(price, "BT-146") if price else None,
        price_base=values.number(base, "BT-149") if base else Decimal(1),
        category=values.text(one_of(finds, "BT-151", node), 5),
        rate_bp=_rate(one_of(finds, "BT-152", node), "BT-152"),
    )


def _change(finds: Mapping[str, Find], node: Any) -> Line:
    said = must(finds, "is a charge", node).strip(values.SPACES)
    if said not in ("true", "false", "1", "0"):
        raise Unreadable(
            N_("« {text} » ne dit pas si c'est une remise ou un supplément (BG-20, BG-21)."),
            text=values.text(said, 20),
        )
    is_charge = said in ("true", "1")
    cents = values.cents(must(finds, "BT-92", node), "BT-92")
    return Line(
        kind="charge" if is_charge else "allowance",
        label=values.text(" ".join(all_of(finds, "BT-97", node))) or "…",
        net_cents=cents if is_charge else -cents,
        category=values.text(one_of(finds, "BT-95", node), 5),
        rate_bp=_rate(one_of(finds, "BT-96", node), "BT-96"),
    )


def _groups(syntax: Syntax, root: Any) -> Iterator[VatGroup]:
    nodes = syntax.groups(root)
    if len(nodes) > MAX_GROUPS:
        raise Unreadable(N_("Cette facture a trop de taux de TVA. Note l'achat à la main."))
    finds = syntax.group
    for node in nodes:
        yield VatGroup(
            category=values.text(one_of(finds, "BT-118", node), 5),
            rate_bp=_rate(one_of(finds, "BT-119", node), "BT-119"),
            net_cents=values.cents(must(finds, "BT-116", node), "BT-116"),
            vat_cents=values.cents(must(finds, "BT-117", node), "BT-117"),
        )


def _rate(raw: str, term: str) -> int | None:
    return values.rate_bp(raw, term) if raw else None
