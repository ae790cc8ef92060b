"""A paper in the order of enDI's form, each field as it is typed there. Pure.

The labels are enDI's own (decision 0015). Prices go in without VAT, as its form takes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from kpa_core.invoices.exports import tables
from kpa_core.invoices.exports.tables import decimal
from kpa_core.invoices.paper.snapshot import Line, Snapshot

FINEST = Decimal("0.00001")
"""What enDI keeps of a price."""

LINE_HEADS = ("Description", "Date d'exécution", "Prix unitaire HT", "Quantité", "Unité", "TVA")
HEADS = (
    "À faire",
    "Identifiant externe",
    "Nom du document",
    "Client",
    "SIREN du client",
    "Objet du document",
    "Adresse du client",
    "Notes complémentaires",
    "Conditions de paiement",
    *LINE_HEADS,
    "Total HT de la ligne",
    "Total TTC du document",
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form; a value may have several lines."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Part:
    """Fields that stand together on the screen."""

    label: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Retyping:
    """One paper to retype: what comes before its lines, its lines, what comes after, the sums.

    ``cents_apart`` is how far the total enDI will find from these prices is from ours.
    """

    reference: str
    customer: str
    title: str
    before: tuple[Part, ...]
    lines: tuple[tuple[str, ...], ...]
    after: tuple[Part, ...]
    sums: tuple[Field, ...]
    cents_apart: int

    @property
    def typed(self) -> int:
        """How many fields somebody types."""
        parts = (*self.before, *self.after)
        return sum(len(one.fields) for one in parts) + sum(
            1 for line in self.lines for cell in line if cell
        )


def retyping(paper: Snapshot) -> Retyping:
    """Return what somebody types to make the invoice of a paper in enDI."""
    sums = paper.totals
    return Retyping(
        reference=paper.reference,
        customer=paper.customer.name,
        title=title_of(paper),
        before=(Part(title_of(paper), _new(paper)), Part("Informations", _common(paper))),
        lines=tuple(_line(line, paper) for line in paper.lines),
        after=tuple(_after(paper)),
        sums=(
            Field("Total HT", decimal(sums.net_cents)),
            *(
                Field(f"TVA {_rate(group.rate_bp)}", decimal(group.vat_cents))
                for group in paper.vat_groups
            ),
            Field("Total TTC", decimal(sums.to_pay_cents)),
        ),
        cents_apart=sums.rounding_cents,
    )


def title_of(paper: Snapshot) -> str:
    """Return what the carrier is asked to make, by the type of the paper."""
    number = paper.corrects_number or ""
    titles = {
        "381": f"Avoir de la facture {number}",
        "503": f"Avoir de l'acompte {number}",
        "384": f"Facture corrective de la facture {number}",
        "386": "Nouvelle facture d'acompte",
    }
    return titles.get(paper.type_code, "Nouvelle facture")


def rows(papers: Sequence[Snapshot]) -> Iterator[tuple[str, ...]]:
    """Yield the table of several papers, one row a line, the heads first."""
    yield HEADS
    for paper in papers:
        yield from rows_of(paper)


def rows_of(paper: Snapshot) -> Iterator[tuple[str, ...]]:
    """Yield the rows of one paper."""
    shared = (
        title_of(paper),
        paper.reference,
        _name(paper),
        paper.customer.name,
        paper.customer.siren,
        _subject(paper),
        " / ".join(paper.customer.address),
        " / ".join(_notes(paper)),
        _terms(paper),
    )
    for line in paper.lines:
        typed = _line(line, paper)
        yield (*shared, *typed, decimal(line.net_cents), decimal(paper.totals.to_pay_cents))


def _new(paper: Snapshot) -> tuple[Field, ...]:
    return (Field("Nom du document", _name(paper)), Field("Client", _customer(paper)))


def _common(paper: Snapshot) -> tuple[Field, ...]:
    day = _day(paper)
    said = {
        "Objet du document": _subject(paper),
        "Adresse du client": "\n".join(paper.customer.address),
        "Date de début des prestations": day,
        "Date de fin de prestation": day,
        "Lieu d'exécution": "\n".join(paper.customer.delivery_address),
        "Identifiant externe": paper.reference,
    }
    return tuple(Field(label, value) for label, value in said.items() if value)


def _after(paper: Snapshot) -> Iterator[Part]:
    for one in paper.discounts:
        fields = (
            Field("Description", one.reason or "Remise"),
            Field("Montant HT", decimal(one.net_cents)),
            Field("TVA", _rate(one.vat_rate_bp)),
        )
        yield Part("Remise", fields)
    notes = "\n".join(_notes(paper))
    if notes:
        yield Part("Notes complémentaires", (Field("Notes complémentaires", notes),))
    terms = _terms(paper)
    if terms:
        label = "Conditions de paiement"
        yield Part(label, (Field(label, terms),))


def _line(line: Line, paper: Snapshot) -> tuple[str, ...]:
    return (
        "\n".join([line.label, *line.details.split("\n")]).strip(),
        _day(paper),
        retyped_price(line),
        line.quantity.replace(".", ","),
        line.unit,
        _rate(line.vat_rate_bp),
    )


def retyped_price(line: Line) -> str:
    """Return a line's unit price without VAT and after its discount, with five decimals at most."""
    if line.price_basis == "net" and not line.discount_cents:
        return decimal(line.unit_price_cents)
    euros = Decimal(line.net_cents).scaleb(-2) / Decimal(line.quantity)
    exact = euros.quantize(FINEST, ROUND_HALF_UP)
    cents = exact.quantize(Decimal("0.01"))
    return format(cents if cents == exact else exact.normalize(), "f").replace(".", ",")


def _name(paper: Snapshot) -> str:
    return f"{paper.reference} {paper.title}"


def _subject(paper: Snapshot) -> str:
    return f"{paper.title} ({paper.trade_name})"


def _customer(paper: Snapshot) -> str:
    said = paper.customer
    return f"{said.name}\nSIREN {said.siren}" if said.siren else said.name


def _notes(paper: Snapshot) -> list[str]:
    said = {
        "N° de commande": paper.purchase_order,
        "N° d'engagement": paper.customer.engagement_number,
        "Code service": paper.customer.service_code,
    }
    return [f"{label} : {value}" for label, value in said.items() if value]


def _terms(paper: Snapshot) -> str:
    return f"À payer au plus tard le {paper.due_day:%d/%m/%Y}" if paper.due_day else ""


def _day(paper: Snapshot) -> str:
    return tables.day(paper.service_day) if paper.service_day else ""


def _rate(rate_bp: int) -> str:
    return f"{Decimal(rate_bp).scaleb(-2).normalize():f} %".replace(".", ",")
