"""Ingredients: how they are sold, what they cost, what their label says."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa

from kpa_catering import stored
from kpa_catering.allergens import Allergen, Presence
from kpa_catering.diets import Origin
from kpa_catering.models import (
    DeclarationRow,
    EquivalenceRow,
    IngredientRow,
    RecipeLineRow,
    RecipeRow,
)
from kpa_catering.names import alphabetical
from kpa_catering.naming import check_version, give_name
from kpa_catering.origin_models import OriginRow
from kpa_catering.recipes import Pack
from kpa_catering.settings import Settings
from kpa_catering.units import Equivalence, Quantity, check_equivalences
from kpa_core.api import N_, NotFound, Refused, Scope, Work

KITCHEN = Scope()
"""Ingredients, recipes and dishes belong to the whole KPA, not to one activity."""

MAX_SOURCE = 120


def ingredients(work: Work) -> list[IngredientRow]:
    """Return every ingredient, by name."""
    work.require("catering.read", KITCHEN)
    found = work.session.scalars(sa.select(IngredientRow))
    return sorted(found, key=lambda row: (alphabetical(row.name), row.id))


def find_ingredient(
    work: Work, ingredient_id: UUID, capability: str = "catering.read"
) -> IngredientRow:
    """Return one ingredient.

    Raises:
        NotFound: there is none, or the kitchen is not for this actor.
    """
    row = work.session.get(IngredientRow, ingredient_id)
    if row is None or not work.can(capability, KITCHEN):
        raise NotFound()
    return row


def add_ingredient(work: Work, name: str, pack: Pack) -> IngredientRow:
    """Write down an ingredient and how it is sold; a price given is today's.

    Raises:
        Refused: no name.
        Conflict: the name is taken.
    """
    with work.transaction() as session:
        work.require("catering.write", KITCHEN)
        row = IngredientRow(created_by=work.actor.party_id)
        give_name(session, row, name)
        _sell(work, row, pack)
        session.add(row)
        session.flush()
        work.record("catering.write", row, after={"name": row.name, **_pack_facts(row)})
    return row


def rename_ingredient(work: Work, ingredient_id: UUID, version: int, name: str) -> IngredientRow:
    """Call an ingredient otherwise.

    Raises:
        Conflict: the name is taken, or someone else changed the ingredient in between.
    """
    with work.transaction() as session:
        row = find_ingredient(work, ingredient_id, "catering.write")
        check_version(row, version)
        before = row.name
        give_name(session, row, name)
        work.record("catering.write", row, before={"name": before}, after={"name": row.name})
    return row


def price_ingredient(work: Work, ingredient_id: UUID, version: int, pack: Pack) -> IngredientRow:
    """Say how an ingredient is sold and what a pack costs today; no price means unknown.

    Raises:
        Conflict: someone else changed it in between.
        Refused: a recipe measures it in a unit that no longer meets the pack's.
    """
    with work.transaction() as session:
        row = find_ingredient(work, ingredient_id, "catering.write")
        check_version(row, version)
        before = _pack_facts(row)
        _sell(work, row, pack)
        session.flush()
        _check_recipes(work, row)
        work.record("catering.write", row, before=before, after=_pack_facts(row))
    return row


def add_equivalence(
    work: Work, ingredient_id: UUID, left: Quantity, right: Quantity
) -> IngredientRow:
    """Say that two quantities of an ingredient are the same, such as 1 piece and 120 g.

    Raises:
        Refused: same sort of unit on both sides, or it could contradict another.
    """
    with work.transaction() as session:
        row = find_ingredient(work, ingredient_id, "catering.write")
        known = [stored.equivalence(one) for one in row.equivalences]
        check_equivalences([*known, Equivalence(left, right)], of=row.name)
        row.equivalences.append(stored.equivalence_row(left, right, work.actor.party_id))
        session.flush()
        work.record("catering.write", row, after={"equivalences": len(row.equivalences)})
    return row


def remove_equivalence(work: Work, equivalence_id: UUID) -> IngredientRow:
    """Take an equivalence away.

    Raises:
        Refused: a recipe counts on it.
    """
    with work.transaction() as session:
        gone = session.get(EquivalenceRow, equivalence_id)
        if gone is None:
            raise NotFound()
        row = find_ingredient(work, gone.ingredient_id, "catering.write")
        row.equivalences.remove(gone)
        session.flush()
        _check_recipes(work, row)
        work.record("catering.write", row, after={"equivalences": len(row.equivalences)})
    return row


def declare(
    work: Work, ingredient_id: UUID, allergen: Allergen, presence: Presence, source: str
) -> IngredientRow:
    """Answer for one allergen of an ingredient; "unknown" takes the answer back.

    Raises:
        Refused: the source is missing: nothing is known without somebody who read or asked.
    """
    with work.transaction() as session:
        row = find_ingredient(work, ingredient_id, "catering.write")
        earlier = next((one for one in row.declarations if one.allergen == allergen.value), None)
        before = {allergen.value: earlier.presence if earlier else Presence.UNKNOWN.value}
        if earlier is not None:
            row.declarations.remove(earlier)
            session.flush()
        if presence is not Presence.UNKNOWN:
            row.declarations.append(_declaration(work, allergen, presence, source))
        session.flush()
        work.record("catering.write", row, before=before, after={allergen.value: presence.value})
    return row


def say_origin(work: Work, ingredient_id: UUID, origin: Origin | None) -> IngredientRow:
    """Say where an ingredient comes from; None takes the answer back."""
    with work.transaction() as session:
        row = find_ingredient(work, ingredient_id, "catering.write")
        before = row.origin.origin if row.origin else None
        row.origin = None
        session.flush()
        if origin is not None:
            row.origin = OriginRow(
                origin=origin.value,
                said_by=work.actor.party_id,
                said_on=work.today,
                created_by=work.actor.party_id,
            )
        session.flush()
        after = origin.value if origin else None
        work.record("catering.write", row, before={"origin": before}, after={"origin": after})
    return row


def next_question(row: IngredientRow, after: Allergen | None = None) -> Allergen | None:
    """Return the first allergen nobody answered for, or the first one past ``after``."""
    answered = {one.allergen for one in row.declarations}
    order = list(Allergen)
    left = order[order.index(after) + 1 :] if after else order
    return next((one for one in left if one.value not in answered), None)


def is_old(row: IngredientRow, today: date, settings: Settings) -> bool:
    """Tell whether the price of an ingredient was seen too long ago; it still counts."""
    limit = timedelta(days=settings.price_old_after_days)
    return row.priced_on is not None and row.priced_on < today - limit


def _declaration(work: Work, allergen: Allergen, presence: Presence, source: str) -> DeclarationRow:
    told = " ".join(source.split())
    if not 0 < len(told) <= MAX_SOURCE:
        raise Refused(N_("Écris comment on le sait : étiquette, vendeur…"), field="source")
    return DeclarationRow(
        allergen=allergen.value,
        presence=presence.value,
        source=told,
        said_by=work.actor.party_id,
        said_on=work.today,
        created_by=work.actor.party_id,
    )


def _sell(work: Work, row: IngredientRow, pack: Pack) -> None:
    row.pack_label = pack.label.strip()
    row.pack_thousandths = stored.thousandths(pack.size.amount)
    row.pack_unit = pack.size.unit.value
    row.price_cents = pack.price_cents
    row.priced_on = None if pack.price_cents is None else work.today


def _pack_facts(row: IngredientRow) -> dict[str, object]:
    return {
        "pack": f"{row.pack_label} {row.pack_thousandths} {row.pack_unit}".strip(),
        "price_cents": row.price_cents,
    }


def _check_recipes(work: Work, row: IngredientRow) -> None:
    """See that every recipe that uses the ingredient can still be counted."""
    lines = sa.select(RecipeLineRow, RecipeRow.name).join(RecipeRow)
    for line, recipe in work.session.execute(lines.where(RecipeLineRow.ingredient_id == row.id)):
        try:
            stored.recipe_line(line)
        except Refused as error:
            raise Refused(
                N_("La recette « {recipe} » ne pourrait plus être comptée. {why}"),
                field="pack_unit",
                recipe=recipe,
                why=error,
            ) from error
