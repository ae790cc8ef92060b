"""Pages about people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from wtforms import HiddenField

from kpa_core.errors import N_
from kpa_core.i18n import lazy
from kpa_core.members import service
from kpa_core.pages import Pages, current_work, page, say, see
from kpa_core.pages.forms import Day, Form, Text


class WelcomeForm(Form):
    display_name = Text(
        lazy(N_("Prénom ou surnom")), hint=lazy(N_("Comme tu veux qu'on t'appelle."))
    )
    family_name = Text(
        lazy(N_("Nom de famille")), required=False, hint=lazy(N_("Seulement pour le contrat."))
    )
    phone = Text(
        lazy(N_("Téléphone")), required=False, kind="tel", hint=lazy(N_("Exemple : 06 12 34 56 78."))
    )
    email = Text(
        lazy(N_("Adresse mail")), required=False, kind="email", hint=lazy(N_("Si tu n'as pas de téléphone."))
    )
    birth_date = Day(
        lazy(N_("Date de naissance")), required=False, hint=lazy(N_("Pour respecter la loi si tu es mineur·e."))
    )


class CardForm(Form):
    version = HiddenField()
    display_name = Text(lazy(N_("Prénom ou surnom")))
    family_name = Text(lazy(N_("Nom de famille")), required=False)
    phone = Text(lazy(N_("Téléphone")), required=False, kind="tel")
    email = Text(lazy(N_("Adresse mail")), required=False, kind="email")
    skills = Text(lazy(N_("Ce que j'aime et sais faire")), required=False)


def blueprint() -> Pages:
    """Return the pages about people."""
    pages = Pages("members", __name__, scopes={"person_id": service.scope_of_party})

    @pages.get("/membres", needs="member.list")
    def members() -> Response:
        return page("members/list.html", people=service.people(current_work()))

    @pages.get("/membres/<uuid:person_id>", needs="member.read")
    def member(person_id: UUID) -> Response:
        return page("members/show.html", person=service.find_person(current_work(), person_id))

    @pages.form(
        "/membres/nouveau", WelcomeForm, needs="member.write", template="members/welcome.html"
    )
    def welcome(form: WelcomeForm) -> Response:
        person = service.add_person(
            current_work(),
            service.NewPerson(
                form.display_name.data,
                form.family_name.data,
                form.email.data,
                form.phone.data,
                form.birth_date.data,
            ),
        )
        say(N_("{name} est dans le KPA."), name=person.display_name)
        return see("members.member", person_id=person.id)

    @pages.form(
        "/membres/<uuid:person_id>/changer",
        CardForm,
        needs="member.write",
        template="members/change.html",
        fill=_card,
    )
    def change(form: CardForm, person_id: UUID) -> Response:
        fields = {name: form[name].data for name in service.EDITABLE if name in form}
        service.change_person(current_work(), person_id, int(form.version.data or 0), fields)
        say(N_("C'est noté."))
        return see("members.member", person_id=person_id)

    return pages


def _card(person_id: UUID) -> dict[str, Any]:
    person = service.find_person(current_work(), person_id, "member.write")
    return {"start": person, "person": person}
