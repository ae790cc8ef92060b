"""The group's pots: what is in them, money put in, money moved between two of one carrier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.activities import service as orders
from kpa_core.activities.models import Activity, Order
from kpa_core.contracts import Scope
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.invoices.models import Carrier
from kpa_core.money import MAX_CENTS
from kpa_core.sharing import ledger
from kpa_core.sharing.accounts import POTS
from kpa_core.sharing.ledger import Part, Reason
from kpa_core.sharing.models import LedgerMove, Pot
from kpa_core.work import Work


@dataclass(frozen=True)
class Held:
    """A pot, whose bank it is in, and what it holds."""

    pot: Pot
    carrier: str
    cents: int


@dataclass(frozen=True)
class Line:
    """One move of a pot: what it brought, and what the pot then held."""

    move: LedgerMove
    order: str
    cents: int
    held: int


def scope_of_pot(session: Session, pot_id: UUID) -> Scope | None:
    """Return where a pot of the group belongs; accounts of passage have no page."""
    pot = session.get(Pot, pot_id)
    return pot.scope if pot and pot.is_of_the_group else None


def visible_pots(work: Work, capability: str = "pot.read") -> sa.Select[Pot]:
    """Return the query of the group's pots the actor may see."""
    reach = work.reach(capability).where(activity=Pot.activity_id, carrier=Pot.carrier_id)
    return sa.select(Pot).where(reach, Pot.kind.in_(POTS))


