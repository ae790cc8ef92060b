"""The one ledger: moves whose entries add up to zero, each inside one carrier, never changed.

What a balance means is told in :mod:`kpa_core.sharing.accounts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.errors import N_, Refused
from kpa_core.invoices.models import Carrier
from kpa_core.sharing.accounts import KINDS, PASSAGE
from kpa_core.sharing.models import Allocation, LedgerEntry, LedgerMove, Pot, ShareOut
from kpa_core.sharing.steps import Step
from kpa_core.work import Work

FROM_CUSTOMERS = ("share_out", "correction")
"""The moves that follow the customers' money; the others only pass on what these gave."""


@dataclass(frozen=True)
class Part:
    """What one place receives (above zero) or gives (below) in a move."""

    pot: Pot
    cents: int
    party_id: UUID | None = None


@dataclass(frozen=True)
class Reason:
    """What a move is for: ``what`` is a reference or a person's words."""

    kind: str
    what: str = ""
    day: date | None = None
    order_id: UUID | None = None
    share_out_id: UUID | None = None


@dataclass(frozen=True)
class Fault:
    """Something in the books that does not stand: which row, and why."""

    row: str
    why: str


def lock_books(session: Session, carrier_id: UUID) -> Carrier:
    """Return the carrier, locked: whoever counts its money waits for whoever moves it."""
    return session.get_one(Carrier, carrier_id, with_for_update=True, populate_existing=True)


def account(session: Session, carrier_id: UUID, kind: str) -> Pot:
    """Return the carrier's account of passage, or its common pot, made at its first use."""
    found = session.scalar(
        sa.select(Pot).where(Pot.carrier_id == carrier_id, Pot.kind == kind).limit(1)
    )
    if found is None:
        lock_books(session, carrier_id)
        name = "" if kind in PASSAGE else KINDS[kind].label
        found = Pot(carrier_id=carrier_id, kind=kind, name=name)
        session.add(found)
        session.flush()
    return found


def post(work: Work, carrier_id: UUID, reason: Reason, parts: Iterable[Part]) -> LedgerMove | None:
    """Write one move, in the current transaction; parts of zero are left out, and so is a move
    without any. Rights are checked by the caller.

    Raises:
        Refused: the parts do not add up to zero, or a pot is another carrier's.
    """
    kept = [part for part in parts if part.cents]
    _check(kept, carrier_id)
    if not kept:
        return None
    with work.transaction() as session:
        move = LedgerMove(
            carrier_id=carrier_id,
            kind=reason.kind,
            what=reason.what,
            day=reason.day or work.today,
            order_id=reason.order_id,
            share_out_id=reason.share_out_id,
            created_by=work.actor.party_id,
        )
        session.add(move)
        session.flush()
        session.add_all(_entry(work, move, part) for part in kept)
        session.flush()
    return move


def _check(parts: Sequence[Part], carrier_id: UUID) -> None:
    if any(type(part.cents) is not int for part in parts):
        raise TypeError("a ledger counts whole cents")
    if any(part.pot.carrier_id != carrier_id for part in parts):
        raise Refused(
            N_(
                "L'argent ne passe pas d'une maison qui facture à une autre dans un seul geste. "
                "Demande un virement entre les deux maisons."
            )
        )
    if sum(part.cents for part in parts) != 0:
        raise Refused(N_("Ce mouvement perd ou invente de l'argent. Rien n'a été écrit."))


def _entry(work: Work, move: LedgerMove, part: Part) -> LedgerEntry:
    return LedgerEntry(
        move_id=move.id,
        pot_id=part.pot.id,
        carrier_id=move.carrier_id,
        party_id=part.party_id,
        amount_cents=part.cents,
        created_by=work.actor.party_id,
    )


def balance(session: Session, pot_id: UUID, party_id: UUID | None = None) -> int:
    """Return what a place holds; with ``party_id``, what it holds for that person."""
    query = sa.select(sa.func.coalesce(sa.func.sum(LedgerEntry.amount_cents), 0)).where(
        LedgerEntry.pot_id == pot_id
    )
    if party_id is not None:
        query = query.where(LedgerEntry.party_id == party_id)
    return int(session.scalar(query) or 0)


