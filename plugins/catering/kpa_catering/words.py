"""Numbers of the kitchen in words: amounts, packs, purchases, time, allergens."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from kpa_catering import hygiene
from kpa_catering.allergens import Allergen, Presence
from kpa_catering.control_models import ControlRow
from kpa_catering.plan import Bought
from kpa_catering.scaling import Cost
from kpa_catering.texts import gettext as _
from kpa_catering.texts import told
from kpa_catering.units import Quantity, Unit, in_handy_unit
from kpa_core.api import N_, current_locale, current_work, format_cents, round_half_away

NBSP = "\N{NO-BREAK SPACE}"


def number(count: int) -> str:
    """Write thousandths as a number: 2500 is "2,5"."""
    whole, rest = divmod(count, 1000)
    decimals = f"{rest:03d}".rstrip("0")
    mark = "." if current_locale() == "en" else ","
    return f"{whole}{mark}{decimals}" if decimals else str(whole)


def amount(count: int, unit: str) -> str:
    """Write thousandths of a unit as a cook says it: 3765 g is "3,77 kg", 235,3 g is "235 g"."""
    handy = in_handy_unit(Quantity(Fraction(count, 1000), Unit(unit)))
    step = _step(handy)
    shown = round_half_away(handy.amount * 1000 / step) * step
    return f"{number(shown)}{NBSP}{unit_name(handy.unit.value, many=shown > 1000)}"


def written(count: int, unit: str) -> str:
    """Write thousandths of a unit exactly as they were typed."""
    return f"{number(count)}{NBSP}{unit_name(unit, many=count > 1000)}"


def unit_name(unit: str, *, many: bool = False) -> str:
    """Name a unit; only pieces have a plural."""
    return _(N_("pièces")) if many and unit == Unit.PIECE.value else _(Unit(unit).label)


def packs(line: Bought) -> str:
    """Write what to take from the shelf: "2 × filet (8 pièces)"."""
    size = written(line.size, line.unit)
    return f"{line.packs}{NBSP}×{NBSP}" + (f"{line.pack} ({size})" if line.pack else size)


def cost(found: Cost) -> str:
    """Say what the purchases cost, and that it is "at least" when a price is missing."""
    message, values = found.sentence(format_cents(found.at_least_cents, current_locale()))
    return told(message, **values)


def span(minutes: tuple[int, int]) -> str:
    """Say from how many hours to how many, rounded to the half hour."""
    low, high = (round_half_away(Fraction(one, 30)) * 500 for one in minutes)
    if low == high:
        return told(N_("{hours} heures"), hours=number(low))
    return told(N_("{low} à {high} heures"), low=number(low), high=number(high))


def allergen(key: str) -> str:
    """Name an allergen."""
    return _(Allergen(key).label)


def presence(key: str) -> str:
    """Say a presence."""
    return _(Presence(key).label)


def degrees(tenths: int) -> str:
    """Write a temperature: -185 is "-18,5 °C"."""
    mark = "." if current_locale() == "en" else ","
    return f"{hygiene.shown(tenths).replace(',', mark)}{NBSP}°C"


def limits(of: hygiene.Point | ControlRow) -> str:
    """Say between which temperatures something is good."""
    if isinstance(of, ControlRow):
        least, most = of.least_tenths, of.most_tenths
    else:
        least, most = of.least, of.most
    if least is not None and most is not None:
        return told(N_("Bon : de {least} à {most}."), least=degrees(least), most=degrees(most))
    if most is not None:
        return told(N_("Bon : {most} ou moins."), most=degrees(most))
    return "" if least is None else told(N_("Bon : {least} ou plus."), least=degrees(least))


def moment(at: datetime) -> str:
    """Write when something was, in the group's time zone."""
    return f"{at.astimezone(ZoneInfo(current_work().zone)):%d/%m/%Y %H:%M}"


def _step(quantity: Quantity) -> int:
    """Return how many thousandths a cook's eye tells apart: whole grams, hundredths of a kilo."""
    small = quantity.unit in (Unit.G, Unit.ML)
    if quantity.amount >= (10 if small else 100):
        return 1000
    return 100 if small or quantity.amount >= 10 else 10
