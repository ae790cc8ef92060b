"""The pages of a workshop itself: what is in stock, the machines, who was trained."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, url_for

from kpa_core.api import Pages, current_work, forms, names_of_everyone, page, say, see
from kpa_core.api import people_seen as people
from kpa_workshop import machines, stock, tickets
from kpa_workshop.texts import gettext as _
from kpa_workshop.texts import lazy


class PartForm(forms.Form):
    """Something new in stock."""

    name = forms.Text(lazy("Quoi ?"), longest=80, hint=lazy("Exemple : patin de frein."))
    cost = forms.Cents(lazy("Combien coûte une pièce, sans la TVA ?"))
    count = forms.Count(lazy("Combien y en a-t-il ?"))


class BringForm(forms.Form):
    """More of it."""

    count = forms.Count(lazy("Combien arrivent ?"))
    cost = forms.Cents(lazy("Combien coûte une pièce, sans la TVA ?"))


class NewMachineForm(forms.Form):
    """A machine."""

    name = forms.Text(lazy("Quelle machine ?"), longest=80)
    cost = forms.Cents(lazy("Combien coûte une heure de machine ?"))
    training = forms.YesNo(lazy("Il faut être formé·e pour s'en servir"))


class TrainForm(forms.Form):
    """Who was trained."""

    person_id = forms.Choice(lazy("Qui est formé·e ?"), ids=True)


def add(pages: Pages) -> None:
    """Add these pages to the blueprint."""
    _stock(pages)
    _machines(pages)


def _stock(pages: Pages) -> None:
    @pages.get("/activites/<uuid:activity_id>", needs="workshop.work")
    def place(activity_id: UUID) -> Response:
        work = current_work()
        here = tickets.activity(work, activity_id)
        return page(
            "workshop/place.html",
            activity_id=here,
            parts=stock.parts_of(work.session, here),
            machines=machines.machines_of(work.session, here),
        )

    @pages.form(
        "/activites/<uuid:activity_id>/piece",
        PartForm,
        needs="workshop.work",
        template="workshop/question.html",
        fill=lambda activity_id: _titled(_("Une pièce de plus"), activity_id),
    )
    def add_part(form: PartForm, activity_id: UUID) -> Response:
        stock.add_part(current_work(), activity_id, form.name.data, form.cost.data, form.count.data)
        say(_("C'est dans le stock."))
        return see("workshop.place", activity_id=activity_id)

    @pages.form(
        "/pieces/<uuid:part_id>/arrivee",
        BringForm,
        needs="workshop.work",
        template="workshop/question.html",
        fill=lambda part_id: _part(part_id),
    )
    def bring(form: BringForm, part_id: UUID) -> Response:
        row = stock.bring(current_work(), part_id, form.count.data, form.cost.data)
        say(_("C'est dans le stock."))
        return see("workshop.place", activity_id=row.activity_id)


def _machines(pages: Pages) -> None:
    @pages.form(
        "/activites/<uuid:activity_id>/machine",
        NewMachineForm,
        needs="workshop.work",
        template="workshop/question.html",
        fill=lambda activity_id: _titled(_("Une machine de plus"), activity_id),
    )
    def add_machine(form: NewMachineForm, activity_id: UUID) -> Response:
        machines.add_machine(
            current_work(),
            activity_id,
            form.name.data,
            form.cost.data,
            needs_training=bool(form.training.data),
        )
        say(_("La machine est là."))
        return see("workshop.place", activity_id=activity_id)

    @pages.form(
        "/machines/<uuid:machine_id>/formation",
        TrainForm,
        needs="workshop.train",
        template="workshop/question.html",
        fill=lambda machine_id: _machine(machine_id),
    )
    def train(form: TrainForm, machine_id: UUID) -> Response:
        machines.train(current_work(), machine_id, form.person_id.data)
        say(_("C'est noté."))
        row = machines.find(current_work(), machine_id, machines.TRAIN)
        return see("workshop.place", activity_id=row.activity_id)


def _titled(title: str, activity_id: UUID) -> dict[str, Any]:
    return {"title": title, "back": url_for("workshop.place", activity_id=activity_id)}


def _part(part_id: UUID) -> dict[str, Any]:
    row = stock.find(current_work(), part_id)
    told = _titled(_("Une livraison"), row.activity_id)
    return {**told, "about": row.name, "start": {"cost": row.cost_cents}}


def _machine(machine_id: UUID) -> dict[str, Any]:
    work = current_work()
    row = machines.find(work, machine_id, machines.TRAIN)
    seen = set(work.session.scalars(people(work, "member.read")))
    named = [(one.id, one.display_name) for one in names_of_everyone(work) if one.id in seen]
    told = _titled(_("Une formation"), row.activity_id)
    return {**told, "about": row.name, "choices": {"person_id": sorted(named, key=lambda x: x[1])}}
