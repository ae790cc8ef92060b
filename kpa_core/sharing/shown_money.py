"""Where the money of a share-out goes, line by line, in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kpa_core.errors import N_
from kpa_core.figures import money, percent
from kpa_core.sharing.fees import fee
from kpa_core.sharing.plan import Ways
from kpa_core.sharing.steps import Step

Translate = Callable[[str], str]


@dataclass(frozen=True)
class MoneyLine:
    """One line: ``kind`` is ``all`` (the start), ``out`` (taken away) or ``left`` (what stays)."""

    label: str
    cents: int
    kind: str
    sentence: str = ""


def money_lines(step: Step, ways: Ways, carrier: str, translate: Translate) -> list[MoneyLine]:
    """Return the lines of a share-out, from what the customer paid to what people share."""
    margin = step.gross - step.vat - step.expenses
    left = margin - step.fee
    rate = percent(ways.pot_rate_bp)

    def say(message: str, **values: str) -> str:
        return translate(message).format(**values)

    return [
        MoneyLine(say(N_("Le client a payé")), step.gross, "all"),
        MoneyLine(
            say(N_("TVA")), step.vat, "out", say(N_("{carrier} la rend à l'État."), carrier=carrier)
        ),
        MoneyLine(
            say(N_("Achats")), step.expenses, "out", say(N_("On rend d'abord ce qui a été payé."))
        ),
        MoneyLine(say(N_("Reste après les achats")), margin, "left"),
        MoneyLine(
            say(N_("Part de {carrier}"), carrier=carrier),
            step.fee,
            "out",
            _fee(step, ways, translate),
        ),
        MoneyLine(say(N_("Reste pour le groupe")), left, "left"),
        MoneyLine(
            say(N_("Cagnotte commune")),
            step.pot,
            "out",
            say(
                N_("{rate} de {amount}. L'argent du groupe, pour plus tard."),
                rate=rate,
                amount=money(left),
            ),
        ),
        MoneyLine(say(N_("À partager")), step.to_share, "left"),
    ]


def _fee(step: Step, ways: Ways, translate: Translate) -> str:
    """Say how the fee was reached, when it is that of this money alone."""
    if ways.exempt:
        return translate(N_("Pas de frais : {why}.")).format(why=ways.exempt)
    parts = fee(max(0, step.fee_base), ways.tiers, ways.already_cents).parts
    if sum(part.cents for part in parts) != step.fee:
        return translate(
            N_("Calculé sur tout l'argent de la commande, moins ce qui était déjà pris.")
        )
    slices = (f"{percent(part.rate_bp)} × {money(part.base)}" for part in parts)
    return " + ".join(slices)


def check_line(step: Step, carrier: str, translate: Translate) -> str:
    """Return the sum anyone can do again: all that came in, and every place it went."""
    return translate(
        N_(
            "{gross} = {vat} de TVA + {expenses} d'achats + {fee} pour {carrier} + {pot} pour la "
            "cagnotte + {to_share} à partager"
        )
    ).format(
        gross=money(step.gross),
        vat=money(step.vat),
        expenses=money(step.expenses),
        fee=money(step.fee),
        carrier=carrier,
        pot=money(step.pot),
        to_share=money(step.to_share),
    )


def plain_lines(lines: list[MoneyLine]) -> Iterator[str]:
    """Yield the lines as a command prints them."""
    for line in lines:
        sign = "- " if line.kind == "out" else "  "
        yield f"{sign}{line.label:<28}{money(line.cents):>14}  {line.sentence}".rstrip()
