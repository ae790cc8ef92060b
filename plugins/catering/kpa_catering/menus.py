"""Menus of an activity: their dishes, their price, the usual time behind them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_catering import stored
from kpa_catering.cookbook_text import cookbook_text
from kpa_catering.diets import Diet, Verdict, verdict
from kpa_catering.kitchen import find_dish
from kpa_catering.models import MENU_STATES, MenuRow, ServingRow, TakenMenuRow
from kpa_catering.names import alphabetical, slug
from kpa_catering.naming import check_version, give_name, next_position
from kpa_catering.plan import AllergenSheet, Cooked, Plan, allergen_sheet, cooking_sheet, plan_for
from kpa_catering.recipes import MAX_PRICE_CENTS, Serving, WorkTime, whole
from kpa_core.api import N_, NotFound, PluginWork, Refused, Scope, Work, activities_for, is_vat_rate


@dataclass(frozen=True)
class MenuFacts:
    """What is told of a menu besides its dishes; the price is without VAT, None when not set."""

    name: str
    price_per_guest_cents: int | None
    vat_rate_bp: int
    work_time: WorkTime | None = None


def scope_of_menu(session: Session, menu_id: UUID) -> Scope | None:
    """Return where a menu belongs: its activity."""
    # Without its dishes: what is not theirs must be refused as soon as what is not there.
    activity_id = session.scalar(sa.select(MenuRow.activity_id).where(MenuRow.id == menu_id))
    return Scope(activity_id=activity_id) if activity_id else None


def scope_of_serving(session: Session, serving_id: UUID) -> Scope | None:
    """Return where a dish of a menu belongs: the menu's activity."""
    menu_id = session.scalar(sa.select(ServingRow.menu_id).where(ServingRow.id == serving_id))
    return scope_of_menu(session, menu_id) if menu_id else None


def scope(row: MenuRow) -> Scope:
    """Return where a menu belongs."""
    return Scope(activity_id=row.activity_id)


def visible_menus(work: Work, capability: str = "activity.read") -> sa.Select[MenuRow]:
    """Return the query of the menus the actor may see: those of the activities they may see."""
    return sa.select(MenuRow).where(work.reach(capability).where(activity=MenuRow.activity_id))


def menus(work: Work) -> list[tuple[str, list[MenuRow]]]:
    """Return the title of each live activity the actor may see, with its menus by name."""
    found: dict[UUID, list[MenuRow]] = {}
    for row in work.session.scalars(visible_menus(work)):
        found.setdefault(row.activity_id, []).append(row)
    return [
        (activity.title, sorted(found[activity.id], key=_place))
        for activity in activities_for(work, "activity.read")
        if activity.id in found
    ]


def menus_to_choose(work: Work, activity_id: UUID) -> list[MenuRow]:
    """Return the open menus of one activity, by name."""
    query = visible_menus(work, "catering.choose").where(
        MenuRow.activity_id == activity_id, MenuRow.state == "open"
    )
    return sorted(work.session.scalars(query), key=_place)


