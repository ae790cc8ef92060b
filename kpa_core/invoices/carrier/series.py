"""Series: the numbers a carrier granted to this KPA, and the chain of what is handed to it."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.contracts import Scope
from kpa_core.errors import N_, Conflict, NotFound, Refused
from kpa_core.invoices.carrier import numbers
from kpa_core.invoices.carrier.carriers import HANDOVERS, find_carrier
from kpa_core.invoices.models import Carrier, Series
from kpa_core.work import Work


def scope_of_series(session: Session, series_id: UUID) -> Scope | None:
    """Return where a series belongs: with its carrier."""
    found = session.get(Series, series_id)
    return session.get_one(Carrier, found.carrier_id).scope if found else None


def series_of(session: Session, carrier: Carrier) -> list[Series]:
    """Return the series a carrier granted, the open one first; the chain of hand-overs is none."""
    query = sa.select(Series).where(Series.carrier_id == carrier.id, Series.pattern != "")
    return list(session.scalars(query.order_by(Series.closed_on.is_not(None), Series.id.desc())))


def grant_series(
    work: Work, carrier_id: UUID, *, code: str, pattern: str, yearly: bool = True, source: str = ""
) -> Series:
    """Note that a carrier granted a series to this KPA; ``source`` is the paper that says so.

    Raises:
        Refused: the pattern could make numbers the law or the formats refuse, or numbers of
            another series; or a series is open already.
    """
    code, pattern = code.strip(), pattern.strip()
    numbers.check_pattern(pattern, yearly=yearly)
    with work.transaction() as session:
        carrier = find_carrier(work, carrier_id, "carrier.write")
        _check_new(session, carrier, code, pattern)
        row = Series(
            carrier_id=carrier.id,
            code=code,
            pattern=pattern,
            yearly=yearly,
            granted_on=work.today,
            source=source.strip(),
            created_by=work.actor.party_id,
        )
        session.add(row)
        session.flush()
        after = {"code": code, "pattern": pattern, "source": row.source}
        work.record("carrier.write", row, scope=carrier.scope, after=after)
    return row


def close_series(work: Work, series_id: UUID) -> Series:
    """Write that a series gives no more numbers; those it gave stay.

    Raises:
        NotFound: there is none, or not for this actor.
        Refused: it is closed already.
    """
    with work.transaction() as session:
        row = session.get(Series, series_id, with_for_update=True)
        if row is None or not row.pattern:
            raise NotFound()
        carrier = find_carrier(work, row.carrier_id, "carrier.write")
        if row.closed_on is not None:
            raise Refused(N_("La série {code} est déjà fermée."), code=row.code)
        before, row.closed_on = {"closed_on": row.closed_on}, work.today
        after = {"closed_on": row.closed_on}
        work.record("carrier.write", row, scope=carrier.scope, before=before, after=after)
    return row


def open_series(session: Session, carrier: Carrier, *, lock: bool = False) -> Series:
    """Return the series that numbers a carrier's invoices; locked until the transaction ends.

    Raises:
        Refused: it granted none.
    """
    query = sa.select(Series).where(
        Series.carrier_id == carrier.id, Series.closed_on.is_(None), Series.pattern != ""
    )
    found = session.scalar(_one(query, lock=lock))
    if found is None:
        raise Refused(
            N_("{name} n'a pas encore donné de série de numéros à ce KPA."), name=carrier.name
        )
    return found


def handover_chain(session: Session, carrier: Carrier) -> Series:
    """Return the chain of what is handed to a carrier, locked; made with the carrier."""
    query = sa.select(Series).where(Series.carrier_id == carrier.id, Series.pattern == "")
    return session.scalars(_one(query, lock=True)).one()


def _one(query: sa.Select[Series], *, lock: bool) -> sa.Select[Series]:
    query = query.order_by(Series.id).limit(1)
    # Read anew: a row seen before the lock may have moved since.
    fresh = query.with_for_update().execution_options(populate_existing=True)
    return fresh if lock else query


def _check_new(session: Session, carrier: Carrier, code: str, pattern: str) -> None:
    if carrier.mode == "draft_for_carrier":
        raise Refused(N_("{name} numérote elle-même ses factures."), name=carrier.name)
    if not numbers.CODE.fullmatch(code) or code == HANDOVERS:
        raise Refused(
            N_("Le code d'une série a de 1 à 20 lettres ou chiffres. « P » est déjà pris."),
            field="code",
        )
    for other in series_of(session, carrier):
        if other.closed_on is None:
            raise Refused(
                N_("La série {code} est ouverte. Ferme-la avant d'en ouvrir une autre."),
                code=other.code,
            )
        if other.code == code:
            raise Conflict(N_("La série {code} existe déjà."), field="code", code=code)
        if numbers.same_numbers(other.pattern, pattern):
            raise Refused(
                N_("La série {code} a déjà donné de tels numéros. Change le modèle."),
                field="pattern",
                code=other.code,
            )
