"""The pages of an object: its ticket, the price, the client's answer, the work."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from kpa_core.api import Pages, activities_for, current_work, forms, page, say, see
from kpa_workshop import machines, rules, stock, tickets
from kpa_workshop.texts import gettext as _
from kpa_workshop.texts import lazy


class TicketForm(forms.Form):
    """What comes in."""

    what = forms.Text(lazy("Quel objet ?"), hint=lazy("Exemple : vélo bleu, chaise, sac."))
    owner = forms.Text(lazy("À qui ?"), hint=lazy("Un nom et un téléphone, pour le rendre."))
    wrong = forms.Text(
        lazy("Qu'est-ce qu'il faut ?"), hint=lazy("Exemple : le frein ne tient plus.")
    )
    order = forms.Text(
        lazy("Pour quelle commande ?"), required=False, hint=lazy("Exemple : C-2026-0001.")
    )


class DiagnosisForm(forms.Form):
    """What is to be done, and its price."""

    version = forms.Version()
    todo = forms.Text(lazy("Qu'est-ce qu'on va faire ?"))
    minutes = forms.Minutes(lazy("Combien de temps ?"), hint=lazy("Exemple : 1h30."))
    price = forms.Cents(lazy("Quel prix pour le client, sans la TVA ?"))


class AnswerForm(forms.Form):
    """The client's answer."""

    version = forms.Version()
    yes = forms.OneOf(lazy("Le client dit…"), choices=(("yes", lazy("Oui")), ("no", lazy("Non"))))
    how = forms.OneOf(lazy("Comment ?"))


class UseForm(forms.Form):
    """Parts that go into the object."""

    part_id = forms.Choice(lazy("Quelle pièce ?"), ids=True)
    count = forms.Count(lazy("Combien ?"))


class MachineForm(forms.Form):
    """A machine's time."""

    machine_id = forms.Choice(lazy("Quelle machine ?"), ids=True)
    minutes = forms.Minutes(lazy("Combien de temps ?"), hint=lazy("Exemple : 0h20."))


def add(pages: Pages) -> None:
    """Add these pages to the blueprint."""
    _looking(pages)
    _agreeing(pages)
    _working(pages)


def _looking(pages: Pages) -> None:
    @pages.get("/", needs="workshop.work")
    def workshop() -> Response:
        work = current_work()
        mine = activities_for(work, tickets.WORK)
        shown = [(one, tickets.of_activity(work.session, one.id)) for one in mine]
        return page("workshop/tickets.html", places=shown)

    @pages.get("/objets/<uuid:ticket_id>", needs="workshop.work")
    def ticket(ticket_id: UUID) -> Response:
        work = current_work()
        row = tickets.find(work, ticket_id)
        cost = tickets.cost_of(work.session, row.id)
        return page("workshop/ticket.html", row=row, cost=cost, ways=rules.WAYS)

    @pages.form(
        "/activites/<uuid:activity_id>/objet",
        TicketForm,
        needs="workshop.work",
        template="workshop/question.html",
        fill=lambda activity_id: {
            "title": _("Un objet arrive"),
            "back": url_for("workshop.workshop"),
        },
    )
    def take_in(form: TicketForm, activity_id: UUID) -> Response:
        new = tickets.NewTicket(
            form.what.data, form.owner.data, form.wrong.data, form.order.data or ""
        )
        row = tickets.take_in(current_work(), activity_id, new)
        say(_("C'est noté. Écris le numéro {n} sur l'objet.").format(n=row.number))
        return see("workshop.ticket", ticket_id=row.id)


