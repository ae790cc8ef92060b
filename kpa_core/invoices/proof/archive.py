"""A copy of documents that is read in ten years, without kpa: files, a page to open, hashes.

``documents/`` holds the PDF, the XML and the frozen JSON of each; ``index.html`` lists them in
French; ``SHA256SUMS`` is what ``sha256sum -c`` reads; ``heads.txt`` holds the ends of the chains
whose papers the actor may all see.
"""

from __future__ import annotations

import hashlib
import html
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO

from kpa_core.errors import N_, Misuse
from kpa_core.i18n import gettext
from kpa_core.invoices import documents
from kpa_core.invoices.cells import harmless
from kpa_core.invoices.models import Document
from kpa_core.invoices.proof import heads
from kpa_core.invoices.sealing import printing
from kpa_core.money import format_cents
from kpa_core.work import Work

YEARS = 10
ENDINGS = {"application/pdf": "pdf", "application/xml": "xml"}
KINDS = ("invoice", "credit_note", "handover", "quote")


def keep_until(document: Document) -> date:
    """Return the first day a document may go: ten years after its year closed (C. com. L123-22).

    A business year that closes on another day than 31 December closes within the year after: one
    more year covers it.
    """
    return date(document.issued_on.year + YEARS + 1, 12, 31)


@dataclass
class Written:
    """What an archive holds: its rows for the page, its hashes."""

    rows: list[str] = field(default_factory=list)
    sums: list[str] = field(default_factory=list)
    count: int = 0


def write(work: Work, found: Iterable[Document], put: Callable[[str, bytes], None]) -> Written:
    """Give each file of the archive to ``put``, one document in memory at a time."""
    told = Written()

    def add(name: str, data: bytes) -> None:
        put(name, data)
        told.sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}")

    taken: set[str] = set()
    for document in found:
        names = []
        for name, data in _files(work, document, _free(document, taken)):
            add(name, data)
            names.append(name)
        told.rows.append(_row(document, names))
        told.count += 1
    add("heads.txt", "".join(f"{one.text}\n" for one in heads.visible_heads(work)).encode())
    add("index.html", _page(work, told.rows).encode())
    put("SHA256SUMS", "".join(f"{line}\n" for line in told.sums).encode())
    return told


def to_folder(work: Work, found: Iterable[Document], folder: Path) -> Written:
    """Write the archive in a new folder.

    Raises:
        Misuse: it is there and is not empty: what somebody kept is never overwritten in silence.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Misuse(N_("{path} existe déjà. Choisis un autre nom."), path=str(folder))

    def put(name: str, data: bytes) -> None:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        with path.open("xb") as file:
            file.write(data)

    return write(work, found, put)


def to_zip(work: Work, found: Iterable[Document], target: IO[bytes]) -> Written:
    """Write the archive as a ZIP; the same documents give the same bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:

        def put(name: str, data: bytes) -> None:
            packed.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)

        return write(work, found, put)


def chosen(work: Work, year: int | None = None) -> Iterator[Document]:
    """Yield the documents the actor may see, of a year or all, in the order they were written."""
    query = documents.visible_documents(work).where(Document.kind.in_(KINDS))
    if year is not None:
        span = (date(year, 1, 1), date(year, 12, 31))
        query = query.where(Document.issued_on.between(*span))
    for row_id in list(
        work.session.scalars(query.with_only_columns(Document.id).order_by(Document.id))
    ):
        yield work.session.get_one(Document, row_id)


def _free(document: Document, taken: set[str]) -> str:
    """Return a name no other paper has, on systems too that take ``A`` and ``a`` for one."""
    base = _safe(documents.shown_name(document))
    name, nth = base, 1
    while name.lower() in taken:
        nth += 1
        name = f"{base}-{nth}"
    taken.add(name.lower())
    return f"documents/{name}"


def _files(work: Work, document: Document, base: str) -> Iterator[tuple[str, bytes]]:
    stored = printing.stored_files(work.session, document)
    known = {kind: printing.read_kept(work, document, kind, row) for kind, row in stored.items()}
    if "application/pdf" not in known:
        known["application/pdf"] = printing.pdf_of(work, document)
    for kind, data in sorted(known.items()):
        yield f"{base}.{ENDINGS.get(kind) or _safe(kind)}", data
    yield f"{base}.json", document.snapshot


def _safe(name: str) -> str:
    return "".join(
        char if char.isascii() and (char.isalnum() or char in "-_") else "-" for char in name
    )


def _row(document: Document, names: list[str]) -> str:
    links = " ".join(
        f'<a href="{html.escape(name)}">{html.escape(name.rpartition(".")[2].upper())}</a>'
        for name in names
    )
    paper = documents.snapshot_of(document)
    cells = (
        gettext(documents.label_of(document)),
        harmless(documents.shown_name(document)),
        f"{document.issued_on:%d/%m/%Y}",
        harmless(paper.customer.name),
        format_cents(document.to_pay_cents),
        f"{keep_until(document):%d/%m/%Y}",
    )
    told = "".join(f"<td>{html.escape(one)}</td>" for one in cells)
    return f"<tr>{told}<td>{links}</td></tr>"


HEADINGS = (
    N_("Papier"),
    N_("Numéro"),
    N_("Daté du"),
    N_("Client"),
    N_("Total"),
    N_("À garder jusqu'au"),
    N_("Fichiers"),
)
HOW = (
    N_(
        "La loi demande de garder les factures dix ans après la fin de l'année comptable "
        "(C. com. art. L123-22). La dernière colonne le compte avec un an de plus, pour une année "
        "qui ne finit pas en décembre."
    ),
    N_(
        "Pour vérifier que rien n'a changé, sans kpa : ouvre un terminal dans ce dossier et lance "
        "« sha256sum -c SHA256SUMS ». Chaque ligne doit dire « OK »."
    ),
    N_(
        "heads.txt garde la fin des séries : le nom, le nombre de papiers, l'empreinte, le jour. "
        "Copie ces lignes ailleurs : elles prouvent qu'aucun papier n'a été retiré après."
    ),
    N_(
        "Une série n'y est que si la personne qui a fait l'archive voit tous les papiers de la "
        "maison. Une maison qui donne elle-même les numéros n'a pas de série ici. heads.txt peut "
        "donc être vide."
    ),
    N_(
        "Le sceau d'un papier : SHA-256 de la version (4 octets), de la longueur du sceau d'avant "
        "(4) et de ce sceau, de la longueur du JSON (8) et du JSON, du nombre de fichiers (4) et "
        "du SHA-256 du XML puis du PDF. Les nombres s'écrivent l'octet le plus fort en premier."
    ),
)


def _page(work: Work, rows: list[str]) -> str:
    name = html.escape(work.instance.settings.instance.name)
    title = html.escape(gettext(N_("Devis et factures de {name}"))).format(name=name)
    made = html.escape(gettext(N_("Archive faite le {day}"))).format(
        day=f"{datetime.now(UTC):%d/%m/%Y}"
    )
    heads_ = "".join(f"<th>{html.escape(gettext(one))}</th>" for one in HEADINGS)
    how = "".join(f"<p>{html.escape(gettext(one))}</p>" for one in HOW)
    style = "body{font-family:sans-serif;margin:2em}td,th{padding:.3em .8em;text-align:left}"
    return (
        f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{style}</style><h1>{title}</h1><p>{made}</p>{how}"
        f"<table><tr>{heads_}</tr>{''.join(rows)}</table></html>\n"
    )
