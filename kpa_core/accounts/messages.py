"""Messages to one person, in their language: by mail, by a plugin's channel, or by hand.

A message is written with the act it tells of; a job sends it after the commit. Whoever has neither
mail nor channel stays in the list "à prévenir", and someone tells them from their own phone.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock, contracts
from kpa_core.accounts.models import Message
from kpa_core.contracts import NotifyChannel, Scope
from kpa_core.db import new_id
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.i18n import locale_set
from kpa_core.members import roles, service
from kpa_core.members.contact import shown_phone
from kpa_core.members.models import Party
from kpa_core.work import Work

KEEP_TEXT = timedelta(days=90)
log = logging.getLogger("kpa.accounts")


# --- asking ---------------------------------------------------------------------------------------


def send(
    work: Work,
    party_id: UUID,
    kind: str,
    subject: str,
    text: str,
    *,
    key: str | None = None,
    secret: bool = False,
    expires_at: datetime | None = None,
    **params: object,
) -> Message:
    """Tell a person something, after the commit; the same ``key`` tells it once.

    ``subject`` and ``text`` are message ids, translated into the person's language; besides
    ``params`` they may use ``{name}`` (theirs) and ``{kpa}``. A ``secret`` message holds a way in:
    only who could stand in for the person may read it.

    Raises:
        NotFound: there is no such person.
    """
    with work.transaction() as session:
        party = session.get(Party, party_id)
        if party is None:
            raise NotFound()
        unique = key or str(new_id())
        earlier = session.scalar(sa.select(Message).where(Message.key == unique))
        if earlier is not None:
            return earlier
        values = {**params, "name": party.display_name, "kpa": _kpa(work)}
        message = Message(
            party_id=party_id,
            kind=kind,
            key=unique,
            subject_sealed=_seal(work, party, subject, values),
            text_sealed=_seal(work, party, text, values),
            locale=party.language,
            secret=secret,
            expires_at=expires_at,
            created_by=work.actor.party_id,
        )
        session.add(message)
        session.flush()
        if has_machine(work, message, party):
            work.ask("message.send", {"message": str(message.id)}, key=str(message.id))
    return message


def has_machine(work: Work, message: Message, party: Party) -> bool:
    """Tell whether a machine may reach this person: mail, or some plugin's channel."""
    by_mail = bool(work.instance.settings.mail.host and party.email)
    return by_mail or bool(channels_for(work, ready(work, message, party)))


def ready(work: Work, message: Message, party: Party) -> contracts.Message:
    """Return a message as whoever sends it sees it."""
    subject, text = opened(work, message)
    return contracts.Message(
        to_party_id=party.id,
        kind=message.kind,
        subject=subject,
        text=text,
        email=party.email or None,
        phone=party.phone or None,
        locale=message.locale,
    )


def channels_for(work: Work, message: contracts.Message) -> list[NotifyChannel]:
    """Return the plugins' channels that reach this person, in order."""
    instance = work.instance
    return [
        channel
        for plugin, channel in instance.registered.channels
        if instance.plugins.is_active(plugin) and _reaches(channel, message)
    ]


def _reaches(channel: NotifyChannel, message: contracts.Message) -> bool:
    try:
        return bool(channel.can_reach(message))
    except Exception:  # a plugin's code may fail in any way
        log.exception("channel %s: can_reach failed", channel.key)
        return False


# --- reading --------------------------------------------------------------------------------------


def opened(work: Work, message: Message) -> tuple[str, str]:
    """Return a message's subject and text; empty once they are forgotten."""
    vault = work.instance.vault
    return vault.open(message.subject_sealed), vault.open(message.text_sealed)


