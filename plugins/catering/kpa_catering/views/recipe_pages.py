"""Pages about recipes: their lines, their steps."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from uuid import UUID

from flask import Response, url_for

from kpa_catering import kitchen, pantry
from kpa_catering.texts import gettext as _
from kpa_catering.texts import lazy, told
from kpa_catering.units import Quantity, Unit
from kpa_catering.views.choices import UNITS, named
from kpa_core.api import N_, Pages, current_work, forms, page, say, see

FORM = "catering/form.html"


class RecipeForm(forms.Form):
    """A new recipe."""

    name = forms.Text(lazy("Nom de la recette"))
    portions = forms.Count(lazy("Combien de portions ?"), hint=lazy("Exemple : 20."))


class ChangeForm(RecipeForm):
    """Everything of a recipe but its lines."""

    version = forms.Version()
    steps = forms.LongText(
        lazy("Comment on fait"),
        required=False,
        longest=20_000,
        hint=lazy("Une étape par ligne. Des phrases courtes."),
    )


class LineForm(forms.Form):
    """An ingredient in a recipe."""

    ingredient_id = forms.Choice(lazy("Quel ingrédient ?"), ids=True)
    quantity = forms.Quantity(lazy("Combien, prêt à cuisiner ?"), hint=lazy("Exemple : 2 ou 1,5."))
    unit = forms.Choice(lazy("En quelle unité ?"), choices=UNITS)
    yield_percent = forms.Count(
        lazy("De 100 achetés, il en reste combien ?"),
        hint=lazy("100 si on garde tout. 80 pour des carottes qu'on épluche."),
    )


def add(pages: Pages) -> None:
    """Add these pages to the blueprint."""

    @pages.get("/recettes", needs="catering.read")
    def recipes() -> Response:
        return page("catering/recipes.html", recipes=kitchen.recipes(current_work()))

    @pages.form(
        "/recettes/nouvelle",
        RecipeForm,
        needs="catering.write",
        template=FORM,
        fill=lambda: {
            "title": _("Une recette de plus"),
            "about": "",
            "back": url_for("catering.recipes"),
        },
    )
    def add_recipe(form: RecipeForm) -> Response:
        row = kitchen.add_recipe(current_work(), form.name.data, form.portions.data)
        say(told(N_("« {name} » est notée. Ajoute les ingrédients."), name=row.name))
        return see("catering.recipe", recipe_id=row.id)

    @pages.get("/recettes/<uuid:recipe_id>", needs="catering.read")
    def recipe(recipe_id: UUID) -> Response:
        return page("catering/recipe.html", recipe=kitchen.find_recipe(current_work(), recipe_id))

    @pages.form(
        "/recettes/<uuid:recipe_id>/changer",
        ChangeForm,
        needs="catering.write",
        template=FORM,
        fill=lambda recipe_id: _change(recipe_id),
    )
    def change_recipe(form: ChangeForm, recipe_id: UUID) -> Response:
        kitchen.change_recipe(
            current_work(),
            recipe_id,
            int(form.version.data or 0),
            form.name.data,
            form.portions.data,
            (form.steps.data or "").split("\n"),
        )
        say(_("C'est noté."))
        return see("catering.recipe", recipe_id=recipe_id)

    @pages.form(
        "/recettes/<uuid:recipe_id>/ingredients",
        LineForm,
        needs="catering.write",
        template=FORM,
        fill=lambda recipe_id: {
            **_of(recipe_id, _("Ajouter un ingrédient")),
            "choices": {"ingredient_id": named(pantry.ingredients(current_work()))},
            "start": {"yield_percent": 100},
        },
    )
    def add_recipe_line(form: LineForm, recipe_id: UUID) -> Response:
        quantity = Quantity(Fraction(form.quantity.data), Unit(form.unit.data))
        line = kitchen.add_line(
            current_work(), recipe_id, form.ingredient_id.data, quantity, form.yield_percent.data
        )
        say(told(N_("« {name} » est dans la recette."), name=line.ingredient.name))
        return see("catering.recipe", recipe_id=recipe_id)

    @pages.post("/recettes/lignes/<uuid:recipe_line_id>/retirer", needs="catering.write")
    def remove_recipe_line(recipe_line_id: UUID) -> Response:
        row = kitchen.remove_line(current_work(), recipe_line_id)
        return see("catering.recipe", recipe_id=row.id)


def _of(recipe_id: UUID, title: str) -> dict[str, Any]:
    row = kitchen.find_recipe(current_work(), recipe_id, "catering.write")
    back = url_for("catering.recipe", recipe_id=recipe_id)
    return {"title": title, "about": row.name, "back": back}


def _change(recipe_id: UUID) -> dict[str, Any]:
    row = kitchen.find_recipe(current_work(), recipe_id, "catering.write")
    start = {
        "version": row.version,
        "name": row.name,
        "portions": row.portions,
        "steps": "\n".join(row.steps),
    }
    return {**_of(recipe_id, _("Changer la recette")), "start": start}
