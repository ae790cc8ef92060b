"""Pages to give and end roles. Each door stands for one right; the service checks the very role."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from flask import Response, request

from kpa_core.errors import N_
from kpa_core.i18n import lazy
from kpa_core.members import hosts, roles, service
from kpa_core.members.forms import NOBODY, NONE, HostRoleForm, RoleForm, TreasuryForm
from kpa_core.pages import Pages, current_work, say, see

DOORS = (
    ("give_role", "groupe", "role.grant.participant", ("member", "participant", "referent")),
    ("give_treasury", "tresorerie", "role.grant.treasurer", ("treasurer",)),
    ("give_kpa_role", "kpa", "role.grant.instance", ("animator", "host", "supporter", "admin")),
)
"""Endpoint, last part of the address, right, and the roles given there."""
FORMS = {"give_treasury": TreasuryForm, "give_kpa_role": HostRoleForm}


def add_role_pages(pages: Pages) -> None:
    """Add a page per right, with the act that takes back what it gives."""
    for endpoint, place, needs, kinds in DOORS:
        _add_door(pages, endpoint, place, needs, kinds)

    @pages.post("/moi/roles/<uuid:role_id>/quitter", needs="account.own")
    def lay_down(role_id: UUID) -> Response:
        roles.end_role(current_work(), role_id)
        say(N_("Tu n'as plus ce rôle."))
        return see("accounts.me")


def _add_door(pages: Pages, endpoint: str, place: str, needs: str, kinds: tuple[str, ...]) -> None:
    form_class = FORMS.get(endpoint, RoleForm)

    @pages.form(
        f"/roles/{place}",
        form_class,
        needs=needs,
        template="members/give_role.html",
        fill=_filled(needs, kinds),
        endpoint=endpoint,
    )
    def give(form: RoleForm) -> Response:
        role = roles.grant(
            current_work(),
            form.person_id.data,
            form.kind.data,
            activity_id=_id(str(form.activity_id.data or "")),
            carrier_id=form.carrier_id.data if isinstance(form, HostRoleForm) else None,
            starts_on=form.starts_on.data,
            note=form.note.data,
        )
        say(N_("C'est noté : {role}."), role=lazy(roles.TITLES[role.kind]))
        return _back(role.party_id)

    @pages.post(
        f"/roles/{place}/<uuid:role_id>/fin", needs=needs, endpoint=endpoint.replace("give", "end")
    )
    def end(role_id: UUID) -> Response:
        role = roles.end_role(current_work(), role_id)
        say(N_("Ce rôle est fini."))
        return _back(role.party_id)


def _filled(needs: str, kinds: Iterable[str]) -> Callable[[], dict[str, Any]]:
    def fill() -> dict[str, Any]:
        work = current_work()
        activity = _id(request.args.get("activity", ""))
        offered = [kind for kind in kinds if activity or kind != "participant"]
        choices: dict[str, Any] = {
            "person_id": [NOBODY, *service.names(work, needs)],
            "kind": [(kind, lazy(roles.TITLES[kind])) for kind in offered],
        }
        if "host" in offered:
            choices["carrier_id"] = [NONE, *hosts.hosts(work, "role.grant.instance")]
        if "treasurer" in offered:
            choices["activity_id"] = hosts.activities(work, "role.grant.treasurer")
        start = {
            "person_id": _id(request.args.get("person", "")),
            "activity_id": str(activity or ""),
            "starts_on": work.today,
            "kind": offered[0] if len(offered) == 1 else None,
        }
        in_activity = activity is not None or "treasurer" in offered
        return {"start": start, "choices": choices, "in_activity": in_activity}

    return fill


def _back(person_id: UUID) -> Response:
    work = current_work()
    if work.can("member.read", service.person_scope(work, person_id)):
        return see("members.member", person_id=person_id)
    return see("home.today")


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