def balances(session: Session, pot_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Return what several places hold, zeros included."""
    wanted = list(pot_ids)
    query = (
        sa.select(LedgerEntry.pot_id, sa.func.sum(LedgerEntry.amount_cents))
        .where(LedgerEntry.pot_id.in_(wanted))
        .group_by(LedgerEntry.pot_id)
    )
    found = {pot_id: int(total) for pot_id, total in session.execute(query)}
    return {pot_id: found.get(pot_id, 0) for pot_id in wanted}


def entries_of(session: Session, pot_id: UUID, most: int = 500) -> list[tuple[LedgerMove, int]]:
    """Return the newest moves of a pot with what each brought, the latest first."""
    brought = (
        sa.select(LedgerEntry.move_id, sa.func.sum(LedgerEntry.amount_cents).label("cents"))
        .where(LedgerEntry.pot_id == pot_id)
        .group_by(LedgerEntry.move_id)
        .subquery()
    )
    query = (
        sa.select(LedgerMove, brought.c.cents)
        .join(brought, brought.c.move_id == LedgerMove.id)
        .order_by(LedgerMove.day.desc(), LedgerMove.id.desc())
        .limit(most)
    )
    return [(move, int(total)) for move, total in session.execute(query)]


def of_order(session: Session, order_id: UUID) -> Step:
    """Return where an order's money went, read from the ledger alone."""
    return _told(session, LedgerMove.order_id == order_id).get(order_id, Step())


def _told(session: Session, which: sa.ColumnElement[bool]) -> dict[UUID | None, Step]:
    """Return, by order, what the ledger tells, in one question."""
    query = (
        sa.select(LedgerMove.order_id, Pot.kind, sa.func.sum(LedgerEntry.amount_cents))
        .join(LedgerEntry, LedgerEntry.move_id == LedgerMove.id)
        .join(Pot, Pot.id == LedgerEntry.pot_id)
        .where(LedgerMove.kind.in_(FROM_CUSTOMERS), which)
        .group_by(LedgerMove.order_id, Pot.kind)
    )
    sums: dict[UUID | None, dict[str, int]] = {}
    for order_id, kind, total in session.execute(query):
        sums.setdefault(order_id, {})[kind] = int(total)
    return {order_id: _step(found) for order_id, found in sums.items()}


def _step(sums: Mapping[str, int]) -> Step:
    return Step(
        gross=-sums.get("customers", 0),
        vat=sums.get("vat", 0),
        expenses=sums.get("purchases", 0) + sums.get("advances", 0),
        fee=sums.get("fee", 0),
        pot=sums.get("common", 0),
        to_share=sums.get("shares", 0),
    )


def faults(session: Session) -> Iterator[Fault]:
    """Yield what does not stand: a move that is not zero, a share-out or a person's part that the
    ledger tells otherwise.
    """
    crooked = (
        sa.select(LedgerEntry.move_id, sa.func.sum(LedgerEntry.amount_cents))
        .group_by(LedgerEntry.move_id)
        .having(sa.func.sum(LedgerEntry.amount_cents) != 0)
    )
    for move_id, total in session.execute(crooked):
        yield Fault(f"ledger_move:{move_id}", f"adds up to {total}")
    closed = sa.select(ShareOut).where(ShareOut.state == "closed").order_by(ShareOut.id)
    by_order: dict[UUID, Step] = {}
    for share_out in session.scalars(closed):
        by_order[share_out.order_id] = by_order.get(share_out.order_id, Step()) + step_of(share_out)
    every = _told(session, LedgerMove.order_id.is_not(None))
    for order_id, written in by_order.items():
        told = replace(every.get(order_id, Step()), fee_base=written.fee_base)
        if told != written:
            yield Fault(f"customer_order:{order_id}", "the ledger tells another share-out")
    yield from _bent_parts(session)


def _bent_parts(session: Session) -> Iterator[Fault]:
    """Yield each part of a closed share-out that is not what its share-out moved to its person."""
    moved = (
        sa.select(
            LedgerMove.share_out_id,
            LedgerEntry.party_id,
            sa.func.sum(LedgerEntry.amount_cents).label("cents"),
        )
        .join(LedgerEntry, LedgerEntry.move_id == LedgerMove.id)
        .join(Pot, Pot.id == LedgerEntry.pot_id)
        .where(Pot.kind == "shares", LedgerMove.kind.in_(FROM_CUSTOMERS))
        .group_by(LedgerMove.share_out_id, LedgerEntry.party_id)
        .subquery()
    )
    same = sa.and_(
        moved.c.share_out_id == Allocation.share_out_id, moved.c.party_id == Allocation.person_id
    )
    bent = (
        sa.select(Allocation.id)
        .join(ShareOut, ShareOut.id == Allocation.share_out_id)
        .outerjoin(moved, same)
        .where(ShareOut.state == "closed", Allocation.cents != sa.func.coalesce(moved.c.cents, 0))
        .order_by(Allocation.id)
    )
    for part_id in session.scalars(bent):
        yield Fault(f"allocation:{part_id}", "the ledger tells another part")


def step_of(share_out: ShareOut) -> Step:
    """Return a share-out's amounts as one value."""
    return Step(
        gross=share_out.received_cents,
        vat=share_out.vat_cents,
        expenses=share_out.expenses_cents,
        fee=share_out.fee_cents,
        pot=share_out.pot_cents,
        to_share=share_out.to_share_cents,
        fee_base=share_out.fee_base_cents,
    )
