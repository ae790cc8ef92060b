"""Pages on what happens to a document after it left: platform, reminders, excess money, proof."""

from __future__ import annotations

from typing import IO, Any
from uuid import UUID

from flask import Response, request, url_for

from kpa_core.accounts.printing import qr
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.i18n import gettext
from kpa_core.invoices import documents
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.life import follow_ups, overpayments, platforms, reminder_texts, reminders
from kpa_core.invoices.proof import archive, heads
from kpa_core.invoices.views.life_forms import ScheduleForm, StatusForm
from kpa_core.invoices.views.sending import send_zip
from kpa_core.money import format_cents
from kpa_core.pages import Pages, current_work, page, say, see

FORM = "invoices/form.html"


def add_to(pages: Pages) -> None:
    """Add the pages about the life of documents."""
    _platform(pages)
    _reminders(pages)
    _excess(pages)
    _proof(pages)


def _platform(pages: Pages) -> None:
    @pages.form(
        "/documents/<uuid:document_id>/statut",
        StatusForm,
        needs="invoice.answer",
        template=FORM,
        fill=lambda document_id: {
            **_about(document_id, "invoice.answer"),
            "title": gettext(N_("Ce que dit la plateforme")),
            "start": {"said_on": current_work().today},
        },
    )
    def note_status(form: StatusForm, document_id: UUID) -> Response:
        row = platforms.note_status(
            current_work(),
            document_id,
            form.code.data,
            said_on=form.said_on.data,
            reason=form.reason.data or "",
        )
        say(N_("C'est noté : {state}."), state=gettext(platforms.LABELS[row.code]))
        return see("invoices.document", document_id=document_id)


def _reminders(pages: Pages) -> None:
    @pages.get("/documents/<uuid:document_id>/relance", needs="payment.record")
    def reminder(document_id: UUID) -> Response:
        work = current_work()
        document = documents.find(work, document_id, "payment.record")
        due = reminders.due_of(work.session, document)
        if due is None:
            raise Refused(N_("Il n'y a pas de relance à envoyer aujourd'hui pour cette facture."))
        return page(
            "invoices/reminder.html",
            document=document,
            due=due,
            letter=reminder_texts.letter(work, due),
        )

    @pages.post("/documents/<uuid:document_id>/relance/envoyee", needs="payment.record")
    def reminder_sent(document_id: UUID) -> Response:
        reminders.sent_by_hand(current_work(), document_id)
        say(N_("C'est noté : la relance est partie."))
        return see("invoices.document", document_id=document_id)

    @pages.post("/documents/<uuid:document_id>/relances", needs="payment.record")
    def answer_reminders(document_id: UUID) -> Response:
        row = follow_ups.answer(current_work(), document_id, request.form.get("kind", ""))
        if row is not None:
            say(N_("C'est noté : {state}."), state=gettext(follow_ups.LABELS[row.kind]))
        return see("invoices.document", document_id=document_id)

    @pages.form(
        "/maisons/<uuid:carrier_id>/relances",
        ScheduleForm,
        needs="carrier.write",
        template=FORM,
        fill=_schedule,
    )
    def set_reminders(form: ScheduleForm, carrier_id: UUID) -> Response:
        reminders.set_schedule(current_work(), carrier_id, form.listed())
        say(N_("C'est noté."))
        return see("invoices.carrier", carrier_id=carrier_id)


def _excess(pages: Pages) -> None:
    @pages.post("/documents/<uuid:document_id>/trop-recu", needs="payment.record")
    def decide_excess(document_id: UUID) -> Response:
        row = overpayments.decide(current_work(), document_id, request.form.get("choice", ""))
        say(N_("C'est noté : {state}."), state=gettext(overpayments.CHOICES[row.kind]))
        return see("invoices.document", document_id=document_id)


def _proof(pages: Pages) -> None:
    @pages.get("/documents/temoin", needs="house.read", endpoint="heads")
    def show_heads() -> Response:
        work = current_work()
        found = [(one, qr(one.text)) for one in heads.heads(work.session)]
        return page("invoices/heads.html", found=found)

    @pages.get("/documents/archive.zip", needs="document.read", endpoint="archive")
    def take_archive() -> Response:
        work = current_work()
        try:
            year = int(request.args.get("annee", work.today.year))
        except ValueError as error:
            raise NotFound() from error
        if not 2000 <= year <= 2099:
            raise NotFound()

        def write(file: IO[bytes]) -> str:
            archive.to_zip(work, archive.chosen(work, year), file)
            return f"archive-{year}.zip"

        return send_zip(write)


def _about(document_id: UUID, capability: str) -> dict[str, Any]:
    document = documents.find(current_work(), document_id, capability)
    return {
        "aside": f"{documents.shown_name(document)} · {format_cents(document.to_pay_cents)}",
        "back": url_for("invoices.document", document_id=document_id),
    }


def _schedule(carrier_id: UUID) -> dict[str, Any]:
    work = current_work()
    found = carriers.find_carrier(work, carrier_id, "carrier.write")
    days = reminders.schedule_of(work.session, found) or ()
    return {
        "title": gettext(N_("Les relances")),
        "aside": found.name,
        "back": url_for("invoices.carrier", carrier_id=carrier_id),
        "start": {"days": ", ".join(str(one) for one in days)},
    }
