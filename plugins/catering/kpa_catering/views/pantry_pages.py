"""Pages about ingredients, and the door by which cookbooks come in."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask_wtf.file import FileField

from kpa_catering import cookbook, pantry
from kpa_catering.allergens import Allergen, Presence
from kpa_catering.books import Imported, import_cookbook
from kpa_catering.diets import Origin
from kpa_catering.recipes import Pack
from kpa_catering.settings import Settings
from kpa_catering.texts import gettext as _
from kpa_catering.texts import lazy, told
from kpa_catering.toml_table import MAX_BYTES
from kpa_catering.units import Quantity, Unit
from kpa_catering.views.choices import ANSWERS, UNITS, activities
from kpa_core.api import N_, NotFound, Pages, Refused, current_work, forms, page, say, see

FORM = "catering/form.html"


class PackForm(forms.Form):
    """How an ingredient is sold, and the price of a pack."""

    pack_size = forms.Quantity(lazy("Combien dans un paquet ?"), hint=lazy("Exemple : 8 ou 1,5."))
    pack_unit = forms.Choice(lazy("En quelle unité ?"), choices=UNITS)
    pack_label = forms.Text(
        lazy("Quel paquet ?"),
        required=False,
        longest=40,
        hint=lazy("Sac, filet, botte… Vide si c'est au poids ou à la pièce."),
    )
    price = forms.Cents(
        lazy("Prix d'un paquet, sans la TVA"),
        required=False,
        hint=lazy("Vide si on ne sait pas. 0 si c'est gratuit."),
    )

    def pack(self) -> Pack:
        """Return the pack as typed."""
        size = Quantity(Fraction(self.pack_size.data), Unit(self.pack_unit.data))
        return Pack(size, self.pack_label.data, self.price.data)


class IngredientForm(PackForm):
    """A new ingredient."""

    name = forms.Text(lazy("Nom"), hint=lazy("Comme sur l'étiquette."))


class PriceForm(PackForm):
    """The pack and its price, seen today."""

    version = forms.Version()


class NameForm(forms.Form):
    """Another name."""

    version = forms.Version()
    name = forms.Text(lazy("Nom"))


class EquivalenceForm(forms.Form):
    """Two quantities that are the same."""

    left = forms.Quantity(lazy("Cette quantité"), hint=lazy("Exemple : 1."))
    left_unit = forms.Choice(lazy("Unité"), choices=UNITS)
    right = forms.Quantity(lazy("C'est pareil que"), hint=lazy("Exemple : 120."))
    right_unit = forms.Choice(lazy("Unité"), choices=UNITS)

    def sides(self) -> tuple[Quantity, Quantity]:
        """Return both quantities."""
        left = Quantity(Fraction(self.left.data), Unit(self.left_unit.data))
        return left, Quantity(Fraction(self.right.data), Unit(self.right_unit.data))


class AnswerForm(forms.Form):
    """One allergen of one ingredient."""

    presence = forms.OneOf(lazy("Ta réponse"), choices=ANSWERS)
    source = forms.Text(lazy("Comment tu le sais ?"), longest=pantry.MAX_SOURCE)


class OriginForm(forms.Form):
    """Where an ingredient comes from."""

    origin = forms.OneOf(
        lazy("D'où vient cet ingrédient ?"),
        choices=[
            *((one.value, lazy(one.label)) for one in Origin),
            ("unknown", lazy("On ne sait pas")),
        ],
        hint=lazy("Lis toute l'étiquette. Un seul morceau de porc, et c'est du porc."),
    )


class ImportForm(forms.Form):
    """A cookbook to take in."""

    source = forms.OneOf(
        lazy("Quel carnet ?"),
        choices=[
            ("example", lazy("Le buffet oriental, livré avec le logiciel")),
            ("file", lazy("Un fichier reçu d'un autre groupe")),
        ],
    )
    file = FileField(lazy("Le fichier"), description=lazy("Un fichier qui finit par .toml."))
    activity_id = forms.Choice(lazy("Pour quelle activité ?"), ids=True)

    def book(self) -> cookbook.Cookbook:
        """Return the cookbook that was chosen or sent."""
        if self.source.data == "example":
            return cookbook.example()
        data = self.file.data.read(MAX_BYTES + 1) if self.file.data else b""
        if not data:
            raise Refused(N_("Choisis le fichier du carnet."), field="file")
        return cookbook.decode_cookbook(data)


def add(pages: Pages, settings: Settings) -> None:
    """Add these pages to the blueprint."""
    _ingredients(pages, settings)
    _facts(pages)
    _taking_in(pages, settings)


def _ingredients(pages: Pages, settings: Settings) -> None:
    @pages.get("/ingredients", needs="catering.read")
    def ingredients() -> Response:
        return page("catering/ingredients.html", ingredients=pantry.ingredients(current_work()))

    @pages.form(
        "/ingredients/nouveau",
        IngredientForm,
        needs="catering.write",
        template=FORM,
        fill=lambda: _back(_("Un ingrédient de plus"), url_for("catering.ingredients")),
    )
    def add_ingredient(form: IngredientForm) -> Response:
        row = pantry.add_ingredient(current_work(), form.name.data, form.pack())
        say(told(N_("« {name} » est noté."), name=row.name))
        return see("catering.ingredient", ingredient_id=row.id)

    @pages.get("/ingredients/<uuid:ingredient_id>", needs="catering.read")
    def ingredient(ingredient_id: UUID) -> Response:
        row = pantry.find_ingredient(current_work(), ingredient_id)
        return page(
            "catering/ingredient.html",
            ingredient=row,
            answers={one.allergen: one for one in row.declarations},
            allergens=[one.value for one in Allergen],
            question=pantry.next_question(row),
            origin=_(Origin(row.origin.origin).label) if row.origin else "",
            old=pantry.is_old(row, current_work().today, settings),
        )

    @pages.form(
        "/ingredients/<uuid:ingredient_id>/nom",
        NameForm,
        needs="catering.write",
        template=FORM,
        fill=lambda ingredient_id: _of(ingredient_id, N_("Changer le nom")),
    )
    def rename_ingredient(form: NameForm, ingredient_id: UUID) -> Response:
        pantry.rename_ingredient(
            current_work(), ingredient_id, int(form.version.data or 0), form.name.data
        )
        return see("catering.ingredient", ingredient_id=ingredient_id)

    @pages.form(
        "/ingredients/<uuid:ingredient_id>/prix",
        PriceForm,
        needs="catering.write",
        template=FORM,
        fill=lambda ingredient_id: _of(ingredient_id, N_("Le paquet et son prix"), _pack_now),
    )
    def price_ingredient(form: PriceForm, ingredient_id: UUID) -> Response:
        pantry.price_ingredient(
            current_work(), ingredient_id, int(form.version.data or 0), form.pack()
        )
        say(_("C'est noté, au prix d'aujourd'hui."))
        return see("catering.ingredient", ingredient_id=ingredient_id)


def _facts(pages: Pages) -> None:
    @pages.form(
        "/ingredients/<uuid:ingredient_id>/egalite",
        EquivalenceForm,
        needs="catering.write",
        template=FORM,
        fill=lambda ingredient_id: _of(ingredient_id, N_("Une égalité, comme 1 pièce = 120 g")),
    )
    def add_equivalence(form: EquivalenceForm, ingredient_id: UUID) -> Response:
        pantry.add_equivalence(current_work(), ingredient_id, *form.sides())
        return see("catering.ingredient", ingredient_id=ingredient_id)

    @pages.form(
        "/ingredients/<uuid:ingredient_id>/origine",
        OriginForm,
        needs="catering.write",
        template=FORM,
        fill=lambda ingredient_id: _of(ingredient_id, N_("D'où ça vient"), _origin_now),
    )
    def say_origin(form: OriginForm, ingredient_id: UUID) -> Response:
        said = None if form.origin.data == "unknown" else Origin(form.origin.data)
        pantry.say_origin(current_work(), ingredient_id, said)
        return see("catering.ingredient", ingredient_id=ingredient_id)

    @pages.post("/egalites/<uuid:equivalence_id>/retirer", needs="catering.write")
    def remove_equivalence(equivalence_id: UUID) -> Response:
        row = pantry.remove_equivalence(current_work(), equivalence_id)
        return see("catering.ingredient", ingredient_id=row.id)

    @pages.form(
        "/ingredients/<uuid:ingredient_id>/allergenes/<allergen>",
        AnswerForm,
        needs="catering.write",
        template="catering/question.html",
        fill=lambda ingredient_id, allergen: _question(ingredient_id, allergen),
    )
    def answer(form: AnswerForm, ingredient_id: UUID, allergen: str) -> Response:
        asked = _allergen(allergen)
        row = pantry.declare(
            current_work(), ingredient_id, asked, Presence(form.presence.data), form.source.data
        )
        following = pantry.next_question(row, after=asked)
        if following is None:
            return see("catering.ingredient", ingredient_id=ingredient_id)
        return see("catering.answer", ingredient_id=ingredient_id, allergen=following.value)


def _taking_in(pages: Pages, settings: Settings) -> None:
    @pages.form(
        "/importer",
        ImportForm,
        needs="catering.write",
        template=FORM,
        fill=lambda: {
            **_back(_("Prendre un carnet de recettes"), url_for("catering.menus")),
            "choices": {"activity_id": activities(current_work())},
            "start": {"source": "example"},
            "submit": _("Prendre ce carnet"),
        },
    )
    def take_in(form: ImportForm) -> Response:
        done = import_cookbook(
            current_work(), form.book(), form.activity_id.data, vat_rate_bp=settings.vat_rate_bp
        )
        _tell(done)
        if len(done.menus) == 1:
            return see("catering.menu", menu_id=done.menus[0].id)
        return see("catering.menus")


def _back(title: str, url: str) -> dict[str, Any]:
    return {"title": title, "back": url, "about": ""}


def _of(ingredient_id: UUID, title: str, start: Any = lambda row: row) -> dict[str, Any]:
    row = pantry.find_ingredient(current_work(), ingredient_id, "catering.write")
    back = url_for("catering.ingredient", ingredient_id=ingredient_id)
    return {**_back(_(title), back), "about": row.name, "start": start(row)}


def _origin_now(row: Any) -> dict[str, Any]:
    return {"origin": row.origin.origin if row.origin else "unknown"}


def _pack_now(row: Any) -> dict[str, Any]:
    return {
        "version": row.version,
        "pack_size": Decimal(row.pack_thousandths).scaleb(-3),
        "pack_unit": row.pack_unit,
        "pack_label": row.pack_label,
        "price": row.price_cents,
    }


def _allergen(key: str) -> Allergen:
    try:
        return Allergen(key)
    except ValueError:
        raise NotFound() from None


def _question(ingredient_id: UUID, key: str) -> dict[str, Any]:
    row = pantry.find_ingredient(current_work(), ingredient_id, "catering.write")
    known = next((one for one in row.declarations if one.allergen == _allergen(key).value), None)
    start = {"source": known.source if known else _("étiquette")}
    if known:
        start["presence"] = known.presence
    place = [one.value for one in Allergen].index(key) + 1
    return {"ingredient": row, "allergen": key, "place": place, "start": start}


def _tell(done: Imported) -> None:
    say(told(N_("Fiches arrivées dans la cuisine : {new}."), new=done.new))
    if done.kept:
        say(
            told(
                N_("Déjà là : {count}. Elles restent comme chez nous : {names}."),
                count=len(done.kept),
                names=", ".join(done.kept[:5]) + ("…" if len(done.kept) > 5 else ""),
            )
        )
