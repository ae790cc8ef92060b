"""Pages on whom one counts on: recommending a neighbour, and lists of warnings."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from kpa_core.api import N_, Misuse, Pages, Work, current_work, forms, page, say, see
from kpa_federation.own.writing import own_origin
from kpa_federation.peers import service as peers
from kpa_federation.protocol.words import words_of
from kpa_federation.records import naming
from kpa_federation.texts import gettext, lazy
from kpa_federation.trust import advising, saying, sentences, service
from kpa_federation.trust.saying import Advice

READ, MANAGE = "federation.read", service.MANAGE


class WarnForm(forms.Form):
    """An entry of our list."""

    about = forms.Text(
        lazy("Le nom de la fiche, ou l'identité du KPA"),
        longest=80,
        hint=lazy("Il est en bas de la page de la fiche."),
    )
    action = forms.OneOf(
        lazy("Qu'est-ce qu'on fait ?"),
        choices=[(key, lazy(label)) for key, label in saying.ACTIONS.items()],
    )
    reason = forms.OneOf(
        lazy("Pourquoi ?"), choices=[(key, lazy(label)) for key, label in saying.REASONS.items()]
    )
    until = forms.Day(
        lazy("Jusqu'à quel jour ?"), required=False, hint=lazy("Vide : jusqu'à ce qu'on l'enlève.")
    )


def add_to(pages: Pages) -> None:
    """Add the pages of trust."""
    _vouching(pages)
    _advising(pages)
    _hearing(pages)


def _vouching(pages: Pages) -> None:
    @pages.post("/voisins/<origin>/recommander", needs=MANAGE)
    def vouch(origin: str) -> Response:
        service.vouch(current_work(), origin, may_say=naming.may_say(current_work()))
        say(N_("C'est fait. Les voisins qui nous suivent vont le suivre aussi."))
        return see("federation.neighbours")

    @pages.post("/voisins/<origin>/ne-plus-recommander", needs=MANAGE)
    def unvouch(origin: str) -> Response:
        service.take_back(current_work(), origin)
        say(N_("Ce KPA n'est plus recommandé."))
        return see("federation.neighbours")


def _advising(pages: Pages) -> None:
    @pages.form(
        "/listes/prevenir",
        WarnForm,
        needs=MANAGE,
        template="federation/warn.html",
        fill=lambda: {"start": {"about": request.args.get("sur", "")[:80], "action": "warn"}},
    )
    def warn(form: WarnForm) -> Response:
        work, said = current_work(), form.data
        advising.advise(work, said["about"], said["action"], said["reason"], said["until"])
        service.refresh(work)
        say(N_("C'est sur notre liste. Tous les KPA peuvent la lire."))
        return see("federation.lists")

    @pages.post("/listes/enlever", needs=MANAGE)
    def unwarn() -> Response:
        advising.take_back(current_work(), _about())
        service.refresh(current_work())
        say(N_("Ce n'est plus sur notre liste."))
        return see("federation.lists")


def _hearing(pages: Pages) -> None:
    @pages.get("/listes", needs=READ)
    def lists() -> Response:
        work = current_work()
        own, names = own_origin(work.session), service.names(work)
        in_force = advising.effects(work).by_about.values()
        return page(
            "federation/lists.html",
            ours=[_told(one, names, own) for one in advising.said_by(work.session, own)],
            neighbours=_neighbours(work, names),
            effects=[_told(one, names, own) for all_ in in_force for one in all_ if one.by != own],
            shown=[(about, _named(about, names)) for about in advising.shown(work.session)],
            may=work.can(MANAGE),
        )

    @pages.post("/listes/<origin>/<choice>", needs=MANAGE)
    def choose_list(origin: str, choice: str) -> Response:
        if choice not in ("suivre", "laisser"):
            raise Misuse(N_("Ce choix n'existe pas."))
        advising.read_list(current_work(), origin, read=choice == "suivre")
        service.refresh(current_work())
        say(N_("C'est noté."))
        return see("federation.lists")

    @pages.post("/listes/montrer", needs=MANAGE)
    def show_anyway() -> Response:
        again = request.form.get("encore") == "non"
        advising.show(current_work(), _about(), anyway=not again)
        service.refresh(current_work())
        say(N_("C'est noté."))
        return see("federation.lists")


def _neighbours(work: Work, names: dict[str, str]) -> list[dict[str, Any]]:
    """Return the neighbours that have a list, or had one that we follow."""
    heard = set(advising.lists(work.session))
    rows = [row for row in peers.peers(work.session) if row.trust == "followed"]
    said = advising.said_by(work.session, *(row.origin for row in rows))
    counts = {row.origin: sum(one.by == row.origin for one in said) for row in rows}
    return [
        {"origin": origin, "name": names[origin], "count": count, "heard": origin in heard}
        for origin, count in counts.items()
        if count or origin in heard
    ]


def _told(one: Advice, names: dict[str, str], own: str) -> dict[str, Any]:
    return {
        "about": one.about,
        "name": _named(one.about, names),
        "is_record": "/" in one.about,
        "sentence": sentences.sentence(one, names, own),
        "action": gettext(saying.ACTIONS[one.action]),
        "until": one.until,
    }


def _named(about: str, names: dict[str, str]) -> str:
    origin = about.partition("/")[0]
    return names.get(origin) or words_of(origin)


def _about() -> str:
    return request.form.get("about", "")[:80]
