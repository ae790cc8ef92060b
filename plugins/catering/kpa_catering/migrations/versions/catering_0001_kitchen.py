"""Make the tables: ingredients, recipes, dishes, menus, and the menu of an order.

Bounds are written out: they are those of this day, whatever the code says later.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "catering_0001"
down_revision = None
branch_labels = None
depends_on = None

UNITS = "('g', 'kg', 'ml', 'cl', 'l', 'piece')"
ALLERGENS = (
    "('gluten', 'crustaceans', 'eggs', 'fish', 'peanuts', 'soy', 'milk', 'nuts', 'celery',"
    " 'mustard', 'sesame', 'sulphites', 'lupin', 'molluscs')"
)


def upgrade() -> None:
    _make_pantry()
    _make_kitchen()
    _make_menus()
    _make_order_menu()


def _make_pantry() -> None:
    name = "catering_ingredient"
    op.create_table(
        name,
        *_named(name),
        sa.Column("pack_label", sa.String(), nullable=False),
        sa.Column("pack_thousandths", sa.BigInteger(), nullable=False),
        sa.Column("pack_unit", sa.String(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=True),
        sa.Column("priced_on", sa.Date(), nullable=True),
        sa.UniqueConstraint("slug", name=f"uq_{name}_slug"),
        _between(name, "pack_thousandths", 1, 1_000_000_000),
        _known(name, "pack_unit", UNITS),
        _between(name, "price_cents", 0, 1_000_000),
        _check(name, "price_has_a_day", "(price_cents IS NULL) = (priced_on IS NULL)"),
    )
    name = "catering_equivalence"
    op.create_table(
        name,
        *_row(name),
        *_points(name, "ingredient_id", "catering_ingredient"),
        sa.Column("left_thousandths", sa.BigInteger(), nullable=False),
        sa.Column("left_unit", sa.String(), nullable=False),
        sa.Column("right_thousandths", sa.BigInteger(), nullable=False),
        sa.Column("right_unit", sa.String(), nullable=False),
        _between(name, "left_thousandths", 1, 1_000_000_000),
        _between(name, "right_thousandths", 1, 1_000_000_000),
        _known(name, "left_unit", UNITS),
        _known(name, "right_unit", UNITS),
    )
    _index(name, "ingredient_id")
    name = "catering_declaration"
    op.create_table(
        name,
        *_row(name),
        *_points(name, "ingredient_id", "catering_ingredient"),
        sa.Column("allergen", sa.String(), nullable=False),
        sa.Column("presence", sa.String(), nullable=False),
        *_points(name, "said_by", "party", nullable=True),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.UniqueConstraint("ingredient_id", "allergen", name=f"uq_{name}_ingredient_id_allergen"),
        _known(name, "allergen", ALLERGENS),
        _known(name, "presence", "('absent', 'traces', 'contains')"),
        _check(name, "says_from_what", "source <> ''"),
    )
    _index(name, "said_by")


def _make_kitchen() -> None:
    name = "catering_recipe"
    op.create_table(
        name,
        *_named(name),
        sa.Column("portions", sa.BigInteger(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.UniqueConstraint("slug", name=f"uq_{name}_slug"),
        _between(name, "portions", 1, 10_000),
    )
    name = "catering_recipe_line"
    op.create_table(
        name,
        *_row(name),
        *_points(name, "recipe_id", "catering_recipe"),
        sa.Column("position", sa.BigInteger(), nullable=False),
        *_points(name, "ingredient_id", "catering_ingredient"),
        sa.Column("thousandths", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("yield_percent", sa.BigInteger(), nullable=False),
        _between(name, "thousandths", 1, 1_000_000_000),
        _known(name, "unit", UNITS),
        _between(name, "yield_percent", 1, 500),
    )
    _index(name, "recipe_id")
    _index(name, "ingredient_id")
    name = "catering_dish"
    op.create_table(name, *_named(name), sa.UniqueConstraint("slug", name=f"uq_{name}_slug"))
    name = "catering_component"
    op.create_table(
        name,
        *_row(name),
        *_points(name, "dish_id", "catering_dish"),
        sa.Column("position", sa.BigInteger(), nullable=False),
        *_points(name, "recipe_id", "catering_recipe"),
        sa.Column("portions_thousandths", sa.BigInteger(), nullable=False),
        _between(name, "portions_thousandths", 1, 100_000),
    )
    _index(name, "dish_id")
    _index(name, "recipe_id")


def _make_menus() -> None:
    name = "catering_menu"
    minutes = ("fixed_low", "fixed_high", "guest_low", "guest_high")
    all_or_none = " AND ".join(f"(fixed_low IS NULL) = ({one} IS NULL)" for one in minutes[1:])
    op.create_table(
        name,
        *_named(name),
        *_points(name, "activity_id", "activity"),
        sa.Column("price_per_guest_cents", sa.BigInteger(), nullable=True),
        sa.Column("vat_rate_bp", sa.BigInteger(), nullable=False),
        *(sa.Column(one, sa.BigInteger(), nullable=True) for one in minutes),
        sa.Column("state", sa.String(), nullable=False),
        sa.UniqueConstraint("activity_id", "slug", name=f"uq_{name}_activity_id_slug"),
        _between(name, "price_per_guest_cents", 0, 1_000_000),
        _between(name, "vat_rate_bp", 0, 10_000),
        *(_between(name, one, 0, 10_000) for one in minutes),
        _check(name, "fixed_in_order", "fixed_low <= fixed_high"),
        _check(name, "guest_in_order", "guest_low <= guest_high"),
        _check(name, "minutes_all_or_none", all_or_none),
        _known(name, "state", "('open', 'archived')"),
    )
    name = "catering_serving"
    op.create_table(
        name,
        *_row(name),
        *_points(name, "menu_id", "catering_menu"),
        sa.Column("position", sa.BigInteger(), nullable=False),
        *_points(name, "dish_id", "catering_dish"),
        sa.Column("per_guest_thousandths", sa.BigInteger(), nullable=False),
        _between(name, "per_guest_thousandths", 1, 100_000),
    )
    _index(name, "menu_id")
    _index(name, "dish_id")


def _make_order_menu() -> None:
    name = "catering_order_menu"
    op.create_table(
        name,
        *_versioned(name),
        *_points(name, "order_id", "customer_order"),
        *_points(name, "menu_id", "catering_menu"),
        sa.Column("guests", sa.BigInteger(), nullable=False),
        sa.Column("price_per_guest_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_rate_bp", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("chosen_on", sa.Date(), nullable=False),
        sa.Column("promised", sa.JSON(), nullable=False),
        sa.UniqueConstraint("order_id", name=f"uq_{name}_order_id"),
        _between(name, "guests", 1, 10_000),
        _between(name, "price_per_guest_cents", 0, 1_000_000),
        _between(name, "vat_rate_bp", 0, 10_000),
    )
    _index(name, "menu_id")


def _row(table: str) -> list[Any]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    ]


def _versioned(table: str) -> list[Any]:
    return [*_row(table), sa.Column("version", sa.BigInteger(), nullable=False)]


def _named(table: str) -> list[Any]:
    return [
        *_versioned(table),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        _check(table, "has_a_name", "slug <> ''"),
    ]


def _points(table: str, column: str, to: str, *, nullable: bool = False) -> list[Any]:
    return [
        sa.Column(column, sa.Uuid(), nullable=nullable),
        sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}"),
    ]


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _between(table: str, column: str, least: int, most: int) -> sa.CheckConstraint:
    return _check(table, f"{column}_in_range", f"{column} BETWEEN {least} AND {most}")


def _known(table: str, column: str, words: str) -> sa.CheckConstraint:
    return _check(table, f"{column}_known", f"{column} IN {words}")


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_{column}", table, [column])
