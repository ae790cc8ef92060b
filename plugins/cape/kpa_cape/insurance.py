"""The insurance step: nobody works for a customer before the insurer has said yes.

The carrier sends the person's sheet to the insurer and waits for the answer ("ne pas commencer
avant le retour positif"). The day counts: a cover that starts tomorrow or ended yesterday is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kpa_cape.findings import Finding, refused, waiting
from kpa_cape.minor_words import said_day
from kpa_cape.policy import CarrierPolicy
from kpa_core.api import N_, EngagementFacts

INSURER_SAID_NO = "insurer_said_no"
"""The term of the engagement set to True when the insurer refuses."""


def insurance(engagement: EngagementFacts, day: date, policy: CarrierPolicy) -> Iterator[Finding]:
    """Yield why the person is not insured on ``day``; nothing when they are."""
    source = policy.limit("insurance", day).source
    since, until = engagement.insured_from, engagement.insured_until
    if engagement.terms.get(INSURER_SAID_NO) is True:
        yield refused(
            "insurance",
            N_("L'assurance a dit non."),
            {},
            source=source,
            todo=N_("Demande pourquoi à la maison qui facture."),
        )
    elif since is None:
        yield waiting(
            "insurance",
            N_("L'assurance n'a pas encore dit oui. Ne commence pas avant."),
            {},
            source=source,
            todo=N_("La maison qui facture demande à l'assurance, puis note sa réponse ici."),
        )
    elif since > day:
        yield waiting(
            "insurance",
            N_("L'assurance commence le {first}. Ne commence pas avant."),
            {"first": said_day(since)},
            source=source,
            todo=N_("Attends ce jour, ou demande à la maison qui facture de l'avancer."),
        )
    elif until is not None and until < day:
        yield refused(
            "insurance",
            N_("L'assurance est finie depuis le {last}."),
            {"last": said_day(until)},
            source=source,
            todo=N_("Demande à la maison qui facture de la prolonger."),
        )
