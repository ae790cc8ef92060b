"""Pages for what goes to a carrier and comes back: months, sheets to retype, files, links."""

from __future__ import annotations

import base64
import binascii
from typing import IO, Any
from uuid import UUID

from flask import Response, request, url_for

from kpa_core import clock
from kpa_core.errors import N_, Refused
from kpa_core.i18n import gettext
from kpa_core.invoices import documents, imports
from kpa_core.invoices.carrier import carrier_links, carriers
from kpa_core.invoices.exports import bookkeeping, month_file, months, retyping, tables
from kpa_core.invoices.exports.accounts import LABELS
from kpa_core.invoices.sealing import printing
from kpa_core.invoices.views.forms import AccountsForm, ReturnsForm
from kpa_core.invoices.views.sending import send_zip
from kpa_core.pages import Pages, current_work, download, page, say, see

CSV = "text/csv; charset=utf-8"
PAGE_BYTES = 300 * 1024
"""The largest file a page takes: it comes back whole with the yes."""
SHOWN_MONTHS = 13


def add_to(pages: Pages) -> None:
    """Add the pages about what goes to a carrier and comes back."""
    _months(pages)
    _retyping(pages)
    _accounts(pages)
    _returns(pages)
    _links(pages)


def _months(pages: Pages) -> None:
    @pages.get("/maisons/<uuid:carrier_id>/mois", needs="carrier.read", endpoint="months")
    def show_months(carrier_id: UUID) -> Response:
        found = carriers.find_carrier(current_work(), carrier_id)
        month = months.month_of(f"{clock.today(found.timezone):%Y-%m}")
        shown = [month := month.before if at else month for at in range(SHOWN_MONTHS)]
        return page("invoices/months.html", carrier=found, months=shown)

    @pages.get("/maisons/<uuid:carrier_id>/mois/<month>.zip", needs="carrier.read")
    def month_zip(carrier_id: UUID, month: str) -> Response:
        work = current_work()
        found = carriers.find_carrier(work, carrier_id)

        def write(file: IO[bytes]) -> str:
            return month_file.write_month(work, found, months.month_of(month), file).name

        return send_zip(write)


def _retyping(pages: Pages) -> None:
    @pages.get("/documents/<uuid:document_id>/recopie", needs="document.read")
    def retype(document_id: UUID) -> Response:
        found = documents.find(current_work(), document_id)
        sheet = retyping.retyping(documents.snapshot_of(found))
        heads = retyping.LINE_HEADS
        return page("invoices/retype.html", document=found, sheet=sheet, heads=heads)

    @pages.get("/documents/<uuid:document_id>/recopie.csv", needs="document.read")
    def retype_csv(document_id: UUID) -> Response:
        work = current_work()
        found = documents.find(work, document_id)
        rows = retyping.rows([documents.snapshot_of(found)])
        name = printing.file_name(work, found, "csv")
        return download(tables.table(rows), CSV, name)


def _accounts(pages: Pages) -> None:
    @pages.form(
        "/maisons/<uuid:carrier_id>/comptes",
        AccountsForm,
        needs="carrier.write",
        template="invoices/form.html",
        fill=_known_accounts,
    )
    def change_accounts(form: AccountsForm, carrier_id: UUID) -> Response:
        said: dict[str, Any] = {name: form[name].data or "" for name in LABELS}
        said["handovers"] = form.handovers.data
        said["vat_by_rate"] = bookkeeping.rates_of(form.vat_by_rate.data or "")
        bookkeeping.set_accounts(
            current_work(),
            carrier_id,
            said,
            starts_on=form.starts_on.data,
            source=form.source.data or "",
        )
        say(N_("C'est noté. Les journaux d'avant ne changent pas."))
        return see("invoices.carrier", carrier_id=carrier_id)


def _returns(pages: Pages) -> None:
    @pages.form(
        "/retours",
        ReturnsForm,
        needs="invoice.answer",
        once=False,  # it writes nothing: what it tries is undone
        template="invoices/returns.html",
        fill=lambda: {"findings": None, "back": url_for("invoices.documents")},
    )
    def returns(form: ReturnsForm) -> Response:
        data = form.file.data.stream.read(PAGE_BYTES + 1) if form.file.data else b""
        if not data:
            raise Refused(N_("Choisis un fichier."), field="file")
        if len(data) > PAGE_BYTES:
            raise Refused(N_("Ce fichier est trop lourd pour la page : coupe-le."), field="file")
        found = imports.compare(current_work(), imports.read(data))
        return page(
            "invoices/returns.html",
            form=form,
            findings=found,
            content=base64.b64encode(data).decode("ascii"),
            chosen=imports.to_write(found),
            back=url_for("invoices.returns"),
        )

    # It writes piece by piece, and each line knows when it was noted before.
    @pages.post("/retours/noter", needs="invoice.answer", once=False)
    def note_returns() -> Response:
        try:
            data = base64.b64decode(request.form.get("content", ""), validate=True)
        except (binascii.Error, ValueError) as error:
            raise Refused(N_("Choisis un fichier."), field="file") from error
        chosen = request.form.get("chosen", "").split()
        done = imports.write(current_work(), imports.read(data), chosen)
        new = sum(one.status == "new" for one in done)
        say(N_("Nouveau : {new}. Déjà là : {known}."), new=new, known=len(done) - new)
        return see("invoices.documents")


def _links(pages: Pages) -> None:
    @pages.post("/documents/<uuid:document_id>/lien", needs="invoice.answer")
    def make_link(document_id: UUID) -> Response:
        carrier_links.make_link(current_work(), document_id)
        say(N_("Le lien est prêt. Envoie-le à la maison."))
        return see("invoices.document", document_id=document_id)

    @pages.post("/documents/<uuid:document_id>/lien/fin", needs="invoice.answer")
    def end_link(document_id: UUID) -> Response:
        carrier_links.end_link(current_work(), document_id)
        say(N_("Ce lien ne marche plus."))
        return see("invoices.document", document_id=document_id)


def _known_accounts(carrier_id: UUID) -> dict[str, Any]:
    work = current_work()
    found = carriers.find_carrier(work, carrier_id, "carrier.write")
    today = clock.today(found.timezone)
    known = bookkeeping.accounts_on(work.session, found, today)
    start = {name: getattr(known, name) for name in LABELS}
    return {
        "title": gettext(N_("Ses numéros de compte")),
        "aside": found.name,
        "back": url_for("invoices.carrier", carrier_id=carrier_id),
        "start": {
            **start,
            "vat_by_rate": bookkeeping.rates_text(known),
            "handovers": known.handovers,
            "starts_on": today,
        },
    }
