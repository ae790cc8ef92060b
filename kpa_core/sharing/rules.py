"""Share rules: who receives how much of one sum, and why, in words.

A rule only weighs people. The sum is then split here by largest remainder, so that every rule
shares to the cent and gives the same answer whatever the order of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from kpa_core.errors import N_, Refused
from kpa_core.money import MAX_CENTS, split
from kpa_core.sharing.reasons import Reason, Sentence


@dataclass(frozen=True, slots=True)
class Stake:
    """A person who takes part, and the minutes they gave."""

    person_id: UUID
    minutes: int


@dataclass(frozen=True, slots=True)
class Portion:
    """What one person receives, in cents, and how it was reached."""

    person_id: UUID
    cents: int
    minutes: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule may speak of when it explains one person's part.

    ``whole_cents`` is the exact part without its fraction of a cent; ``is_exact`` tells that it
    had none.
    """

    total_cents: int
    people: int
    own_minutes: int
    all_minutes: int
    whole_cents: int
    is_exact: bool


@dataclass(frozen=True, slots=True)
class ShareRule:
    """A named way to weigh people.

    ``weigh`` returns one weight of zero or more for each person, by id. ``explain`` returns the
    sentences that lead to ``whole_cents``; ``share`` adds those about the cents left over.
    """

    key: str
    label: str
    weigh: Callable[[Sequence[Stake]], Mapping[UUID, int | Fraction]]
    explain: Callable[[Case], Iterable[Sentence]]


def share(rule: ShareRule, total_cents: int, people: Sequence[Stake]) -> tuple[Portion, ...]:
    """Return each person's portion of ``total_cents``, in the order of their ids.

    The portions add up to the total exactly and do not depend on the order of ``people``.

    Raises Refused for a total below zero or above ``MAX_CENTS``, nobody, a person twice, negative
    minutes, and a rule that weighs other people than these or gives everyone zero.
    """
    _check(total_cents, people)
    people = sorted(people, key=lambda stake: stake.person_id)
    weights = _weights(rule, people)
    cents = split(total_cents, weights)
    whole = sum(weights.values())
    exact = {person: Fraction(total_cents * weight, whole) for person, weight in weights.items()}
    leftover = _Leftover.of(exact, cents)
    all_minutes = sum(stake.minutes for stake in people)
    portions = []
    for stake in people:
        part = exact[stake.person_id]
        case = Case(
            total_cents, len(people), stake.minutes, all_minutes, int(part), part.denominator == 1
        )
        received = cents[stake.person_id]
        sentences = (*rule.explain(case), *leftover.told_to(part, received))
        portions.append(Portion(stake.person_id, received, stake.minutes, Reason(sentences)))
    return tuple(portions)


def rule_named(key: str) -> ShareRule:
    """Return the rule named ``key``; nothing is shared by a guess.

    Raises:
        Refused: there is none of that name.
    """
    rule = RULES.get(key)
    if rule is None:
        raise Refused(_NO_RULE, rule=key)
    return rule


def _check(total_cents: int, people: Sequence[Stake]) -> None:
    if not 0 <= total_cents <= MAX_CENTS:
        raise Refused(N_("La somme à partager ne peut pas être celle-là. Vérifie les paiements."))
    if not people:
        raise Refused(N_("Il n'y a personne dans ce partage. Ajoute d'abord les personnes."))
    if len({stake.person_id for stake in people}) < len(people):
        raise Refused(N_("Une personne est deux fois dans ce partage. Enlève-la une fois."))
    if any(stake.minutes < 0 for stake in people):
        raise Refused(N_("Une durée est plus petite que zéro. Corrige les heures."))


def _weights(rule: ShareRule, people: Sequence[Stake]) -> Mapping[UUID, int | Fraction]:
    weights = rule.weigh(people)
    if weights.keys() != {stake.person_id for stake in people}:
        raise Refused(
            N_("La règle « {rule} » oublie ou ajoute une personne. Choisis une autre règle."),
            rule=rule.key,
        )
    if not any(weights.values()):
        raise Refused(N_("Cette règle ne donne de part à personne. Notez d'abord vos heures."))
    return weights


@dataclass(frozen=True, slots=True)
class _Leftover:
    """The cents that exact parts leave over, and where equal remainders had to be told apart."""

    cents: int
    tied: frozenset[Fraction]

    @classmethod
    def of(cls, exact: Mapping[UUID, Fraction], cents: Mapping[UUID, int]) -> _Leftover:
        served = {part % 1 for person, part in exact.items() if cents[person] > part}
        passed = {part % 1 for person, part in exact.items() if cents[person] < part}
        left = sum(cents.values()) - sum(int(part) for part in exact.values())
        return cls(left, frozenset(served & passed))

    def told_to(self, exact: Fraction, received: int) -> Iterator[Sentence]:
        """Yield what to say to a person whose part had a fraction of a cent."""
        if received == exact:
            return
        if self.cents == 1:
            yield Sentence(N_("Il restait 1 centime. Il va au plus grand reste."))
        else:
            yield Sentence(
                N_("Il restait {left} centimes. Ils vont aux plus grands restes."),
                {"left": self.cents},
            )
        if exact % 1 in self.tied:
            yield Sentence(N_("Des restes étaient égaux. L'ordre des fiches a décidé."))
        yield Sentence(_ONE_MORE if received > exact else _NONE_MORE, {"share_cents": received})


_ONE_MORE = N_("Tu as 1 centime de plus. Ta part est de {share_cents}.")
_NONE_MORE = N_("Tu n'as pas de centime de plus. Ta part est de {share_cents}.")
_NO_RULE = N_("La règle de partage « {rule} » n'est pas là. Choisis une autre règle.")


def _weigh_equally(people: Sequence[Stake]) -> Mapping[UUID, int | Fraction]:
    return {stake.person_id: 1 for stake in people}


def _explain_equal(case: Case) -> Iterator[Sentence]:
    if case.people == 1:
        yield Sentence(
            N_("Tu es la seule personne. Tu reçois tout : {total_cents}."),
            {"total_cents": case.total_cents},
        )
        return
    yield Sentence(N_("Vous êtes {people}. Les parts sont égales."), {"people": case.people})
    yield Sentence(
        N_("{total_cents} / {people} = {part_cents}.")
        if case.is_exact
        else N_("{total_cents} / {people} = {part_cents} et un petit reste."),
        {"total_cents": case.total_cents, "people": case.people, "part_cents": case.whole_cents},
    )


def _weigh_by_minutes(people: Sequence[Stake]) -> Mapping[UUID, int | Fraction]:
    return {stake.person_id: stake.minutes for stake in people}


def _explain_hours(case: Case) -> Iterator[Sentence]:
    if case.own_minutes == 0:
        yield Sentence(
            N_("Tu n'as pas noté d'heures. Ta part est de {part_cents}."),
            {"part_cents": case.whole_cents},
        )
        return
    times = {"own_minutes": case.own_minutes, "all_minutes": case.all_minutes}
    yield Sentence(N_("Tu as fait {own_minutes} sur {all_minutes}."), times)
    yield Sentence(
        N_("{total_cents} × {own_minutes} / {all_minutes} = {part_cents}.")
        if case.is_exact
        else N_("{total_cents} × {own_minutes} / {all_minutes} = {part_cents} et un petit reste."),
        {**times, "total_cents": case.total_cents, "part_cents": case.whole_cents},
    )


RULES: dict[str, ShareRule] = {
    "equal": ShareRule("equal", N_("Parts égales"), _weigh_equally, _explain_equal),
    "hours": ShareRule("hours", N_("Selon les heures"), _weigh_by_minutes, _explain_hours),
}
