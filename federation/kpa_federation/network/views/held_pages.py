"""Pages of what is held for a territory: on the node, and where it goes home."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, url_for

from kpa_core.api import N_, Pages, current_work, forms, page, say, see
from kpa_federation.network import held, profile
from kpa_federation.records import drafts
from kpa_federation.texts import gettext as _
from kpa_federation.texts import lazy


class HoldForm(forms.Form):
    """For which territory a record is held."""

    version = forms.Version()
    territory = forms.Text(
        lazy("Pour quel territoire ?"),
        longest=held.LONGEST,
        hint=lazy("La ville ou le quartier. Quand un KPA s'y ouvre, il reprend la fiche."),
    )


def add(pages: Pages) -> None:
    """Add these pages to the blueprint."""

    @pages.get("/gardees", needs=held.NEEDS, endpoint="held")
    def held_records() -> Response:
        work = current_work()
        here = held.held_here(work)
        said = profile.profiles(work)
        takers = {one.origin.key: one.origin.name for row in here for one in row.taken_by}
        return page(
            "federation/network/held.html",
            here=here,
            for_us=held.held_for_us(work),
            takers=[(key, name, said.get(key)) for key, name in takers.items()],
            territory=work.instance.settings.instance.territory,
        )

    @pages.post("/gardees/reprendre", needs=held.NEEDS)
    def take_over() -> Response:
        found = held.take_over(current_work())
        for one in found:
            if one.why:
                say(N_("{title} : {why}"), title=one.title, why=_(one.why))
        count = sum(not one.why for one in found)
        say(N_("Dans nos brouillons : {count}. Relis chaque fiche, puis publie."), count=count)
        return see("federation.drafts_here" if count else "federation.held")

    @pages.post("/gardees/remises/<origin>", needs=held.NEEDS)
    def hand_over(origin: str) -> Response:
        count = held.hand_over(current_work(), origin)
        say(N_("Fiches retirées d'ici : {count}. L'autre KPA les a."), count=count)
        return see("federation.held")

    @pages.form(
        "/fiches/nos/<uuid:draft_id>/garder",
        HoldForm,
        needs=drafts.WRITE,
        template="federation/records/write.html",
        fill=_to_hold,
    )
    def hold(form: HoldForm, draft_id: UUID) -> Response:
        held.hold(current_work(), draft_id, int(form.version.data or 0), form.territory.data)
        say(N_("C'est noté. Publie la fiche pour que tout le monde le voie."))
        return see("federation.draft", draft_id=draft_id)


def _to_hold(draft_id: UUID) -> dict[str, Any]:
    row = drafts.to_change(current_work(), draft_id)
    return {
        "title": _("La garder pour un territoire"),
        "about": str(row.body.get("title", "")),
        "back": url_for("federation.draft", draft_id=draft_id),
        "start": {"version": row.version, "territory": row.body.get(held.FIELD, "")},
    }
