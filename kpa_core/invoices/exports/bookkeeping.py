"""The account numbers of each carrier, from a day on: what its journals are written with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.errors import N_, Refused
from kpa_core.invoices.carrier.carriers import find_carrier
from kpa_core.invoices.carrier.models import CarrierAccounts
from kpa_core.invoices.exports.accounts import Accounts, check_accounts
from kpa_core.invoices.models import Carrier
from kpa_core.work import Work


def set_accounts(
    work: Work, carrier_id: UUID, said: Mapping[str, Any], *, starts_on: date, source: str = ""
) -> CarrierAccounts:
    """Write the account numbers a carrier wants from a day on; journals of before keep theirs.

    Raises:
        Refused: a number is none, or the day has passed.
    """
    kept = check_accounts(said)
    with work.transaction() as session:
        carrier = find_carrier(work, carrier_id, "carrier.write")
        if starts_on < clock.today(carrier.timezone):
            raise Refused(N_("Choisis aujourd'hui ou un jour plus tard."), field="starts_on")
        row = CarrierAccounts(
            carrier_id=carrier.id,
            starts_on=starts_on,
            accounts=kept,
            source=source.strip(),
            created_by=work.actor.party_id,
        )
        session.add(row)
        session.flush()
        after = {"starts_on": starts_on, "accounts": kept, "source": row.source}
        work.record("carrier.write", row, scope=carrier.scope, after=after)
    return row


def accounts_on(session: Session, carrier: Carrier, day: date) -> Accounts:
    """Return the account numbers of a day: the newest that had begun, or the usual ones."""
    known = sa.select(CarrierAccounts).where(
        CarrierAccounts.carrier_id == carrier.id, CarrierAccounts.starts_on <= day
    )
    newest = known.order_by(CarrierAccounts.starts_on.desc(), CarrierAccounts.id.desc())
    found = session.scalar(newest.limit(1))
    return Accounts(**found.accounts) if found else Accounts()


def of_months(session: Session, carrier: Carrier) -> Callable[[date], Accounts]:
    """Return what tells the accounts of the month of a day: one set, those of its last day."""

    @cache
    def of_month(first: date) -> Accounts:
        after = (first + timedelta(days=31)).replace(day=1)
        return accounts_on(session, carrier, after - timedelta(days=1))

    return lambda day: of_month(day.replace(day=1))


def rates_of(text: str) -> dict[str, str]:
    """Return the accounts of a text with a rate in percent and a number on each line.

    Raises:
        Refused: a line is neither.
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        rate, _, number = line.partition(":")
        try:
            points = Decimal(rate.strip().rstrip("%").strip().replace(",", ".")) * 100
        except InvalidOperation:
            points = Decimal("NaN")
        if not points.is_finite() or points != points.to_integral_value() or not number.strip():
            raise Refused(
                N_("« {line} » : écris un taux, deux points, un compte. Exemple : 20 : 445711."),
                field="vat_by_rate",
                line=line.strip(),
            )
        found[str(int(points))] = number.strip()
    return found


def rates_text(accounts: Accounts) -> str:
    """Return the accounts per rate as :func:`rates_of` reads them."""
    told = sorted(accounts.vat_by_rate.items(), key=lambda one: int(one[0]))
    return "\n".join(
        f"{format((Decimal(rate) / 100).normalize(), 'f').replace('.', ',')} : {number}"
        for rate, number in told
    )
