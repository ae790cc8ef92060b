"""The page that asks for which activity a menu of another group is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, url_for

from kpa_catering import taken
from kpa_catering.settings import Settings
from kpa_catering.texts import gettext as _
from kpa_catering.texts import lazy
from kpa_catering.views.choices import activities
from kpa_core.api import Pages, current_work, forms, say, see


class ActivityForm(forms.Form):
    """Which activity the menu is for."""

    activity_id = forms.Choice(lazy("Pour quelle activité ?"), ids=True)


def add(pages: Pages, settings: Settings) -> None:
    """Add this page to the blueprint."""

    @pages.form(
        "/menus/repris/<uuid:taken_id>",
        ActivityForm,
        needs=taken.WRITE,
        template="catering/form.html",
        fill=lambda taken_id: _asked(taken_id),
    )
    def take_menu(form: ActivityForm, taken_id: UUID) -> Response:
        row = taken.choose_activity(current_work(), taken_id, form.activity_id.data, settings)
        say(_("Le menu est repris. C'est un brouillon."))
        return see("catering.menu", menu_id=row.menu_id)


def _asked(taken_id: UUID) -> dict[str, Any]:
    row = taken.find_taken(current_work(), taken_id)
    return {
        "title": _("Reprendre un menu"),
        "about": row.title,
        "back": url_for("catering.menus"),
        "choices": {"activity_id": activities(current_work())},
    }
