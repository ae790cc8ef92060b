"""The form of a carrier's policy: each field empty is the law alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time

from kpa_cape.law import rule_on
from kpa_cape.policy import CLOCK_KEYS, OWN_KEYS, RULES, SETTABLE, Consent, shown
from kpa_cape.texts import Said, lazy
from kpa_core.api import N_, forms

AT_MOST = N_("La loi : {law} au plus. Laisse vide pour suivre la loi.")
AT_LEAST = N_("La loi : {law} ou plus. Laisse vide pour suivre la loi.")
CONSENTS = (
    (Consent.PAID_WORK.value, lazy(N_("Avant un travail pour un client"))),
    (Consent.ALWAYS.value, lazy(N_("Avant de venir, même pour apprendre"))),
    (Consent.NEVER.value, lazy(N_("Jamais : la maison qui facture n'en demande pas"))),
)
GROUPS = (
    (lazy(N_("Le contrat")), ("cape_months", "cape_renewals", "cape_total_months", "cjs_max_age")),
    (lazy(N_("L'âge et l'accord d'un parent")), ("min_age", "guardian_consent")),
    (
        lazy(N_("Les heures avant 18 ans")),
        ("daily_minutes", "weekly_minutes", "stretch_minutes", "break_minutes"),
    ),
    (
        lazy(N_("La nuit et le repos avant 18 ans")),
        (
            "night_from",
            "night_until",
            "daily_rest_minutes",
            "daily_spread_minutes",
            "weekly_rest_days",
        ),
    ),
    (lazy(N_("Les travaux")), ("refused_works",)),
    (lazy(N_("La décision")), ("starts_on", "source")),
)
"""The fields, by what they are about."""


class WeekHours(forms.Count):
    """A whole number of hours, held in minutes."""

    def parse(self, text: str) -> int:
        """Return minutes."""
        return super().parse(text) * 60

    def show(self, value: int) -> str:
        """Return hours."""
        return str(value // 60)


def _hint(key: str) -> Said:
    law = rule_on(date.max, key, RULES)
    return Said(AT_MOST if law.stricter == "lower" else AT_LEAST, {"law": shown(key, law.value)})


class PolicyForm(forms.Form):
    """What a carrier asks on top of the law."""

    cape_months = forms.Count(
        lazy(N_("Un contrat dure combien de mois au plus ?")),
        required=False,
        hint=_hint("cape_months"),
    )
    cape_renewals = forms.Count(
        lazy(N_("Combien de renouvellements au plus ?")),
        required=False,
        hint=_hint("cape_renewals"),
    )
    cape_total_months = forms.Count(
        lazy(N_("Combien de mois en tout ?")), required=False, hint=_hint("cape_total_months")
    )
    cjs_max_age = forms.Count(
        lazy(N_("CJS : quel âge au plus ?")), required=False, hint=_hint("cjs_max_age")
    )
    min_age = forms.Count(lazy(N_("À partir de quel âge ?")), required=False, hint=_hint("min_age"))
    guardian_consent = forms.OneOf(
        lazy(N_("Quand faut-il l'accord d'un parent ?")),
        choices=CONSENTS,
        default=Consent.PAID_WORK.value,
    )
    daily_minutes = forms.Minutes(
        lazy(N_("Combien d'heures par jour ?")), required=False, hint=_hint("daily_minutes")
    )
    weekly_minutes = WeekHours(
        lazy(N_("Combien d'heures par semaine ?")), required=False, hint=_hint("weekly_minutes")
    )
    stretch_minutes = forms.Minutes(
        lazy(N_("Combien de temps sans pause ?")), required=False, hint=_hint("stretch_minutes")
    )
    break_minutes = forms.Minutes(
        lazy(N_("Combien dure la pause ?")), required=False, hint=_hint("break_minutes")
    )
    night_from = forms.Hour(
        lazy(N_("Pas de travail après quelle heure ?")), required=False, hint=_hint("night_from")
    )
    night_until = forms.Hour(
        lazy(N_("Pas de travail avant quelle heure ?")), required=False, hint=_hint("night_until")
    )
    daily_rest_minutes = forms.Minutes(
        lazy(N_("Combien de repos entre deux jours ?")),
        required=False,
        hint=_hint("daily_rest_minutes"),
    )
    daily_spread_minutes = forms.Minutes(
        lazy(N_("Combien de temps entre le début et la fin de la journée ?")),
        required=False,
        hint=_hint("daily_spread_minutes"),
    )
    weekly_rest_days = forms.Count(
        lazy(N_("Combien de jours de repos de suite par semaine ?")),
        required=False,
        hint=_hint("weekly_rest_days"),
    )
    refused_works = forms.Text(
        lazy(N_("D'autres travaux refusés avant 18 ans, avec des virgules")),
        required=False,
        hint=lazy(N_("Écris les mots des tâches. Exemple : friteuse, caisse.")),
    )
    starts_on = forms.Day(lazy(N_("À partir du")))
    source = forms.Text(
        lazy(N_("Qui l'a décidé ?")), hint=lazy(N_("Exemple : réunion d'équipe du 3 mars."))
    )


def table_of(form: PolicyForm) -> dict[str, object]:
    """Return the policy a form says, as :func:`kpa_cape.policy.read_policy` reads it."""
    said = {key: form[key].data for key in SETTABLE if form[key].data is not None}
    for key in CLOCK_KEYS:
        if key in said:
            said[key] = said[key].hour * 60 + said[key].minute
    words = [word.strip() for word in form.refused_works.data.split(",") if word.strip()]
    return {
        **said,
        "guardian_consent": form.guardian_consent.data,
        **({"refused_works": words} if words else {}),
    }


def start_of(table: Mapping[str, object]) -> dict[str, object]:
    """Return what fills the form at first: the stored table as the fields hold it."""
    start: dict[str, object] = {key: table[key] for key in SETTABLE if key in table}
    for key in CLOCK_KEYS:
        value = start.get(key)
        if isinstance(value, int):
            start[key] = time(value // 60, value % 60)
    start.update({key: table[key] for key in OWN_KEYS if key in table})
    words = start.get("refused_works")
    if isinstance(words, list):
        start["refused_works"] = ", ".join(words)
    return start
