"""Tables of the kitchen, of its menus, and of the menu chosen for an order.

Amounts are whole thousandths of their unit, money is cents, rates are basis points. Each name is
unique by its slug, so that "Thé vert" and "thé  vert" are one ingredient.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kpa_catering.allergens import Allergen, Presence
from kpa_catering.buying_models import PurchaseRow
from kpa_catering.control_models import ControlProofRow, ControlRow
from kpa_catering.origin_models import OriginRow
from kpa_catering.recipes import (
    MAX_MINUTES,
    MAX_PER_GUEST,
    MAX_PORTIONS,
    MAX_PRICE_CENTS,
    MAX_YIELD_PERCENT,
)
from kpa_catering.scaling import MAX_GUESTS
from kpa_catering.units import MAX_AMOUNT, Unit
from kpa_core.api import Base, Row, Versioned

UNITS = tuple(unit.value for unit in Unit)
ALLERGENS = tuple(allergen.value for allergen in Allergen)
SAID = tuple(presence.value for presence in Presence if presence is not Presence.UNKNOWN)
MENU_STATES = ("open", "archived")
MOST = MAX_AMOUNT * 1000
MOST_PORTIONS = MAX_PER_GUEST * 1000
MINUTES = ("fixed_low", "fixed_high", "guest_low", "guest_high")


def _between(column: str, least: int, most: int) -> CheckConstraint:
    return CheckConstraint(f"{column} BETWEEN {least} AND {most}", name=f"{column}_in_range")


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN {words}", name=f"{column}_known")


def _named() -> CheckConstraint:
    return CheckConstraint("slug <> ''", name="has_a_name")


class Named(Versioned):
    """A record of the kitchen that people edit and call by its name."""

    name: Mapped[str]
    slug: Mapped[str]


class EquivalenceRow(Row, Base):
    """ "1 piece = 120 g" of one ingredient."""

    __tablename__ = "catering_equivalence"
    __table_args__ = (
        _between("left_thousandths", 1, MOST),
        _between("right_thousandths", 1, MOST),
        _one_of("left_unit", UNITS),
        _one_of("right_unit", UNITS),
    )

    ingredient_id: Mapped[UUID] = mapped_column(ForeignKey("catering_ingredient.id"), index=True)
    left_thousandths: Mapped[int]
    left_unit: Mapped[str]
    right_thousandths: Mapped[int]
    right_unit: Mapped[str]


class DeclarationRow(Row, Base):
    """An answer about one allergen of one ingredient; no row is "unknown".

    ``said_by`` is who answers for it, nobody for an answer that came with a cookbook.
    """

    __tablename__ = "catering_declaration"
    __table_args__ = (
        UniqueConstraint("ingredient_id", "allergen"),
        _one_of("allergen", ALLERGENS),
        _one_of("presence", SAID),
        CheckConstraint("source <> ''", name="says_from_what"),
    )

    ingredient_id: Mapped[UUID] = mapped_column(ForeignKey("catering_ingredient.id"))
    allergen: Mapped[str]
    presence: Mapped[str]
    said_by: Mapped[UUID | None] = mapped_column(ForeignKey("party.id"), index=True)
    said_on: Mapped[date]
    source: Mapped[str]


class IngredientRow(Named, Base):
    """Something the kitchen buys: its pack, and the price of a pack on a day.

    ``price_cents`` leaves out the VAT the carrier gets back. No price is unknown; 0 is free.
    """

    __tablename__ = "catering_ingredient"
    __table_args__ = (
        UniqueConstraint("slug"),
        _named(),
        _between("pack_thousandths", 1, MOST),
        _one_of("pack_unit", UNITS),
        _between("price_cents", 0, MAX_PRICE_CENTS),
        CheckConstraint("(price_cents IS NULL) = (priced_on IS NULL)", name="price_has_a_day"),
    )

    pack_label: Mapped[str] = mapped_column(default="")
    pack_thousandths: Mapped[int]
    pack_unit: Mapped[str]
    price_cents: Mapped[int | None]
    priced_on: Mapped[date | None]

    equivalences: Mapped[list[EquivalenceRow]] = relationship(
        order_by=EquivalenceRow.id, cascade="all, delete-orphan", lazy="selectin"
    )
    origin: Mapped[OriginRow | None] = relationship(
        cascade="all, delete-orphan", lazy="selectin", single_parent=True
    )
    declarations: Mapped[list[DeclarationRow]] = relationship(
        order_by=DeclarationRow.id, cascade="all, delete-orphan", lazy="selectin"
    )


class RecipeLineRow(Row, Base):
    """So much of an ingredient in a recipe, ready to use."""

    __tablename__ = "catering_recipe_line"
    __table_args__ = (
        _between("thousandths", 1, MOST),
        _one_of("unit", UNITS),
        _between("yield_percent", 1, MAX_YIELD_PERCENT),
    )

    recipe_id: Mapped[UUID] = mapped_column(ForeignKey("catering_recipe.id"), index=True)
    position: Mapped[int]
    ingredient_id: Mapped[UUID] = mapped_column(ForeignKey("catering_ingredient.id"), index=True)
    thousandths: Mapped[int]
    unit: Mapped[str]
    yield_percent: Mapped[int] = mapped_column(default=100)

    ingredient: Mapped[IngredientRow] = relationship(lazy="selectin")


class RecipeRow(Named, Base):
    """How the kitchen makes ``portions`` portions of something; ``steps`` are short sentences."""

    __tablename__ = "catering_recipe"
    __table_args__ = (UniqueConstraint("slug"), _named(), _between("portions", 1, MAX_PORTIONS))

    portions: Mapped[int]
    steps: Mapped[list[Any]] = mapped_column(JSON, default=list)

    lines: Mapped[list[RecipeLineRow]] = relationship(
        order_by=(RecipeLineRow.position, RecipeLineRow.id),
        cascade="all, delete-orphan",
        lazy="selectin",
    )


class ComponentRow(Row, Base):
    """A recipe in a dish, and how many of its portions one portion of the dish takes."""

    __tablename__ = "catering_component"
    __table_args__ = (_between("portions_thousandths", 1, MOST_PORTIONS),)

    dish_id: Mapped[UUID] = mapped_column(ForeignKey("catering_dish.id"), index=True)
    position: Mapped[int]
    recipe_id: Mapped[UUID] = mapped_column(ForeignKey("catering_recipe.id"), index=True)
    portions_thousandths: Mapped[int] = mapped_column(default=1000)

    recipe: Mapped[RecipeRow] = relationship(lazy="selectin")


class DishRow(Named, Base):
    """What a guest sees."""

    __tablename__ = "catering_dish"
    __table_args__ = (UniqueConstraint("slug"), _named())

    components: Mapped[list[ComponentRow]] = relationship(
        order_by=(ComponentRow.position, ComponentRow.id),
        cascade="all, delete-orphan",
        lazy="selectin",
    )


class ServingRow(Row, Base):
    """A dish in a menu, and how many portions each guest gets."""

    __tablename__ = "catering_serving"
    __table_args__ = (_between("per_guest_thousandths", 1, MOST_PORTIONS),)

    menu_id: Mapped[UUID] = mapped_column(ForeignKey("catering_menu.id"), index=True)
    position: Mapped[int]
    dish_id: Mapped[UUID] = mapped_column(ForeignKey("catering_dish.id"), index=True)
    per_guest_thousandths: Mapped[int] = mapped_column(default=1000)

    dish: Mapped[DishRow] = relationship(lazy="selectin")


class MenuRow(Named, Base):
    """What customers of one activity order. The price is without VAT; the minutes are usual ones.

    Either all four minutes are said or none: fixed and per guest, from the least to the most.
    """

    __tablename__ = "catering_menu"
    __table_args__ = (
        UniqueConstraint("activity_id", "slug"),
        _named(),
        _between("price_per_guest_cents", 0, MAX_PRICE_CENTS),
        _between("vat_rate_bp", 0, 10_000),
        *(_between(column, 0, MAX_MINUTES) for column in MINUTES),
        CheckConstraint("fixed_low <= fixed_high", name="fixed_in_order"),
        CheckConstraint("guest_low <= guest_high", name="guest_in_order"),
        CheckConstraint(
            " AND ".join(f"(fixed_low IS NULL) = ({one} IS NULL)" for one in MINUTES[1:]),
            name="minutes_all_or_none",
        ),
        _one_of("state", MENU_STATES),
    )

    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"))
    price_per_guest_cents: Mapped[int | None]
    vat_rate_bp: Mapped[int]
    fixed_low: Mapped[int | None]
    fixed_high: Mapped[int | None]
    guest_low: Mapped[int | None]
    guest_high: Mapped[int | None]
    state: Mapped[str] = mapped_column(default="open")

    servings: Mapped[list[ServingRow]] = relationship(
        order_by=(ServingRow.position, ServingRow.id),
        cascade="all, delete-orphan",
        lazy="selectin",
    )


class TakenMenuRow(Row, Base):
    """A menu that came from another group: who wrote it, and under which licence, stay.

    ``body`` is what came, ``kept`` the names that were here already and stayed as they were.
    ``menu_id`` is empty while nobody has said for which activity. It is a draft until the group
    takes it out, on the day ``opened_on``. ``newest`` is the revision the other group has now,
    ``withdrawn`` that it took its menu back.
    """

    __tablename__ = "catering_taken_menu"
    __table_args__ = (UniqueConstraint("menu_id"),)

    record: Mapped[str] = mapped_column(index=True)
    revision: Mapped[int]
    title: Mapped[str]
    origin_name: Mapped[str]
    licence: Mapped[str]
    credit: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    kept: Mapped[list[Any]] = mapped_column(JSON, default=list)
    menu_id: Mapped[UUID | None] = mapped_column(ForeignKey("catering_menu.id"))
    opened_on: Mapped[date | None]
    newest: Mapped[int]
    withdrawn: Mapped[bool] = mapped_column(default=False)


class OrderMenuRow(Versioned, Base):
    """The menu chosen for an order, with what was promised that day.

    ``promised`` is a :class:`kpa_catering.plan.Plan` as JSON: a recipe changed next week does not
    change it, only choosing again does.
    """

    __tablename__ = "catering_order_menu"
    __table_args__ = (
        UniqueConstraint("order_id"),
        _between("guests", 1, MAX_GUESTS),
        _between("price_per_guest_cents", 0, MAX_PRICE_CENTS),
        _between("vat_rate_bp", 0, 10_000),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("customer_order.id"))
    menu_id: Mapped[UUID] = mapped_column(ForeignKey("catering_menu.id"), index=True)
    guests: Mapped[int]
    price_per_guest_cents: Mapped[int]
    vat_rate_bp: Mapped[int]
    reason: Mapped[str] = mapped_column(default="")
    chosen_on: Mapped[date]
    promised: Mapped[dict[str, Any]] = mapped_column(JSON)


TABLES = (
    EquivalenceRow,
    DeclarationRow,
    IngredientRow,
    RecipeLineRow,
    RecipeRow,
    ComponentRow,
    DishRow,
    ServingRow,
    MenuRow,
    TakenMenuRow,
    OrderMenuRow,
    OriginRow,
    PurchaseRow,
    ControlRow,
    ControlProofRow,
)
