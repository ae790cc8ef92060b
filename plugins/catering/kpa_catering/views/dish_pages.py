"""Pages about dishes: the recipes in them, the allergens they bring."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from flask import Response, url_for

from kpa_catering import kitchen, stored
from kpa_catering.plan import dish_sheet
from kpa_catering.texts import gettext as _
from kpa_catering.texts import lazy, told
from kpa_catering.views.choices import named
from kpa_core.api import N_, Pages, current_work, forms, page, say, see

FORM = "catering/form.html"


class DishForm(forms.Form):
    """A new dish."""

    name = forms.Text(lazy("Nom du plat"), hint=lazy("Comme le client le lit."))


class RenameForm(DishForm):
    """Another name."""

    version = forms.Version()


class ComponentForm(forms.Form):
    """A recipe in a dish."""

    recipe_id = forms.Choice(lazy("Quelle recette ?"), ids=True)
    portions = forms.Quantity(
        lazy("Combien de portions de la recette dans un plat ?"), hint=lazy("Souvent 1.")
    )


def add(pages: Pages) -> None:
    """Add these pages to the blueprint."""

    @pages.get("/plats", needs="catering.read")
    def dishes() -> Response:
        return page("catering/dishes.html", dishes=kitchen.dishes(current_work()))

    @pages.form(
        "/plats/nouveau",
        DishForm,
        needs="catering.write",
        template=FORM,
        fill=lambda: {
            "title": _("Un plat de plus"),
            "about": "",
            "back": url_for("catering.dishes"),
        },
    )
    def add_dish(form: DishForm) -> Response:
        row = kitchen.add_dish(current_work(), form.name.data)
        say(told(N_("« {name} » est noté. Ajoute ses recettes."), name=row.name))
        return see("catering.dish", dish_id=row.id)

    @pages.get("/plats/<uuid:dish_id>", needs="catering.read")
    def dish(dish_id: UUID) -> Response:
        row = kitchen.find_dish(current_work(), dish_id)
        return page("catering/dish.html", dish=row, sheet=dish_sheet(stored.dish(row)))

    @pages.form(
        "/plats/<uuid:dish_id>/nom",
        RenameForm,
        needs="catering.write",
        template=FORM,
        fill=lambda dish_id: _of(dish_id, _("Changer le nom")),
    )
    def rename_dish(form: RenameForm, dish_id: UUID) -> Response:
        kitchen.rename_dish(current_work(), dish_id, int(form.version.data or 0), form.name.data)
        return see("catering.dish", dish_id=dish_id)

    @pages.form(
        "/plats/<uuid:dish_id>/recettes",
        ComponentForm,
        needs="catering.write",
        template=FORM,
        fill=lambda dish_id: {
            **_of(dish_id, _("Ajouter une recette")),
            "choices": {"recipe_id": named(kitchen.recipes(current_work()))},
            "start": {"portions": Decimal(1)},
        },
    )
    def add_component(form: ComponentForm, dish_id: UUID) -> Response:
        part = kitchen.add_component(
            current_work(), dish_id, form.recipe_id.data, Fraction(form.portions.data)
        )
        say(told(N_("« {name} » est dans le plat."), name=part.recipe.name))
        return see("catering.dish", dish_id=dish_id)

    @pages.post("/plats/recettes/<uuid:component_id>/retirer", needs="catering.write")
    def remove_component(component_id: UUID) -> Response:
        row = kitchen.remove_component(current_work(), component_id)
        return see("catering.dish", dish_id=row.id)


def _of(dish_id: UUID, title: str) -> dict[str, Any]:
    row = kitchen.find_dish(current_work(), dish_id, "catering.write")
    back = url_for("catering.dish", dish_id=dish_id)
    return {"title": title, "about": row.name, "back": back, "start": row}
