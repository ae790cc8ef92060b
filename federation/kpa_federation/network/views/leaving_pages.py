"""Pages to leave the network, in two steps, and to come back."""

from __future__ import annotations

from flask import Response, url_for

from kpa_core.api import N_, Misuse, Pages, current_work, forms, say, see
from kpa_federation.own import leaving
from kpa_federation.texts import lazy


class LeaveForm(forms.Form):
    """The second yes."""

    sure = forms.YesNo(lazy("Oui, on quitte le réseau."))


def add(pages: Pages) -> None:
    """Add these pages to the blueprint."""

    @pages.form(
        "/quitter",
        LeaveForm,
        needs=leaving.NEEDS,
        template="federation/network/leave.html",
        fill=lambda: {
            "kept": leaving.KEPT,
            "ends": leaving.ENDS,
            "undo": leaving.BACK,
            "back": url_for("federation.neighbours"),
        },
    )
    def leave(form: LeaveForm) -> Response:
        if not form.sure.data:
            raise Misuse(N_("Lis ces lignes avec le groupe, puis coche la case."), field="sure")
        leaving.leave(current_work())
        say(N_("C'est fait. Tout ce qu'on avait est encore là."))
        return see("federation.neighbours")

    @pages.post("/revenir", needs=leaving.NEEDS)
    def come_back() -> Response:
        leaving.come_back(current_work())
        say(N_("Vous êtes de nouveau dans le réseau. Les voisins répondent bientôt."))
        return see("federation.neighbours")
