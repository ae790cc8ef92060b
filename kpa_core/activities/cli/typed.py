"""What people type on the command line: amounts, days, hours, names of things."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from typing import Any, TypeVar
from uuid import UUID

import click

from kpa_core import money
from kpa_core.activities import customers
from kpa_core.activities.activities import listed_activities
from kpa_core.activities.models import Activity, Order
from kpa_core.activities.scopes import find_order, order_named
from kpa_core.errors import N_, KpaError, Misuse, NotFound, Refused
from kpa_core.i18n import sentence
from kpa_core.members.cli import find as find_person
from kpa_core.work import Work

T = TypeVar("T")
JSON = click.option("--json", "as_json", is_flag=True, help="Pour une machine.")


class Read(click.ParamType[Any]):
    """A value read by a pure function whose refusal is shown as a misuse."""

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name = name
        self.read = read

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the value."""
        if not isinstance(value, str):
            return value
        try:
            return self.read(value)
        except KpaError as error:
            self.fail(sentence(error), param, ctx)


def read_day(text: str) -> datetime:
    """Return the day a text tells, at midnight: ``2026-12-25`` or ``25/12/2026``.

    Raises:
        Refused: it is none.
    """
    for written in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text.strip(), written)
        except ValueError:
            continue
    raise Refused(N_("« {text} » n'est pas un jour. Exemple : 25/12/2026."), text=text)


DAY = Read("jour", read_day)


def read_hour(text: str) -> time:
    """Return a time of day, such as ``14:30`` or ``14h30``."""
    found = re.fullmatch(r"([01]?\d|2[0-3])[h:]([0-5]\d)?", text.strip().lower())
    if not found:
        raise Refused(N_("« {text} » n'est pas une heure. Exemple : 14:30."), text=text)
    return time(int(found[1]), int(found[2] or 0))


def read_minutes(text: str) -> int:
    """Return a length of time in minutes: ``6h``, ``6h30``, ``6:30`` or ``45min``."""
    hours = re.fullmatch(r"(\d{1,2})[h:]([0-5]\d)?", text.strip().lower())
    minutes = re.fullmatch(r"(\d{1,4}) ?(?:min|mn|m)", text.strip().lower())
    if not hours and not minutes:
        raise Refused(N_("« {text} » n'est pas une durée. Exemple : 6h30."), text=text)
    return int(minutes[1]) if minutes else int(hours[1]) * 60 + int(hours[2] or 0)  # type: ignore[index]


CENTS = Read("montant", money.parse_cents)
RATE = Read("taux", money.parse_rate)
QUANTITY = Read("quantité", money.parse_quantity)
HOUR = Read("heure", read_hour)
MINUTES = Read("durée", read_minutes)


def day_of(value: datetime | None) -> date | None:
    """Return the day click read, if any."""
    return value.date() if value else None


def the_order(work: Work, named: str, capability: str = "order.read") -> Order:
    """Return an order by its reference or its id.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    try:
        return find_order(work, UUID(named), capability)
    except ValueError:
        return order_named(work, named, capability)


def the_activity(work: Work, named: str, capability: str = "activity.read") -> Activity:
    """Return an activity by its title or its id; what may be done there is asked later.

    Raises:
        Misuse: there is none of that name.
    """
    wanted = named.strip().casefold()
    for activity in listed_activities(work, capability, archived=True):
        if wanted in (activity.title.casefold(), str(activity.id)):
            return activity
    raise Misuse(N_("Aucune activité ne s'appelle « {name} »."), name=named)


def the_people(work: Work, named: Iterable[str]) -> list[UUID]:
    """Return the ids of people by name, phone, address or id.

    Raises:
        Misuse: nobody has one of the names, or several do.
    """
    return [find_person(work, one).id for one in named]


def the_id(text: str) -> UUID:
    """Return an id.

    Raises:
        NotFound: it is none.
    """
    try:
        return UUID(text)
    except ValueError as error:
        message = N_("« {text} » n'est pas un numéro d'ici. Copie-le de la liste.")
        raise NotFound(message, text=text[:80]) from error


def the_customer(work: Work, named: str) -> UUID:
    """Return the id of a customer by name or id.

    Raises:
        Misuse: there is none of that name, or several.
    """
    wanted = named.strip().casefold()
    known = customers.listed_customers(work)
    found = [one.id for one in known if wanted in (one.name.casefold(), str(one.id))]
    if len(found) != 1:
        message = N_("Aucun client, ou plusieurs, s'appellent « {name} ».")
        raise Misuse(message, name=named)
    return found[0]


def given(**facts: T | None) -> dict[str, T]:
    """Return the facts that were said."""
    return {name: value for name, value in facts.items() if value is not None}