class ToTell:
    """A message that someone has to pass on, as far as this reader may see it."""

    def __init__(self, work: Work, message: Message, person: Party) -> None:
        self.message = message
        self.person = person
        minor = service.is_minor(work, person)
        scope = service.person_scope(work, person.id)
        may_reach = not minor or work.can("minor.read", scope)
        self.may_read = may_reach and (not message.secret or roles.may_stand_in(work, person.id))
        self.subject, self.text = opened(work, message) if self.may_read else ("", "")
        self.phone = person.phone if may_reach else ""
        self.email = person.email if may_reach else ""

    @property
    def shown_phone(self) -> str:
        """The number as people read it."""
        return shown_phone(self.phone)

    @property
    def sms(self) -> str:
        """The address that opens a text message, ready to be sent from one's own phone."""
        if not (self.phone and self.text):
            return ""
        return f"sms:{self.phone}?body={quote(self.text, safe='')}"

    @property
    def mail(self) -> str:
        """The address that opens a mail, ready to be sent from one's own box."""
        if not (self.email and self.text):
            return ""
        subject, body = quote(self.subject, safe=""), quote(self.text, safe="")
        return f"mailto:{quote(self.email, safe='@+')}?subject={subject}&body={body}"

    @property
    def maybe_sent(self) -> bool:
        """Tell whether a machine tried, and nobody knows if it left."""
        tried = self.message.tried_at is not None and not self.message.last_error
        return self.message.state == "waiting" and tried


def to_tell(work: Work) -> list[ToTell]:
    """Return who was not told, among those the actor may tell, the oldest message first."""
    if not work.reach("told.read").anywhere:
        return []
    seen = service.visible_people(work, "told.read").with_only_columns(Party.id)
    query = _untold(work).where(Message.party_id.in_(seen))
    found = []
    for message in work.session.scalars(query.order_by(Message.created_at, Message.id)):
        person = work.session.get_one(Party, message.party_id)
        if message.tried_at is not None or not has_machine(work, message, person):
            found.append(ToTell(work, message, person))
    return found


def scope_of_message(session: Session, message_id: UUID) -> Scope | None:
    """Return where a message belongs: to the one it is for."""
    message = session.get(Message, message_id)
    return service.scope_of_party(session, message.party_id) if message else None


def told(work: Work, message_id: UUID) -> Message:
    """Note that the actor told the person; what a way in said is forgotten at once.

    Raises:
        NotFound: there is no such message, or not for this actor.
        Refused: the person is told already.
    """
    with work.transaction() as session:
        message = session.get(Message, message_id, with_for_update=True)
        if message is None:
            raise NotFound()
        work.require("told.read", service.person_scope(work, message.party_id))
        service.find_person(work, message.party_id)
        if message.state not in ("waiting", "failed"):
            raise Refused(N_("Cette personne est déjà prévenue."))
        message.state, message.channel = "told_by_hand", "hand"
        message.told_by, message.sent_at = work.actor.party_id, clock.now()
        forget_secret(message)
        session.flush()
        scope = Scope(person_id=message.party_id)
        work.record("told.read", message, scope=scope, after={"told": message.kind})
    return message


# --- keeping --------------------------------------------------------------------------------------


def forget_secret(message: Message) -> None:
    """Drop what a secret message said; the others are kept for a while, for the person to read."""
    if message.secret:
        message.subject_sealed = message.text_sealed = None


def sweep(work: Work) -> None:
    """Forget what is over: expired ways in, and the words of old messages."""
    now = clock.now()
    over = sa.and_(Message.expires_at < now, Message.state.in_(("waiting", "failed")))
    emptied = {"subject_sealed": None, "text_sealed": None}
    work.session.execute(sa.update(Message).where(over).values(state="failed", **emptied))
    old = Message.created_at < now - KEEP_TEXT
    work.session.execute(sa.update(Message).where(old).values(**emptied))


def _untold(work: Work) -> sa.Select[Message]:
    in_time = sa.or_(Message.expires_at.is_(None), Message.expires_at > clock.now())
    return sa.select(Message).where(
        Message.state.in_(("waiting", "failed")), Message.text_sealed.is_not(None), in_time
    )


def _seal(work: Work, party: Party, message: str, values: Mapping[str, Any]) -> bytes:
    with locale_set(party.language):
        text = work.instance.texts.gettext(message)
    return work.instance.vault.seal(text.format(**values))


def _kpa(work: Work) -> str:
    return work.instance.settings.instance.name
