"""What the core takes from this folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import url_for

from kpa_core.accounts import alerts, credentials, messages, privacy, sending, sessions, throttles
from kpa_core.accounts.asleep import fall_asleep
from kpa_core.accounts.personal import erase_personal_data, personal_data
from kpa_core.accounts.views import blueprint
from kpa_core.contracts import Health, Job, Todo
from kpa_core.errors import N_
from kpa_core.i18n import lazy, ngettext
from kpa_core.instance import Feature
from kpa_core.jobs.doing import AWAY
from kpa_core.work import Work


def _tidy(work: Work, _payload: Mapping[str, Any]) -> None:
    throttles.sweep(work)
    messages.sweep(work)
    sessions.sweep(work)
    credentials.sweep(work)


def _todo(work: Work) -> Iterator[Todo]:
    count = len(messages.to_tell(work))
    if count:
        text = ngettext(
            "{n} message attend : préviens avec ton téléphone.",
            "{n} messages attendent : préviens avec ton téléphone.",
            count,
        ).format(n=count)
        yield Todo(lazy(N_("Préviens ces personnes")), text, url_for("accounts.told"), 45, "parler")


def _health(work: Work) -> Iterator[Health]:
    mail = work.instance.settings.mail
    if mail.host:
        missing = lazy(N_("Il manque l'adresse d'envoi : « sender », dans [mail] de kpa.toml."))
        yield Health("mail", bool(mail.sender), "" if mail.sender else missing)


ACCOUNTS = Feature(
    name="accounts",
    blueprints=lambda: (blueprint(),),
    jobs=(
        # Asked twice, a mail server sends twice: a run that broke off is left to a person.
        Job(
            "message.send",
            sending.run,
            idempotent=False,
            outside=True,
            label=lazy(N_("Envoyer un message")),
        ),
        Job(AWAY, alerts.tell, label=lazy(N_("Prévenir qu'une machine ne répond plus"))),
        Job("accounts.tidy", _tidy, every="daily", label=lazy(N_("Ranger les accès"))),
        # VACUUM wants no transaction around it.
        Job("house.scrub", privacy.scrub, outside=True, label=lazy(N_("Effacer pour de bon"))),
    ),
    personal_data=personal_data,
    erase_personal_data=erase_personal_data,
    role_given=fall_asleep,
    health=_health,
    todo=_todo,
)
