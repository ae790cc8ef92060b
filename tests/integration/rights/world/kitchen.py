"""What the plugins add: a menu per activity, one kitchen for all, a letter, a policy."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING
from uuid import UUID

from kpa_cape import letters, policies
from kpa_cape.models import LetterRow
from kpa_catering import controls, kitchen, menus, pantry
from kpa_catering.controls import Control
from kpa_catering.menu_fields import EXAMPLE
from kpa_catering.models import TakenMenuRow
from kpa_catering.recipes import Pack
from kpa_catering.units import Quantity, Unit
from kpa_core.contracts import Message
from kpa_core.work import Work
from world.photos import PHOTO
from world.places import Place

if TYPE_CHECKING:
    from world.build import World


def fill(world: World, place: Place) -> None:
    """Add a menu of the activity, what it is made of, a letter and a policy."""
    letter = place.letter
    with world.work("referent_a" if letter == "A" else "referent_b") as work:
        carrots = pantry.add_ingredient(
            work, f"CanariCarotte{letter}", Pack(Quantity(Fraction(1), Unit.KG), "sac", 250)
        )
        pantry.add_equivalence(
            work, carrots.id, Quantity(Fraction(1), Unit.PIECE), Quantity(Fraction(100), Unit.G)
        )
        recipe = kitchen.add_recipe(work, f"CanariRecette{letter}", 10)
        line = kitchen.add_line(work, recipe.id, carrots.id, Quantity(Fraction(1), Unit.KG))
        dish = kitchen.add_dish(work, f"CanariPlat{letter}")
        part = kitchen.add_component(work, dish.id, recipe.id, Fraction(1))
        menu = menus.add_menu(work, place.activity, f"CanariMenu{letter}", vat_rate_bp=1000)
        serving = menus.add_serving(work, menu.id, dish.id)
        cold = Control("fridge", f"CanariFrigo{letter}", 30, photo=PHOTO)
        place.ids.update(
            control_id=controls.add_control(work, place.activity, cold).id,
            ingredient_id=carrots.id,
            equivalence_id=pantry.find_ingredient(work, carrots.id).equivalences[0].id,
            recipe_id=recipe.id,
            recipe_line_id=line.id,
            dish_id=dish.id,
            component_id=part.id,
            menu_id=menu.id,
            serving_id=serving.id,
            taken_id=_taken(work),
        )
    _papers(world, place)


def _taken(work: Work) -> UUID:
    """Add a menu of another KPA that waits for an activity."""
    with work.transaction() as session:
        row = TakenMenuRow(
            record=f"{'a' * 32}/1/{'0' * 16}",
            revision=1,
            newest=1,
            title="Un menu repris",
            origin_name="Un autre KPA",
            licence="CC0-1.0",
            credit="Un menu repris, par un autre KPA.",
            body=dict(EXAMPLE),
        )
        session.add(row)
        session.flush()
    return row.id


def _papers(world: World, place: Place) -> None:
    letter = place.letter
    with world.work() as work:
        said = Message(
            place.ids["person_id"],
            "cape.end",
            f"CanariLettre{letter}",
            f"CanariLettreTexte{letter}",
            None,
            None,
            "fr",
        )
        letters.write(work, said, f"letter-{letter}")
        row = work.session.query(LetterRow).filter_by(key=f"letter-{letter}").one()
        place.ids["letter_id"] = row.id
    with world.work(f"host_{letter.lower()}") as work:
        policies.set_policy(
            work,
            place.carrier,
            {"guardian_consent": "always"},
            starts_on=work.today,
            source=f"CanariRegle{letter}",
        )
