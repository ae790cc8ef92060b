"""What people type about papers on the command line: names of documents, files to read or write."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal

import click

from kpa_core.activities.cli.typed import the_order
from kpa_core.errors import N_, Misuse, NotFound
from kpa_core.i18n import gettext
from kpa_core.invoices import bills, documents
from kpa_core.invoices.documents import shown_name
from kpa_core.invoices.models import Carrier, Document
from kpa_core.invoices.paying import dues
from kpa_core.speaking import say
from kpa_core.work import Work

TO_FILE = click.option(
    "--to",
    "path",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Le fichier à écrire.",
)


def the_document(
    work: Work, named: str, capability: str, of_order: Literal["quote", "bill"]
) -> Document:
    """Return a document by its reference or number, or by its order's (``C-2026-0001``).

    Raises:
        NotFound: there is none of this sort, or not for this actor.
    """
    if not named.strip().upper().startswith("C-"):
        document = documents.named(work, named, capability)
        if (document.kind == "quote") != (of_order == "quote"):
            kind = gettext(documents.label_of(document))
            raise NotFound(N_("{name} est d'une autre sorte : {kind}."), name=named, kind=kind)
        return document
    order = the_order(work, named, capability)
    found = (
        documents.latest_quote(work.session, order.id)
        if of_order == "quote"
        else bills.last_live(work.session, order.id)
    )
    if found is None and of_order == "bill":
        found = next(reversed(bills.live_deposits(work.session, order.id)), None)
    if found is None:
        raise NotFound(N_("{reference} n'a pas encore ce papier."), reference=order.reference)
    return documents.find(work, found.id, capability)


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that was not there; nothing is left of it when what follows fails.

    Raises:
        Misuse: it is there: what somebody kept is never overwritten in silence; or its folder is
            not there.
    """
    try:
        file = path.open("xb")
    except FileExistsError as error:
        raise Misuse(N_("{path} existe déjà. Choisis un autre nom."), path=str(path)) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Misuse(
            N_("Le dossier {folder} n'existe pas. Crée-le, ou choisis un autre dossier."),
            folder=str(path.parent),
        ) from error
    try:
        with file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def write_new(path: Path, content: bytes) -> None:
    """Write a file that was not there.

    Raises:
        Misuse: as :func:`new_file`.
    """
    with new_file(path) as file:
        file.write(content)
    say(N_("{path} est écrit."), path=path)


def read_table(path: Path) -> dict[str, Any]:
    """Return the table of a JSON or TOML file.

    Raises:
        Misuse: it cannot be read, or holds something else.
    """
    try:
        text = path.read_text("utf-8")
        table = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise Misuse(
            N_("{path} ne se lit pas : {detail}."), path=str(path), detail=str(error)
        ) from error
    if not isinstance(table, dict):
        raise Misuse(N_("{path} doit contenir des noms et des valeurs."), path=str(path))
    return table


def row_of(work: Work, document: Document) -> dict[str, Any]:
    """Return a document for a list."""
    answer = dues.answer_of(work.session, document)
    return {
        "id": document.id,
        "name": shown_name(document),
        "kind": document.kind,
        "label": gettext(documents.label_of(document)),
        "reference": document.reference,
        "number": document.number,
        "carrier": work.session.get_one(Carrier, document.carrier_id).name,
        "carrier_number": answer.number if answer is not None and answer.stands else None,
        "issued_on": document.issued_on,
        "due_on": document.due_on,
        "net_cents": document.net_cents,
        "vat_cents": document.vat_cents,
        "to_pay_cents": document.to_pay_cents,
    }