def find_menu(work: Work, menu_id: UUID, capability: str = "activity.read") -> MenuRow:
    """Return one menu.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    row = work.session.scalar(visible_menus(work, capability).where(MenuRow.id == menu_id))
    if row is None:
        raise NotFound()
    return row


def menu_named(work: Work, text: str, capability: str = "activity.read") -> MenuRow:
    """Return a menu by its name as commands write it, such as ``buffet-oriental``, or by its id.

    Raises:
        NotFound: there is none, or not for this actor.
        Refused: two activities have one of this name; the sentence gives their ids.
    """
    wanted = visible_menus(work, capability).where(
        sa.or_(MenuRow.slug == slug(text), MenuRow.id == _id_or_none(text))
    )
    found = list(work.session.scalars(wanted.order_by(MenuRow.id)))
    if not found:
        raise NotFound(
            N_("Il n'y a pas de menu « {name} ». Regarde « kpa catering menus »."), name=text
        )
    if len(found) > 1:
        raise Refused(
            N_("Il y a plusieurs menus « {name} ». Écris lequel : {ids}."),
            name=text,
            ids=", ".join(str(row.id) for row in found),
        )
    return found[0]


def add_menu(work: Work, activity_id: UUID, name: str, *, vat_rate_bp: int) -> MenuRow:
    """Start a menu of an activity; its dishes come after, one at a time.

    Raises:
        NotFound: the activity is absent, archived, or not for this actor.
        Conflict: the activity has a menu of this name.
    """
    with work.transaction():
        here = {activity.id for activity in activities_for(work, "catering.choose")}
        if activity_id not in here:
            raise NotFound(field="activity_id")
        row = new_menu(work, activity_id, name, vat_rate_bp)
        work.record("catering.choose", row, scope=scope(row), after={"name": row.name})
    return row


def new_menu(work: Work | PluginWork, activity_id: UUID, name: str, vat_rate_bp: int) -> MenuRow:
    """Add the row of a menu, in the caller's transaction and by the caller's rights.

    Raises:
        Conflict: the activity has a menu of this name.
    """
    row = MenuRow(
        activity_id=activity_id,
        vat_rate_bp=vat_rate(vat_rate_bp),
        created_by=work.actor.party_id,
    )
    give_name(work.session, row, name, MenuRow.activity_id == activity_id)
    work.session.add(row)
    work.session.flush()
    return row


def vat_rate(basis_points: int) -> int:
    """Return a rate that a price may have today.

    Raises:
        Refused: French law has no such rate.
    """
    if not is_vat_rate(basis_points):
        message = N_("Cette TVA n'est pas un taux d'ici. Choisis 20, 10, 5,5, 2,1 ou 0.")
        raise Refused(message, field="vat_rate_bp")
    return basis_points


def change_menu(work: Work, menu_id: UUID, version: int, facts: MenuFacts) -> MenuRow:
    """Change what is told of a menu.

    Raises:
        Conflict: the name is taken, or someone else changed the menu in between.
        Refused: a price or a rate out of range.
    """
    with work.transaction() as session:
        row = find_menu(work, menu_id, "catering.choose")
        check_version(row, version)
        before = _facts(row)
        give_name(session, row, facts.name, MenuRow.activity_id == row.activity_id)
        price = facts.price_per_guest_cents
        if price is not None:
            whole("price_per_guest_cents", price, 0, MAX_PRICE_CENTS)
        row.price_per_guest_cents = price
        row.vat_rate_bp = vat_rate(facts.vat_rate_bp)
        write_work_time(row, facts.work_time)
        work.record("catering.choose", row, scope=scope(row), before=before, after=_facts(row))
    return row


def set_state(work: Work, menu_id: UUID, state: str) -> MenuRow:
    """Put a menu away, or take it out again; an archived menu can no longer be chosen.

    Raises:
        Refused: there is no such state.
    """
    if state not in MENU_STATES:
        raise Refused(N_("L'état {state!r} n'existe pas."), field="state", state=state[:40])
    with work.transaction():
        row = find_menu(work, menu_id, "catering.choose")
        before, row.state = row.state, state
        if state == "open":
            _no_longer_a_draft(work, row)
        work.record(
            "catering.choose",
            row,
            scope=scope(row),
            before={"state": before},
            after={"state": state},
        )
    return row


def add_serving(
    work: Work, menu_id: UUID, dish_id: UUID, per_guest: Fraction = Fraction(1)
) -> ServingRow:
    """Put a dish on a menu; each guest gets ``per_guest`` portions of it.

    Raises:
        Refused: not a number of portions.
    """
    with work.transaction() as session:
        row = find_menu(work, menu_id, "catering.choose")
        dish = find_dish(work, dish_id)
        checked = Serving(stored.dish(dish), per_guest)
        serving = ServingRow(
            position=next_position(row.servings),
            dish=dish,
            per_guest_thousandths=stored.thousandths(checked.per_guest),
            created_by=work.actor.party_id,
        )
        row.servings.append(serving)
        session.flush()
        work.record("catering.choose", row, scope=scope(row), after={"added": dish.name})
    return serving


def remove_serving(work: Work, serving_id: UUID) -> MenuRow:
    """Take a dish off its menu."""
    with work.transaction() as session:
        serving = session.get(ServingRow, serving_id)
        if serving is None:
            raise NotFound()
        row = find_menu(work, serving.menu_id, "catering.choose")
        row.servings.remove(serving)
        work.record("catering.choose", row, scope=scope(row), before={"removed": serving.dish.name})
    return row


def plan_of(row: MenuRow, guests: int) -> Plan:
    """Return what a menu asks today for a number of guests.

    Raises:
        Refused: a wrong number of guests, or something of the menu is still empty.
    """
    return plan_for(stored.menu(row), guests)


def cooking_of(row: MenuRow, guests: int) -> tuple[Cooked, ...]:
    """Return what to cook today for a number of guests.

    Raises:
        Refused: as :func:`plan_of`.
    """
    return cooking_sheet(stored.menu(row), guests)


def allergens_of(row: MenuRow) -> AllergenSheet:
    """Return what a menu says about allergens today; what is not finished is unknown."""
    return allergen_sheet(stored.menu(row))


def diets_of(row: MenuRow) -> list[tuple[str, dict[str, Verdict]]]:
    """Return what each dish of a menu says about each diet today, by the dish's name."""
    dishes = [serving.dish for serving in stored.menu(row).servings]
    return [(one.name, {diet.label: verdict(diet, [one]) for diet in Diet}) for one in dishes]


def cookbook_of(work: Work, row: MenuRow, licence: str) -> str:
    """Return a menu as a cookbook to pass on, under a licence.

    Raises:
        Refused: the licence is not one others may build on.
    """
    lang = work.instance.settings.instance.locale
    return cookbook_text(stored.menu(row), licence, lang)


def write_work_time(row: MenuRow, time: WorkTime | None) -> None:
    """Write the usual minutes of a menu: all four, or none."""
    spans = (time.fixed, time.per_guest) if time else (None, None)
    (row.fixed_low, row.fixed_high), (row.guest_low, row.guest_high) = (
        (span.low, span.high) if span else (None, None) for span in spans
    )


def _no_longer_a_draft(work: Work, row: MenuRow) -> None:
    came = sa.update(TakenMenuRow).where(
        TakenMenuRow.menu_id == row.id, TakenMenuRow.opened_on.is_(None)
    )
    work.session.execute(came.values(opened_on=work.today))


def _facts(row: MenuRow) -> dict[str, object]:
    return {
        "name": row.name,
        "price_per_guest_cents": row.price_per_guest_cents,
        "vat_rate_bp": row.vat_rate_bp,
        "minutes": [row.fixed_low, row.fixed_high, row.guest_low, row.guest_high],
    }


def _place(row: MenuRow) -> tuple[str, UUID]:
    return alphabetical(row.name), row.id


def _id_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