def _agreeing(pages: Pages) -> None:
    @pages.form(
        "/objets/<uuid:ticket_id>/prix",
        DiagnosisForm,
        needs="workshop.work",
        template="workshop/question.html",
        fill=lambda ticket_id: _about(ticket_id, _("Que faire, à quel prix ?"), diagnosis=True),
    )
    def diagnose(form: DiagnosisForm, ticket_id: UUID) -> Response:
        tickets.diagnose(
            current_work(),
            ticket_id,
            form.version.data,
            form.todo.data,
            form.minutes.data,
            form.price.data,
        )
        say(_("C'est noté. Demande maintenant au client."))
        return see("workshop.ticket", ticket_id=ticket_id)

    @pages.form(
        "/objets/<uuid:ticket_id>/reponse",
        AnswerForm,
        needs="workshop.work",
        template="workshop/question.html",
        fill=lambda ticket_id: _about(ticket_id, _("Que dit le client ?"), ways=True),
    )
    def answer(form: AnswerForm, ticket_id: UUID) -> Response:
        yes = form.yes.data == "yes"
        tickets.answer(current_work(), ticket_id, form.version.data, yes=yes, how=form.how.data)
        say(_("Au travail !") if yes else _("C'est noté. Rends l'objet."))
        return see("workshop.ticket", ticket_id=ticket_id)


def _working(pages: Pages) -> None:
    @pages.form(
        "/objets/<uuid:ticket_id>/piece",
        UseForm,
        needs="workshop.work",
        template="workshop/question.html",
        fill=lambda ticket_id: _about(ticket_id, _("Mettre une pièce"), parts=True),
    )
    def use_part(form: UseForm, ticket_id: UUID) -> Response:
        stock.use(current_work(), ticket_id, form.part_id.data, form.count.data)
        say(_("C'est sorti du stock."))
        return see("workshop.ticket", ticket_id=ticket_id)

    @pages.form(
        "/objets/<uuid:ticket_id>/machine",
        MachineForm,
        needs="workshop.work",
        template="workshop/question.html",
        fill=lambda ticket_id: _about(ticket_id, _("Noter une machine"), machines_too=True),
    )
    def use_machine(form: MachineForm, ticket_id: UUID) -> Response:
        machines.use(current_work(), ticket_id, form.machine_id.data, form.minutes.data)
        say(_("Le temps de machine est noté."))
        return see("workshop.ticket", ticket_id=ticket_id)

    @pages.post("/objets/<uuid:ticket_id>/fini", needs="workshop.work")
    def finish(ticket_id: UUID) -> Response:
        tickets.finish(current_work(), ticket_id, _version())
        say(_("C'est fini. Préviens le client."))
        return see("workshop.ticket", ticket_id=ticket_id)

    @pages.post("/objets/<uuid:ticket_id>/rendu", needs="workshop.work")
    def give_back(ticket_id: UUID) -> Response:
        tickets.give_back(current_work(), ticket_id, _version())
        say(_("L'objet est rendu."))
        return see("workshop.ticket", ticket_id=ticket_id)


def _version() -> int:
    said = request.form.get("version", "")
    return int(said) if said.isdecimal() and len(said) < 9 else 0


def _about(
    ticket_id: UUID,
    title: str,
    *,
    diagnosis: bool = False,
    ways: bool = False,
    parts: bool = False,
    machines_too: bool = False,
) -> dict[str, Any]:
    work = current_work()
    row = tickets.find(work, ticket_id)
    start: dict[str, Any] = {"version": row.version}
    choices: dict[str, list[tuple[Any, str]]] = {}
    if diagnosis:
        start |= {"todo": row.todo, "minutes": row.minutes, "price": row.price_cents}
    if ways:
        choices["how"] = [(key, _(label)) for key, label in rules.WAYS.items()]
    if parts:
        found = stock.parts_of(work.session, row.activity_id)
        choices["part_id"] = [(one.id, f"{one.name} ({one.stock})") for one in found]
    if machines_too:
        known = machines.machines_of(work.session, row.activity_id)
        choices["machine_id"] = [(one.id, one.name) for one in known]
    return {
        "title": title,
        "about": row.what,
        "back": url_for("workshop.ticket", ticket_id=ticket_id),
        "start": start,
        "choices": choices,
    }
