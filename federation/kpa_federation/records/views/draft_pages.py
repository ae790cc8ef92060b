"""Pages to write records, publish them and withdraw them."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from flask import Response, request, url_for

from kpa_core.api import (
    N_,
    NotFound,
    Pages,
    RecordType,
    Refused,
    current_work,
    forms,
    page,
    say,
    see,
)
from kpa_federation.catalogue.kinds import ABOUT_US
from kpa_federation.catalogue.licences import allowed_licences, licence_of
from kpa_federation.peers import gathering
from kpa_federation.records import drafts, files, previewing, publishing, things
from kpa_federation.records.kinds import kinds
from kpa_federation.records.models import STATE_LABELS, DraftRow
from kpa_federation.records.views.forms import (
    FileForm,
    PublishForm,
    WithdrawForm,
    body_of,
    can_be_typed,
    form_for,
    licence_choices,
    start,
)
from kpa_federation.records.views.reading_pages import FOLDER, see_record
from kpa_federation.texts import gettext as _

WRITE, PUBLISH = drafts.WRITE, drafts.PUBLISH
OURS = "/fiches/nos"
ONE = f"{OURS}/<uuid:draft_id>"


def add(pages: Pages) -> None:
    """Add these pages to the blueprint."""
    _reading(pages)
    _writing(pages)
    _files(pages)
    _deciding(pages)


def _reading(pages: Pages) -> None:
    @pages.get(OURS, needs=WRITE)
    def drafts_here() -> Response:
        work, known = current_work(), kinds(current_work())
        return page(
            f"{FOLDER}ours.html",
            rows=[(row, *_told(row, known.get(row.kind))) for row in drafts.drafts(work)],
            states=_states(),
            typed=[
                one for one in known.types.values() if can_be_typed(one) and one.key not in ABOUT_US
            ],
            refused=known.refused if work.can("federation.peers") else (),
            unsigned=publishing.unsigned(work),
        )

    @pages.get(ONE, needs=WRITE)
    def draft(draft_id: UUID) -> Response:
        return page(f"{FOLDER}draft.html", **_shown(draft_id))


def _writing(pages: Pages) -> None:
    @pages.form(
        f"{OURS}/nouvelle/<path:kind>",
        cast("type[forms.Form]", _form_here),
        needs=WRITE,
        template=f"{FOLDER}write.html",
        fill=lambda kind: {
            "title": str(_kind(kind).label),
            "about": str(_kind(kind).sentence),
            "back": url_for("federation.drafts_here"),
            "start": start(_kind(kind), {"lang": _language()}),
            "choices": {"licence": licence_choices(allowed_licences([]))},
        },
    )
    def write(form: forms.Form, kind: str) -> Response:
        body = body_of(_kind(kind), form, {})
        row = drafts.write_draft(current_work(), kind, body, form["licence"].data)
        say(_("Le brouillon est gardé. Seul notre groupe le voit."))
        return see("federation.draft", draft_id=row.id)

    @pages.form(
        f"{ONE}/changer",
        cast("type[forms.Form]", _form_here),
        needs=WRITE,
        template=f"{FOLDER}write.html",
        fill=lambda draft_id: _change(draft_id),
    )
    def change(form: forms.Form, draft_id: UUID) -> Response:
        row = drafts.find_draft(current_work(), draft_id)
        body = body_of(_kind(row.kind), form, row.body)
        version = int(form["version"].data or 0)
        drafts.change_draft(current_work(), draft_id, version, body, form["licence"].data)
        say(_("C'est noté."))
        return see("federation.draft", draft_id=draft_id)

    @pages.post(f"{OURS}/depuis", needs=WRITE)
    def from_thing() -> Response:
        try:
            thing_id = UUID(request.form.get("thing", ""))
        except ValueError as error:
            raise NotFound() from error
        row = things.draft_thing(current_work(), request.form.get("kind", ""), thing_id)
        return see("federation.draft", draft_id=row.id)

    @pages.post("/fiches/lire/<origin>/<int:number>/<mark>/encore", needs=WRITE)
    def draft_again(origin: str, number: int, mark: str) -> Response:
        row = things.draft_again(current_work(), f"{origin}/{number}/{mark}")
        return see("federation.draft", draft_id=row.id)

    @pages.post(f"{ONE}/jeter", needs=WRITE)
    def drop(draft_id: UUID) -> Response:
        drafts.drop_draft(current_work(), draft_id)
        say(_("Le brouillon est jeté."))
        return see("federation.drafts_here")


def _files(pages: Pages) -> None:
    @pages.form(
        f"{ONE}/fichier",
        FileForm,
        needs=WRITE,
        template=f"{FOLDER}write.html",
        fill=lambda draft_id: {
            "title": _("Ajouter un fichier"),
            "about": "",
            "back": url_for(
                "federation.draft", draft_id=drafts.to_change(current_work(), draft_id).id
            ),
        },
    )
    def add_file(form: FileForm, draft_id: UUID) -> Response:
        upload = form.file.data
        if not upload:
            raise Refused(N_("Choisis un fichier."), field="file")
        try:
            drafts.add_file(current_work(), draft_id, upload.filename or "", upload.read())
        except Refused as error:
            error.field = "file"
            raise
        return see("federation.draft", draft_id=draft_id)

    @pages.post(f"{ONE}/fichier/<sha256>/retirer", needs=WRITE)
    def remove_file(draft_id: UUID, sha256: str) -> Response:
        drafts.remove_file(current_work(), draft_id, sha256)
        return see("federation.draft", draft_id=draft_id)


def _deciding(pages: Pages) -> None:
    @pages.form(
        f"{ONE}/publier",
        PublishForm,
        needs=PUBLISH,
        template=f"{FOLDER}publish.html",
        fill=lambda draft_id: _to_publish(draft_id),
    )
    def publish(form: PublishForm, draft_id: UUID) -> Response:
        work = current_work()
        if files.files_of(work.session, draft_id) and not form.looked.data:
            raise Refused(N_("Regarde d'abord chaque fichier, puis coche."), field="looked")
        name = publishing.publish(work, draft_id, int(form.version.data or 0))
        say(_(publishing.PUBLISHED))
        return see_record(name)

    @pages.form(
        f"{ONE}/retirer",
        WithdrawForm,
        needs=PUBLISH,
        template=f"{FOLDER}write.html",
        fill=lambda draft_id: {
            "title": _("Retirer la fiche"),
            "about": _shown(draft_id)["title"],
            "back": url_for("federation.draft", draft_id=draft_id),
            "submit": _("Retirer partout"),
        },
    )
    def withdraw(form: WithdrawForm, draft_id: UUID) -> Response:
        work = current_work()
        row = drafts.find_draft(work, draft_id)
        if row.record is None:
            raise NotFound()
        name = publishing.name_of(work.session, row.record)
        publishing.retract(work, name, form.reason.data, erase=form.erase.data)
        say(_(publishing.WITHDRAWN))
        return see("federation.drafts_here")


def _form_here(**given: Any) -> forms.Form:
    """Open the form of the kind that the address names, itself or by its draft."""
    address = request.view_args or {}
    if "kind" in address:
        return form_for(_kind(address["kind"]))(**given)
    row = drafts.find_draft(current_work(), address["draft_id"])
    return form_for(_kind(row.kind))(**given)


def _kind(key: str) -> RecordType:
    kind = kinds(current_work()).get(key)
    if kind is None:
        raise NotFound()
    return kind


def _language() -> str:
    return current_work().instance.settings.instance.locale.replace("@", "-x-")


def _states() -> dict[str, str]:
    return {key: _(label) for key, label in STATE_LABELS.items()}


def _told(row: DraftRow, kind: RecordType | None) -> tuple[str, str]:
    title = row.body.get("title")
    return str(title or _("Sans titre")), str(kind.label) if kind else row.kind


def _shown(draft_id: UUID) -> dict[str, Any]:
    work = current_work()
    row, known = drafts.find_draft(work, draft_id), kinds(work)
    kind = known.get(row.kind)
    title, label = _told(row, kind)
    return {
        "row": row,
        "kind": kind,
        "preview": previewing.preview(work, known, row),
        "title": title,
        "label": label,
        "states": _states(),
        "licence": licence_of(row.licence),
        "files": files.files_of(work.session, row.id),
        "may_change": kind is not None and drafts.may_change(work, row),
        "record": publishing.name_of(work.session, row.record) if row.record else "",
        "typed": kind is not None and can_be_typed(kind),
        "is_node": gathering.is_node(work),
    }


def _change(draft_id: UUID) -> dict[str, Any]:
    row = drafts.to_change(current_work(), draft_id)
    kind = _kind(row.kind)
    allowed = allowed_licences([one["licence"] for one in row.derived_from])
    return {
        "title": str(kind.label),
        "about": "",
        "back": url_for("federation.draft", draft_id=draft_id),
        "start": {**start(kind, row.body), "version": row.version, "licence": row.licence},
        "choices": {"licence": licence_choices(allowed)},
    }


def _to_publish(draft_id: UUID) -> dict[str, Any]:
    shown = _shown(draft_id)
    if shown["kind"] is None:
        raise NotFound()
    return {
        **shown,
        "troubles": drafts.check_draft(current_work(), shown["row"]),
        "start": {"version": shown["row"].version},
    }
