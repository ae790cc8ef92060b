"""One's own page: what the software knows of me, who looked, my ways in, my sessions."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import Response

from kpa_core.accounts import (
    cards,
    credentials,
    login,
    passwords,
    printing,
    privacy,
    sessions,
    traces,
)
from kpa_core.accounts.forms import ChoosePasswordForm, EraseForm
from kpa_core.errors import N_, NotFound, PluginError, Refused
from kpa_core.i18n import sentence
from kpa_core.members import roles, service
from kpa_core.pages import Pages, current_work, download, page, say, see
from kpa_core.work import Work


def add_own_pages(pages: Pages) -> None:
    """Add the pages everyone has about themself."""
    _add_reading(pages)
    _add_ways_in(pages)
    _add_forgetting(pages)


def _add_reading(pages: Pages) -> None:
    @pages.get("/moi", needs="member.own")
    def me() -> Response:
        work = current_work()
        person = service.own_card(work)
        known, broken = _known(work, person.id)
        account = credentials.account_of(work.session, person.id)
        return page(
            "accounts/me.html",
            person=person,
            known=known,
            broken=broken,
            card=cards.current(work.session, person.id),
            has_password=passwords.has_one(work.session, account),
            roles=[
                role
                for role in roles.roles_of(work.session, person.id, work.today)
                if role.kind in roles.TITLES
            ],
            titles=roles.TITLES,
            openings=traces.openings(work, person.id),
        )

    @pages.get("/moi/copie", needs="member.own")
    def copy() -> Response:
        work = current_work()
        known = privacy.export(work, _self(work))
        text = json.dumps(privacy.as_table(known), ensure_ascii=False, indent=2)
        return download(text.encode(), "application/json", "mes-donnees.json")


def _add_ways_in(pages: Pages) -> None:
    @pages.post("/moi/carte", needs="account.own", once=False)
    def own_card() -> Response:
        work = current_work()
        return printing.printed(work, cards.issue(work, _self(work)))

    @pages.form(
        "/moi/mot-de-passe",
        ChoosePasswordForm,
        needs="account.own",
        template="accounts/choose_password.html",
    )
    def choose_password(form: ChoosePasswordForm) -> Response:
        mine = login.own_session()
        passwords.choose(current_work(), form.password.data, keep=mine.row.id if mine else None)
        say(N_("Ton mot de passe est noté. Tes autres connexions sont fermées."))
        return see("accounts.me")

    @pages.post("/moi/mot-de-passe/enlever", needs="account.own")
    def remove_password() -> Response:
        passwords.remove(current_work())
        say(N_("Tu n'as plus de mot de passe. Ta carte et le lien marchent toujours."))
        return see("accounts.me")

    @pages.get("/moi/connexions", needs="account.own", endpoint="sessions")
    def list_sessions() -> Response:
        work = current_work()
        mine = login.own_session()
        return page(
            "accounts/sessions.html",
            found=sessions.open_sessions(work, _self(work)),
            current=mine.row.id if mine else None,
        )

    @pages.post("/moi/connexions/<uuid:sign_in_id>/fin", needs="account.own")
    def end_session(sign_in_id: UUID) -> Response:
        sessions.end_one(current_work(), sign_in_id)
        say(N_("Cette connexion est fermée."))
        return see("accounts.sessions")

    @pages.post("/moi/connexions/fin", needs="account.own")
    def end_other_sessions() -> Response:
        work = current_work()
        mine = login.own_session()
        sessions.end_all(work, _self(work), keep=mine.row.id if mine else None)
        say(N_("Toutes tes autres connexions sont fermées."))
        return see("accounts.sessions")


def _add_forgetting(pages: Pages) -> None:
    @pages.form(
        "/moi/effacer",
        EraseForm,
        needs="member.own",
        template="accounts/erase.html",
        fill=_about_me,
    )
    def erase(form: EraseForm) -> Response:
        _check_sure(form)
        work = current_work()
        privacy.erase(work, _self(work))
        login.leave(work)
        say(N_("Tes données sont effacées. Merci pour tout."))
        return see("accounts.enter")

    @pages.form(
        "/membres/<uuid:person_id>/effacer",
        EraseForm,
        needs="member.erase",
        template="accounts/erase.html",
        fill=_about,
    )
    def erase_person(form: EraseForm, person_id: UUID) -> Response:
        _check_sure(form)
        privacy.erase(current_work(), person_id)
        say(N_("Les données sont effacées."))
        return see("members.members")


def _check_sure(form: EraseForm) -> None:
    if not form.sure.data:
        raise Refused(N_("Coche la case pour effacer."), field="sure")


def _known(work: Work, person_id: UUID) -> tuple[list[privacy.Known], str]:
    try:
        return privacy.export(work, person_id), ""
    except PluginError as error:  # the page still serves for the rest
        return [], sentence(error, work.instance.texts)


def _self(work: Work) -> UUID:
    if work.actor.party_id is None:
        raise NotFound()
    return work.actor.party_id


def _about_me() -> dict[str, Any]:
    return {"person": service.own_card(current_work()), "is_own": True}


def _about(person_id: UUID) -> dict[str, Any]:
    return {
        "person": service.find_person(current_work(), person_id, "member.erase"),
        "is_own": False,
    }
