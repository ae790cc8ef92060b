"""The hygiene log on a phone: choose what, write the number, read what to do."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from kpa_catering import controls
from kpa_catering.hygiene import KEPT_DAYS, POINTS, read_tenths, shown
from kpa_catering.texts import gettext as _
from kpa_catering.texts import lazy, told
from kpa_core.api import (
    N_,
    Pages,
    activities_for,
    current_work,
    download,
    forms,
    order_named,
    page,
    person_facts,
    say,
    see,
)

MEASURE, LOT = ("temperature", "action"), ("lot", "supplier", "best_before")


class ControlForm(forms.Form):
    """One line of the log; what a kind of line does not ask is hidden."""

    what = forms.Text(lazy("De quoi s'agit-il ?"), longest=controls.LONGEST)
    temperature = forms.Text(
        lazy("Température"), required=False, longest=12, hint=lazy("Exemple : 3,5 ou -18.")
    )
    lot = forms.Text(
        lazy("Numéro du lot"),
        required=False,
        longest=controls.LONGEST,
        hint=lazy("Il est sur l'étiquette, souvent après L."),
    )
    supplier = forms.Text(lazy("D'où ça vient ?"), required=False, longest=controls.LONGEST)
    best_before = forms.Day(lazy("À consommer avant le"), required=False)
    action = forms.Text(
        lazy("Ce que tu as fait"),
        required=False,
        longest=controls.LONGEST,
        hint=lazy("Seulement si la température n'est pas bonne."),
    )
    order = forms.Text(
        lazy("Pour quelle commande ?"),
        required=False,
        longest=40,
        hint=lazy("Si c'est pour une commande. Exemple : C-2026-0001."),
    )
    photo = forms.Photo(lazy("Photo"), hint=lazy("L'étiquette, ou le thermomètre."))

    def control(self, kind: str) -> controls.Control:
        """Return what was typed."""
        measured = controls.point_of(kind).measured
        typed = self.temperature.data or ""
        return controls.Control(
            kind,
            self.what.data or "",
            read_tenths(typed) if measured and typed.strip() else None,
            (self.action.data or "") if measured else "",
            self.lot.data or "",
            self.supplier.data or "",
            self.best_before.data,
            self.order.data or "",
            self.photo.data,
        )


class CorrectionForm(ControlForm):
    """A line that takes the place of another."""

    why = forms.Text(lazy("Pourquoi tu corriges ?"), longest=controls.LONGEST)


def add(pages: Pages) -> None:
    """Add these pages to the blueprint."""
    _reading(pages)
    _writing(pages)


def _reading(pages: Pages) -> None:
    @pages.get("/hygiene", needs=controls.CAPABILITY)
    def hygiene() -> Response:
        here = activities_for(current_work(), controls.CAPABILITY)
        if len(here) == 1:
            return see("catering.log", activity_id=here[0].id)
        return page("catering/hygiene.html", activities=here)

    @pages.get("/hygiene/<uuid:activity_id>", needs=controls.CAPABILITY)
    def log(activity_id: UUID) -> Response:
        work, reference = current_work(), request.args.get("commande", "")
        order = order_named(work, reference) if reference else None
        lines = controls.log_of(work, activity_id, order.id if order else None)
        return page(
            "catering/log.html",
            activity_id=activity_id,
            order=order,
            lines=lines,
            names=_writers(lines),
            points=POINTS.values(),
            years=KEPT_DAYS // 365,
        )

    @pages.get("/hygiene/lignes/<uuid:control_id>/photo", needs=controls.CAPABILITY)
    def control_photo(control_id: UUID) -> Response:
        data = controls.photo_of(current_work(), control_id)
        return download(data, controls.PHOTO, "photo.jpg", inline=True)


def _writing(pages: Pages) -> None:
    @pages.form(
        "/hygiene/<uuid:activity_id>/<kind>",
        ControlForm,
        needs=controls.CAPABILITY,
        template="catering/control.html",
        fill=lambda activity_id, kind: _asked(
            kind, activity_id, {"order": request.args.get("commande", "")}
        ),
    )
    def add_control(form: ControlForm, activity_id: UUID, kind: str) -> Response:
        row = controls.add_control(current_work(), activity_id, form.control(kind))
        say(told(N_("C'est noté : {what}."), what=row.what))
        return see("catering.log", activity_id=activity_id)

    @pages.form(
        "/hygiene/lignes/<uuid:control_id>/corriger",
        CorrectionForm,
        needs=controls.CAPABILITY,
        template="catering/control.html",
        fill=lambda control_id: _corrected(control_id),
    )
    def correct_control(form: CorrectionForm, control_id: UUID) -> Response:
        work = current_work()
        kind = controls.find_control(work, control_id).kind
        row = controls.correct(work, control_id, form.control(kind), form.why.data)
        say(_("La correction est notée. La première ligne reste lisible."))
        return see("catering.log", activity_id=row.activity_id)


def _writers(lines: list[controls.Line]) -> dict[UUID, str]:
    wrote = {line.row.proof.said_by for line in lines if line.row.proof and line.row.proof.said_by}
    return {one: person_facts(current_work(), one).display_name for one in wrote}


def _asked(kind: str, activity_id: UUID, start: dict[str, Any]) -> dict[str, Any]:
    point = controls.point_of(kind)
    return {
        "point": point,
        "corrects": None,
        "hidden": LOT if point.measured else MEASURE,
        "back": url_for("catering.log", activity_id=activity_id),
        "start": start,
    }


def _corrected(control_id: UUID) -> dict[str, Any]:
    row = controls.find_control(current_work(), control_id)
    start = {
        "what": row.what,
        "temperature": "" if row.tenths is None else shown(row.tenths),
        "action": row.action,
        "lot": row.lot,
        "supplier": row.supplier,
        "best_before": row.best_before,
    }
    return {**_asked(row.kind, row.activity_id, start), "corrects": row}
