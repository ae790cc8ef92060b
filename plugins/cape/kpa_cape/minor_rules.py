"""The time limits of the Code du travail for people of 16 and 17, as dated data.

The CAPE is not an employment contract, and these articles speak of employees and trainees
(art. L3161-1). Applying them to minors under a CAPE, a CJS or as volunteers is this project's
protective default. The carrier may be stricter, never looser: the exceptions that the law gives to
some employers (40 hours on building sites, 23:30 in restaurants, Sundays for apprentices, holidays
by collective agreement) are left out on purpose.

Times of day are minutes after midnight on the clock of the place; lengths are minutes.
"""

from __future__ import annotations

from datetime import date

from kpa_cape.law import Certainty, Rule

# Ordonnance n° 2007-329: the Code du travail as numbered today. Older rows are not needed: no
# engagement in kpa is that old.
_CODE_SINCE = date(2008, 5, 1)

MINOR_RULES = (
    Rule(
        "daily_minutes",
        8 * 60,
        "lower",
        _CODE_SINCE,
        "Code du travail, art. L3162-1",
        Certainty.VERIFIED,
        "doctrine.fr, texte de l'article, version du 01/01/2019",
    ),
    Rule(
        "weekly_minutes",
        35 * 60,
        "lower",
        _CODE_SINCE,
        "Code du travail, art. L3162-1",
        Certainty.VERIFIED,
        "doctrine.fr, texte de l'article, version du 01/01/2019",
    ),
    Rule(
        "stretch_minutes",
        4 * 60 + 30,
        "lower",
        _CODE_SINCE,
        "Code du travail, art. L3162-3",
        Certainty.VERIFIED,
        "french-business-law.com, texte de l'article (traduit)",
    ),
    Rule(
        "break_minutes",
        30,
        "higher",
        _CODE_SINCE,
        "Code du travail, art. L3162-3",
        Certainty.VERIFIED,
        "french-business-law.com, texte de l'article (traduit)",
    ),
    Rule(
        "night_from",
        22 * 60,
        "lower",
        _CODE_SINCE,
        "Code du travail, art. L3163-1 et L3163-2",
        Certainty.VERIFIED,
        "doctrine.fr (L3163-1) et code.travail.gouv.fr (L3163-2), textes des articles",
    ),
    Rule(
        "night_until",
        6 * 60,
        "higher",
        _CODE_SINCE,
        "Code du travail, art. L3163-1 et L3163-2",
        Certainty.VERIFIED,
        "doctrine.fr (L3163-1) et code.travail.gouv.fr (L3163-2), textes des articles",
    ),
    Rule(
        "daily_rest_minutes",
        12 * 60,
        "higher",
        _CODE_SINCE,
        "Code du travail, art. L3164-1",
        Certainty.VERIFIED,
        "preventionbtp.fr, texte de l'article",
    ),
    Rule(
        # Twelve hours of rest in every twenty-four leave twelve for the working day, gaps included.
        # For adults the courts read 13 hours out of 11 of rest in the same way.
        "daily_spread_minutes",
        12 * 60,
        "lower",
        _CODE_SINCE,
        "Code du travail, art. L3164-1 (12 h de repos sur 24 h)",
        Certainty.READING,
        "preventionbtp.fr, texte de l'article",
    ),
    Rule(
        "weekly_rest_days",
        2,
        "higher",
        _CODE_SINCE,
        "Code du travail, art. L3164-2",
        Certainty.VERIFIED,
        "legifrance.gouv.fr, version au 02/12/2020",
    ),
    Rule(
        # The weekly rest is on Sunday; the ways round it name apprentices only.
        "sunday_minutes",
        0,
        "lower",
        _CODE_SINCE,
        "Code du travail, art. L3132-3, L3164-3 et L3164-5",
        Certainty.READING,
        "lhotellerie-restauration.fr, SOS Experts ; legal.tricoteuses.fr, JORFARTI000020310065",
    ),
    Rule(
        "holiday_minutes",
        0,
        "lower",
        _CODE_SINCE,
        "Code du travail, art. L3164-6",
        Certainty.VERIFIED,
        "legavox.fr et lhotellerie-restauration.fr, textes des articles L3164-6 et L3164-8",
    ),
)
