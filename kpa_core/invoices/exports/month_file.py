"""One month for a carrier: papers, tables, journals and a readable index, in one ZIP.

Written to a file piece by piece: what it takes of memory is the largest paper, not the month.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from kpa_core.errors import N_, Refused
from kpa_core.i18n import gettext
from kpa_core.invoices import bills, documents
from kpa_core.invoices.cells import harmless
from kpa_core.invoices.exports import bookkeeping, journals, leaves, retyping, tables
from kpa_core.invoices.exports.journals import Entry
from kpa_core.invoices.exports.months import Month, papers, received, sales
from kpa_core.invoices.exports.parcel import Parcel
from kpa_core.invoices.life import states
from kpa_core.invoices.models import Carrier, Document
from kpa_core.invoices.paper import type_codes
from kpa_core.invoices.paying import dues, payments
from kpa_core.invoices.sealing import printing
from kpa_core.work import Work

ENDINGS = {
    "application/pdf": "pdf",
    "application/xml": "xml",
    "text/xml": "xml",
    "application/json": "json",
}
CUSTOMER_HEADS = (
    "Raison sociale",
    "Numéro SIRET (ou SIREN)",
    "TVA intracommunautaire",
    "Adresse",
)
ANSWER_HEADS = (
    "Notre référence",
    "Client",
    "Total prévu",
    "Numéro de facture",
    "Date de facture",
    "Total TTC",
    "Montant reçu",
    "Reçu le",
    "Référence du paiement",
    "Renvoyé parce que",
)
PAPER_HEADS = ("Papier", "Numéro", "Notre référence", "Date", "Client", "Total TTC", "Reçu", "État")


@dataclass
class MonthFile:
    """What was written: how many papers and entries, and the name to give the file."""

    name: str
    papers: int = 0
    entries: int = 0
    hashes: dict[str, str] = field(default_factory=dict)


def write_month(work: Work, carrier: Carrier, month: Month, file: IO[bytes]) -> MonthFile:
    """Write the month's ZIP and return what is in it; an empty month is refused.

    Raises:
        Refused: nothing of this month is there, or not for this actor.
    """
    writer = _Writer(work, carrier, month, file)
    writer.write()
    return writer.made


class _Writer:
    def __init__(self, work: Work, carrier: Carrier, month: Month, file: IO[bytes]) -> None:
        self.work, self.carrier, self.month = work, carrier, month
        stem = printing.safe_name(f"{carrier.analytic_code or 'kpa'}-{month.name}")
        self.made = MonthFile(f"{stem}.zip")
        day = (month.first.year, month.first.month, month.first.day)
        self.stem, self.parcel = stem, Parcel(file, stem, day)
        self.accounts = bookkeeping.of_months(work.session, carrier)
        self.names: dict[object, list[str]] = {}

    def write(self) -> None:
        with self.parcel as parcel:
            self._papers()
            if not self.made.papers and not any(self._entries()):
                raise Refused(N_("Rien à envoyer pour {month}."), month=self.month.name)
            waiting = f"{self.stem}-a-recopier"
            parcel.add(f"{waiting}.html", leaves.page("À recopier", leaves.sheets(self._sheets())))
            parcel.add(f"{waiting}.csv", _table(self._retyped()))
            parcel.add(f"{self.stem}-clients.csv", _table(self._customers()))
            parcel.add(f"{self.stem}-reponses.csv", _table(self._to_answer()))
            parcel.add(f"{self.stem}-papiers.csv", _table(self._listed()))
            parcel.add(f"{self.stem}-ventes.txt", self._journal(journals.SALES))
            parcel.add(f"{self.stem}-encaissements.txt", self._journal(journals.MONEY))
            parcel.add("index.html", leaves.page(self._title(), self._index()))
            self.made.hashes = dict(parcel.hashes)
            parcel.add(f"{self.stem}-empreintes.txt", [parcel.manifest()])

    def _all(self) -> Iterator[Document]:
        return papers(self.work, self.carrier, self.month)

    def _waiting(self) -> Iterator[Document]:
        for one in self._all():
            session = self.work.session
            handed = one.kind == "handover" and not bills.is_returned(session, one)
            if handed and not bills.is_numbered(session, one):
                yield one

    # --- files of papers ---

    def _papers(self) -> None:
        for document in self._all():
            self.made.papers += 1
            printing.pdf_of(self.work, document)  # made now, if nobody has asked for it before
            self.names[document.id] = []
            for media_type, stored in printing.stored_files(self.work.session, document).items():
                ending = ENDINGS.get(media_type, "bin")
                name = printing.file_name(self.work, document, ending)
                name = printing.safe_name(name)
                before = set(self.parcel.hashes)
                self.parcel.add(name, [printing.read_kept(self.work, document, media_type, stored)])
                self.names[document.id] += sorted(set(self.parcel.hashes) - before)
            if not self.names[document.id]:  # a full disk keeps no PDF, but nobody from reading
                name = printing.safe_name(printing.file_name(self.work, document, "pdf"))
                self.parcel.add(name, [printing.pdf_of(self.work, document)])
                self.names[document.id].append(name)

    # --- tables ---

    def _sheets(self) -> Iterator[retyping.Retyping]:
        for one in self._waiting():
            yield retyping.retyping(documents.snapshot_of(one))

    def _retyped(self) -> Iterator[tuple[str, ...]]:
        yield retyping.HEADS
        for one in self._waiting():
            yield from retyping.rows_of(documents.snapshot_of(one))

    def _customers(self) -> Iterator[tuple[str, ...]]:
        yield CUSTOMER_HEADS
        told = set()
        for one in self._all():
            said = documents.snapshot_of(one).customer
            row = (said.name, said.siren, said.vat_number, ", ".join(said.address))
            if row not in told:
                told.add(row)
                yield row

    def _to_answer(self) -> Iterator[tuple[str, ...]]:
        yield ANSWER_HEADS
        for one in self._waiting():
            name = documents.snapshot_of(one).customer.name
            yield (one.reference, name, tables.decimal(one.to_pay_cents), *[""] * 7)

    def _listed(self) -> Iterator[tuple[str, ...]]:
        yield PAPER_HEADS
        for one in self._all():
            yield self._row(one)

    def _row(self, one: Document) -> tuple[str, ...]:
        session = self.work.session
        answer = dues.standing_answer(session, one)
        state = states.states_of(session, [one])[one.id]
        # Money for a paper that was replaced is told once, under the one that replaces it.
        confirmed = 0 if state == states.REPLACED else dues.confirmed_cents(session, one.id)
        earlier = payments.earlier_numbers(session, one) if confirmed else []
        more = f" (reçu sur {', '.join(earlier)})" if earlier else ""
        return (
            gettext(documents.label_of(one)),
            harmless(one.number or (answer.number if answer else "")),
            one.reference,
            tables.day(one.issued_on),
            harmless(documents.snapshot_of(one).customer.name),
            tables.decimal(one.to_pay_cents * (-1 if one.type_code in type_codes.BACK else 1)),
            tables.decimal(confirmed),
            harmless(states.LABELS[state] + more),
        )

    # --- journals ---

    def _entries(self) -> Iterator[Entry]:
        yield from sales(self.work, self.carrier, self.month, self.accounts)
        yield from received(self.work, self.carrier, self.month, self.accounts)

    def _journal(self, journal: tuple[str, str]) -> Iterator[bytes]:
        read = sales if journal == journals.SALES else received
        yield journals.head()
        for entry in read(self.work, self.carrier, self.month, self.accounts):
            self.made.entries += 1
            yield from journals.lines(entry)

    # --- the index ---

    def _title(self) -> str:
        kpa = self.work.instance.settings.instance.name
        return f"{kpa} chez {self.carrier.name} – {self.month.name}"

    def _index(self) -> Iterator[str]:
        yield leaves.paragraph(f"Papiers : {self.made.papers}. Écritures : {self.made.entries}.")
        if not self.work.can("document.read", self.carrier.scope):
            yield leaves.paragraph("Seulement les activités de la personne qui a fait ce dossier.")
        yield leaves.paragraph(
            "Les deux journaux ont les colonnes du FEC. Ils sont à reprendre dans votre "
            "comptabilité : ils ne sont pas un FEC entier. Les comptes sont ceux de votre fiche."
        )
        yield leaves.paragraph(
            "Ce qui répond à une pièce d'un mois d'avant (paiement, avoir, correction, acompte "
            "repris) garde les comptes de ce mois ; la banque a ceux du jour."
        )
        yield leaves.paragraph(
            "Une écriture est dans le dossier du mois de sa date. Ce qui est confirmé ou numéroté "
            "après la fin de son mois a la date de ce jour-là. Son libellé ou sa pièce garde le "
            "premier jour."
        )
        accounts = self.accounts(self.month.first)
        yield leaves.paragraph(
            f"La TVA des services et des acomptes attend au compte {accounts.vat_waiting}. "
            "Elle est due quand vous confirmez l'argent : le journal des encaissements la vire, "
            "taux par taux (CGI art. 269-2). Celle des biens est due dès la facture, comme celle "
            "des services avec l'option pour les débits."
        )
        yield leaves.paragraph(
            "Les journaux écrivent les jours AAAAMMJJ, comme le FEC le veut. Les autres fichiers "
            "les écrivent JJ/MM/AAAA."
        )
        if not accounts.handovers:
            yield leaves.paragraph(
                "Les factures que vous numérotez n'y sont pas : votre outil écrit les leurs."
            )
        yield leaves.paragraph(
            "Pour répondre : remplissez le fichier « reponses », et renvoyez-le au groupe."
        )
        yield "<h2>Les papiers</h2>\n"
        rows = ((*self._row(one), *self._links(one)) for one in self._all())
        yield from leaves.table((*PAPER_HEADS, "Fichier", ""), rows)
        yield "<h2>Les autres fichiers</h2>\n"
        others = sorted(set(self.parcel.hashes) - {n for one in self.names.values() for n in one})
        yield from leaves.table(("Fichier",), ((leaves.Link(one),) for one in others))

    def _links(self, one: Document) -> tuple[str, ...]:
        found = [leaves.Link(name) for name in self.names.get(one.id, [])]
        return tuple([*found, "", ""][: max(2, len(found))])


def _table(rows: Iterator[tuple[str, ...]]) -> Iterator[bytes]:
    yield tables.MARK
    for one in rows:
        yield tables.row(one)
