"""What one arrival of money adds to what an order's closed share-outs already gave. Pure.

The waterfall says where all the money of an order should be by now. What was given cannot be taken
back from people: where the new figures are lower than the old ones, after a credit note or a late
receipt, the common pot bears the difference as a debt. Money that comes later fills it first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from kpa_core.errors import N_
from kpa_core.money import round_half_away, split
from kpa_core.sharing.reasons import Reason, Sentence
from kpa_core.sharing.rules import Portion
from kpa_core.sharing.waterfall import Waterfall


@dataclass(frozen=True, slots=True)
class Step:
    """Cents that go to each place: ``gross = vat + expenses + fee + pot + to_share``, always.

    ``gross``, ``vat``, ``fee`` and ``pot`` are below zero when money goes back; ``expenses`` and
    ``to_share`` never are. ``fee_base`` is what the fee's tiers count.
    """

    gross: int = 0
    vat: int = 0
    expenses: int = 0
    fee: int = 0
    pot: int = 0
    to_share: int = 0
    fee_base: int = 0

    @property
    def is_nothing(self) -> bool:
        """Tell whether no cent moves."""
        return not (self.gross or self.vat or self.expenses or self.fee or self.pot)

    @property
    def is_balanced(self) -> bool:
        """Tell whether every cent is in exactly one place."""
        return self.gross == self.vat + self.expenses + self.fee + self.pot + self.to_share

    def __add__(self, other: Step) -> Step:
        """Return both together."""
        return Step(
            self.gross + other.gross,
            self.vat + other.vat,
            self.expenses + other.expenses,
            self.fee + other.fee,
            self.pot + other.pot,
            self.to_share + other.to_share,
            self.fee_base + other.fee_base,
        )


def step(target: Waterfall, fee_base: int, booked: Step) -> Step:
    """Return what leads from what is booked towards ``target``, without taking from anybody."""
    gross, vat = target.gross - booked.gross, target.vat - booked.vat
    expenses = max(0, target.expenses - booked.expenses)
    fee = target.fee - booked.fee
    to_share = max(0, target.to_share - booked.to_share)
    pot = gross - vat - expenses - fee - to_share
    return Step(gross, vat, expenses, fee, pot, to_share, fee_base - booked.fee_base)


@dataclass(frozen=True, slots=True)
class Bill:
    """An expense as far as paying it back goes, in cents.

    ``cost`` counts in the margin, ``vat`` is recoverable and comes back beside it; ``covered`` and
    ``vat_covered`` were paid back before. ``advanced`` tells that a member paid it.
    """

    expense_id: UUID
    cost: int
    vat: int
    advanced: bool
    covered: int = 0
    vat_covered: int = 0


@dataclass(frozen=True, slots=True)
class Cover:
    """What goes back now for one expense."""

    expense_id: UUID
    cost: int
    vat: int


def covers(amount: int, bills: Iterable[Bill]) -> tuple[Cover, ...]:
    """Share ``amount`` among expenses: members' advances first, each in the order given.

    The first bills are paid whole before the next begins, so that a later payment never takes back
    a cent. The VAT of a bill comes back in step with its cost.
    """
    found = []
    for bill in sorted(bills, key=lambda bill: not bill.advanced):
        part = min(amount, bill.cost - bill.covered)
        amount -= part
        done = bill.covered + part
        whole = done == bill.cost
        vat = bill.vat if whole else round_half_away(Fraction(bill.vat * done, bill.cost))
        if part or vat > bill.vat_covered:
            found.append(Cover(bill.expense_id, part, vat - bill.vat_covered))
    return tuple(found)


def top_up(
    amount: int, portions: Sequence[Portion], already: Mapping[UUID, int]
) -> tuple[Portion, ...]:
    """Return what each person gets now, so that all they got comes to their portion of the whole.

    ``portions`` share the order's whole sum, ``already`` is what its earlier share-outs gave each
    person. Someone who got more than the whole now gives them keeps it; the others then share what
    there is in proportion to what they lack.
    """
    lacking = {one.person_id: max(0, one.cents - already.get(one.person_id, 0)) for one in portions}
    if amount == 0 or not any(lacking.values()):
        return ()
    now = split(amount, lacking)
    return tuple(
        Portion(
            one.person_id,
            now[one.person_id],
            one.minutes,
            _told(one, already.get(one.person_id, 0), now[one.person_id]),
        )
        for one in portions
        if now[one.person_id] or not already.get(one.person_id)
    )


def _told(portion: Portion, before: int, now: int) -> Reason:
    if before == 0 and now == portion.cents:
        return portion.reason
    return Reason(
        (
            *portion.reason.sentences,
            Sentence(
                N_("C'est la part de tout l'argent reçu. Tu as déjà eu {before_cents}."),
                {"before_cents": before},
            ),
            Sentence(N_("Cette fois, ta part est de {share_cents}."), {"share_cents": now}),
        )
    )
