"""Pages about menus: their dishes, and the four sheets for a number of guests."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from flask import Response, current_app, request, url_for

from kpa_catering import kitchen, menus
from kpa_catering.allergens import Allergen
from kpa_catering.cookbook_text import LICENCES
from kpa_catering.diets import Diet
from kpa_catering.menu_fields import KEY
from kpa_catering.menus import MenuFacts
from kpa_catering.models import MenuRow
from kpa_catering.recipes import Span, WorkTime
from kpa_catering.settings import Settings
from kpa_catering.taken import taken_as
from kpa_catering.texts import gettext as _
from kpa_catering.texts import lazy, told
from kpa_catering.views.choices import activities, named
from kpa_core.api import N_, Pages, Refused, current_work, download, forms, page, say, see

FORM = "catering/form.html"
SHARING = "federation.from_thing"
FIRST_SHOWN = 40
"""How many guests a menu is shown for before anybody says."""


class MenuForm(forms.Form):
    """A new menu."""

    activity_id = forms.Choice(lazy("Pour quelle activité ?"), ids=True)
    name = forms.Text(lazy("Nom du menu"))


class ChangeForm(forms.Form):
    """Everything of a menu but its dishes."""

    version = forms.Version()
    name = forms.Text(lazy("Nom du menu"))
    price = forms.Cents(
        lazy("Prix par personne, sans la TVA"), required=False, hint=lazy("Exemple : 15,00.")
    )
    vat_rate = forms.Rate(
        lazy("TVA, en pour cent"), hint=lazy("La maison qui facture le sait. Souvent 10.")
    )
    fixed_low = forms.Count(
        lazy("Travail de toute façon, au moins (minutes)"),
        required=False,
        hint=lazy(
            "Le marché, le transport : pareil pour 10 ou pour 40. Remplis les quatre, ou rien."
        ),
    )
    fixed_high = forms.Count(lazy("Travail de toute façon, au plus (minutes)"), required=False)
    guest_low = forms.Count(lazy("Travail par personne, au moins (minutes)"), required=False)
    guest_high = forms.Count(lazy("Travail par personne, au plus (minutes)"), required=False)

    def facts(self) -> MenuFacts:
        """Return what was typed.

        Raises:
            Refused: some of the four minutes are there, not all.
        """
        return MenuFacts(self.name.data, self.price.data, self.vat_rate.data, self._work_time())

    def _work_time(self) -> WorkTime | None:
        typed = [self.fixed_low, self.fixed_high, self.guest_low, self.guest_high]
        minutes = [one.data for one in typed]
        if minutes == [None] * 4:
            return None
        if None in minutes:
            missing = typed[minutes.index(None)].name
            raise Refused(N_("Remplis les quatre temps, ou aucun."), field=missing)
        return WorkTime(Span(*minutes[:2]), Span(*minutes[2:]))


class ServingForm(forms.Form):
    """A dish on a menu."""

    dish_id = forms.Choice(lazy("Quel plat ?"), ids=True)
    per_guest = forms.Quantity(
        lazy("Combien de portions par personne ?"),
        hint=lazy("Souvent 1. Écris 0,5 si une personne sur deux en prend."),
    )


def add(pages: Pages, settings: Settings) -> None:
    """Add these pages to the blueprint."""
    _list(pages, settings)
    _reading(pages)
    _changing(pages)


def _list(pages: Pages, settings: Settings) -> None:
    @pages.get("/menus", needs="catering.read", endpoint="menus")
    def all_menus() -> Response:
        return page("catering/menus.html", activities=menus.menus(current_work()))

    @pages.form(
        "/menus/nouveau",
        MenuForm,
        needs="catering.choose",
        template=FORM,
        fill=lambda: {
            "title": _("Un menu de plus"),
            "about": "",
            "back": url_for("catering.menus"),
            "choices": {"activity_id": activities(current_work())},
        },
    )
    def add_menu(form: MenuForm) -> Response:
        row = menus.add_menu(
            current_work(),
            form.activity_id.data,
            form.name.data,
            vat_rate_bp=settings.vat_rate_bp,
        )
        say(told(N_("« {name} » est noté. Ajoute ses plats."), name=row.name))
        return see("catering.menu", menu_id=row.id)


def _reading(pages: Pages) -> None:
    @pages.get("/menus/<uuid:menu_id>", needs="activity.read")
    def menu(menu_id: UUID) -> Response:
        return page("catering/menu.html", **_planned(menu_id))

    @pages.get("/menus/<uuid:menu_id>/courses", needs="activity.read")
    def shopping(menu_id: UUID) -> Response:
        return page("catering/shopping.html", **_planned(menu_id))

    @pages.get("/menus/<uuid:menu_id>/cuisine", needs="activity.read")
    def cooking(menu_id: UUID) -> Response:
        shown = _planned(menu_id)
        cooked = menus.cooking_of(shown["menu"], shown["guests"]) if shown["plan"] else ()
        return page("catering/cooking.html", cooked=cooked, **shown)

    @pages.get("/menus/<uuid:menu_id>/allergenes", needs="activity.read")
    def allergens(menu_id: UUID) -> Response:
        row = menus.find_menu(current_work(), menu_id)
        keys = [one.value for one in Allergen]
        sheet = menus.allergens_of(row)
        return page("catering/allergens.html", menu=row, sheet=sheet, allergens=keys)

    @pages.get("/menus/<uuid:menu_id>/regimes", needs="activity.read")
    def diets(menu_id: UUID) -> Response:
        row = menus.find_menu(current_work(), menu_id)
        return page("catering/diets.html", menu=row, dishes=menus.diets_of(row), diets=list(Diet))

    @pages.get("/menus/<uuid:menu_id>/carnet", needs="activity.read")
    def cookbook(menu_id: UUID) -> Response:
        work = current_work()
        row = menus.find_menu(work, menu_id)
        text = menus.cookbook_of(work, row, request.args.get("licence", LICENCES[0]))
        return download(text.encode(), "application/toml", f"{row.slug}.toml")


def _changing(pages: Pages) -> None:
    @pages.form(
        "/menus/<uuid:menu_id>/changer",
        ChangeForm,
        needs="catering.choose",
        template=FORM,
        fill=lambda menu_id: _change(menu_id),
    )
    def change_menu(form: ChangeForm, menu_id: UUID) -> Response:
        menus.change_menu(current_work(), menu_id, int(form.version.data or 0), form.facts())
        say(_("C'est noté."))
        return see("catering.menu", menu_id=menu_id)

    @pages.post("/menus/<uuid:menu_id>/etat", needs="catering.choose")
    def set_menu_state(menu_id: UUID) -> Response:
        row = menus.set_state(current_work(), menu_id, request.form.get("state", ""))
        say(_("Le menu est rangé.") if row.state == "archived" else _("Le menu est au choix."))
        return see("catering.menu", menu_id=menu_id)

    @pages.form(
        "/menus/<uuid:menu_id>/plats",
        ServingForm,
        needs="catering.choose",
        template=FORM,
        fill=lambda menu_id: {
            **_of(menus.find_menu(current_work(), menu_id), _("Ajouter un plat")),
            "choices": {"dish_id": named(kitchen.dishes(current_work()))},
            "start": {"per_guest": Decimal(1)},
        },
    )
    def add_serving(form: ServingForm, menu_id: UUID) -> Response:
        serving = menus.add_serving(
            current_work(), menu_id, form.dish_id.data, Fraction(form.per_guest.data)
        )
        say(told(N_("« {name} » est au menu."), name=serving.dish.name))
        return see("catering.menu", menu_id=menu_id)

    @pages.post("/menus/plats/<uuid:serving_id>/retirer", needs="catering.choose")
    def remove_serving(serving_id: UUID) -> Response:
        row = menus.remove_serving(current_work(), serving_id)
        return see("catering.menu", menu_id=row.id)


def _planned(menu_id: UUID) -> dict[str, Any]:
    """Return a menu and what it asks for the guests of the address, or why it cannot be counted."""
    row = menus.find_menu(current_work(), menu_id)
    shown: dict[str, Any] = {"menu": row, "guests": FIRST_SHOWN, "plan": None, "why_not": None}
    shown["scope"] = menus.scope(row)
    shown["taken"] = taken_as(current_work().session, row.id)
    # The network is another plugin: the button is there when its door is.
    shown["shares"] = KEY if SHARING in current_app.view_functions else ""
    try:
        shown["guests"] = _guests()
        shown["plan"] = menus.plan_of(row, shown["guests"])
    except Refused as error:
        shown["why_not"] = error
    return shown


def _guests() -> int:
    typed = request.args.get("convives", str(FIRST_SHOWN)).strip()
    if not typed.isdecimal() or len(typed) > 5:
        raise Refused(N_("« {typed} » n'est pas un nombre de personnes."), typed=typed[:40])
    return int(typed)


def _of(row: MenuRow, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "about": row.name,
        "back": url_for("catering.menu", menu_id=row.id),
    }


def _change(menu_id: UUID) -> dict[str, Any]:
    row = menus.find_menu(current_work(), menu_id, "catering.choose")
    start = {
        "version": row.version,
        "name": row.name,
        "price": row.price_per_guest_cents,
        "vat_rate": row.vat_rate_bp,
        "fixed_low": row.fixed_low,
        "fixed_high": row.fixed_high,
        "guest_low": row.guest_low,
        "guest_high": row.guest_high,
    }
    return {**_of(row, _("Changer le menu")), "start": start}