def find_pot(work: Work, pot_id: UUID, capability: str = "pot.read") -> Pot:
    """Return a pot the actor may see.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    found = work.session.scalar(visible_pots(work, capability).where(Pot.id == pot_id))
    if found is None:
        raise NotFound()
    return found


def pots(work: Work) -> list[Held]:
    """Return the pots the actor may see, with what each holds; the common ones first."""
    rows = work.session.execute(
        visible_pots(work)
        .join(Carrier, Carrier.id == Pot.carrier_id)
        .add_columns(Carrier.name)
        .order_by(Carrier.name, Pot.kind != "common", Pot.name, Pot.id)
    ).all()
    held = ledger.balances(work.session, [pot.id for pot, _ in rows])
    return [Held(pot, carrier, held[pot.id]) for pot, carrier in rows]


def history(work: Work, pot_id: UUID) -> list[Line]:
    """Return the moves of a pot the actor may see, the latest first."""
    pot = find_pot(work, pot_id)
    held, lines = ledger.balance(work.session, pot.id), []
    rows = ledger.entries_of(work.session, pot.id)
    names = _references(work.session, [move for move, _ in rows])
    for move, cents in rows:
        lines.append(Line(move, names.get(move.order_id, ""), cents, held))
        held -= cents
    return lines


def open_pot(
    work: Work, carrier_id: UUID, kind: str, name: str, activity_id: UUID | None = None
) -> Pot:
    """Open a pot at a carrier: for an activity, a project, a cash box or a grant.

    Raises:
        Refused: the kind is not one a group opens, the name is missing, or the activity's own pot
            is there already.
    """
    if kind not in POTS or kind == "common":
        raise Refused(N_("Choisis à quoi sert cette cagnotte."), field="kind")
    if not name.strip():
        raise Refused(N_("Donne un nom à cette cagnotte."), field="name")
    if kind == "activity" and activity_id is None:
        raise Refused(N_("Choisis l'activité de cette cagnotte."), field="activity_id")
    with work.transaction() as session:
        work.require("payment.record", Scope(activity_id, carrier_id))
        ledger.lock_books(session, carrier_id)
        if kind == "activity" and _pot_of_activity(session, carrier_id, activity_id):
            raise Refused(N_("Cette activité a déjà sa cagnotte."), field="activity_id")
        if activity_id is not None:
            orders.find_activity(work, activity_id, "payment.record")
        pot = Pot(
            carrier_id=carrier_id,
            kind=kind,
            name=name.strip(),
            activity_id=activity_id,
            created_by=work.actor.party_id,
        )
        session.add(pot)
        session.flush()
        work.record("payment.record", pot, scope=pot.scope, after={"opened": kind})
    return pot


def put_in(work: Work, pot_id: UUID, cents: int, why: str) -> LedgerMove:
    """Write that the carrier has more money for a pot: a grant, a gift, what was there before.

    Raises:
        Refused: the amount is not above zero, or nothing says why.
    """
    _check_amount(cents, why)
    with work.transaction() as session:
        pot = find_pot(work, pot_id)
        work.require("payment.confirm", pot.scope)
        outside = ledger.account(session, pot.carrier_id, "outside")
        parts = [Part(outside, -cents), Part(pot, cents)]
        return _post(work, "payment.confirm", pot, "put_in", why, parts)


def transfer(work: Work, from_id: UUID, to_id: UUID, cents: int, why: str) -> LedgerMove:
    """Move money from one pot to another of the same carrier.

    Raises:
        Refused: they are at two carriers, the first holds less, or nothing says why.
    """
    _check_amount(cents, why)
    with work.transaction() as session:
        pot, other = find_pot(work, from_id), find_pot(work, to_id)
        work.require("payment.record", pot.scope)
        if pot.id == other.id:
            raise Refused(N_("Choisis deux cagnottes différentes."), field="to_id")
        ledger.lock_books(session, pot.carrier_id)
        check_holds(session, pot, cents)
        parts = [Part(pot, -cents), Part(other, cents)]
        return _post(work, "payment.record", pot, "transfer", why, parts)


def may_spend(work: Work, pot: Pot) -> bool:
    """Tell whether the actor may pay a purchase from a pot: everyone sees them, few may spend.

    A pot with an activity is spent by those who buy there. Any other is the whole group's.
    """
    needs = "payment.record" if pot.activity_id is None else "expense.write"
    return work.can(needs, pot.scope)


def check_holds(session: Session, pot: Pot, cents: int) -> None:
    """Stop unless a pot holds this much: nothing is paid with money that is not there.

    Raises:
        Refused: it holds less.
    """
    held = ledger.balance(session, pot.id)
    if held < cents:
        raise Refused(
            N_("Il n'y a pas assez dans « {name} ». Choisis une autre cagnotte."),
            field="pot_id",
            name=pot.name,
        )


def _post(
    work: Work, capability: str, pot: Pot, kind: str, why: str, parts: Sequence[Part]
) -> LedgerMove:
    move = ledger.post(work, pot.carrier_id, Reason(kind, why.strip()), parts)
    assert move is not None  # the amount is above zero
    after = {"cents": parts[-1].cents, "kind": kind}
    work.record(capability, move, scope=pot.scope, after=after)
    return move


def _check_amount(cents: int, why: str) -> None:
    if type(cents) is not int or not 0 < cents <= MAX_CENTS:
        raise Refused(N_("Écris une somme plus grande que zéro."), field="cents")
    if not why.strip():
        raise Refused(N_("Écris pourquoi, en quelques mots."), field="why")


def _pot_of_activity(session: Session, carrier_id: UUID, activity_id: UUID | None) -> Pot | None:
    query = sa.select(Pot).where(Pot.carrier_id == carrier_id, Pot.kind == "activity")
    return session.scalar(query.where(Pot.activity_id == activity_id))


def _references(session: Session, moves: Sequence[LedgerMove]) -> dict[UUID | None, str]:
    ids = {move.order_id for move in moves if move.order_id}
    query = sa.select(Order.id, Order.reference).where(Order.id.in_(ids))
    return {one.id: one.reference for one in session.execute(query)}


def activities_of(work: Work) -> list[Activity]:
    """Return the activities the actor may open a pot for."""
    query = orders.visible_activities(work, "payment.record").order_by(Activity.title)
    return [one for one in work.session.scalars(query) if one.carrier_id is not None]
