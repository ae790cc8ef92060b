"""The forms on the life of documents."""

from __future__ import annotations

from kpa_core.errors import N_, Refused
from kpa_core.i18n import lazy
from kpa_core.invoices.life import platforms
from kpa_core.invoices.paying import payments
from kpa_core.pages.forms import Choice, Day, Form, LongText, Text

STATUSES = [(code, lazy(label)) for code, label in platforms.LABELS.items()]
METHODS = [(key, lazy(label)) for key, label in payments.METHODS.items()]


class StatusForm(Form):
    """What the platform says of a document."""

    code = Choice(lazy(N_("Où en est-elle ?")), choices=STATUSES)
    said_on = Day(lazy(N_("Depuis quel jour ?")))
    reason = LongText(
        lazy(N_("La raison")),
        required=False,
        longest=500,
        hint=lazy(N_("Celle que la plateforme donne, si elle refuse ou rejette.")),
    )


class ScheduleForm(Form):
    """When reminders leave by mail."""

    days = Text(
        lazy(N_("Combien de jours après l'échéance ?")),
        required=False,
        hint=lazy(N_("Exemple : 7, 21, 45. Laisse vide : rien ne part tout seul.")),
    )

    def listed(self) -> list[int]:
        """Return the days typed.

        Raises:
            Refused: something is not a number.
        """
        parts = (self.days.data or "").replace(";", ",").replace(" ", ",").split(",")
        try:
            return [int(one) for one in parts if one]
        except ValueError as error:
            raise Refused(N_("Écris des nombres, comme 7, 21, 45."), field="days") from error


class ClaimForm(Form):
    """The customer's word that an invoice is paid."""

    paid_on = Day(lazy(N_("Quel jour avez-vous payé ?")))
    method = Choice(lazy(N_("Comment ?")), choices=METHODS)
    name = Text(lazy(N_("Votre nom")))
