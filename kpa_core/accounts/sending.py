"""The job that sends one message, by the first way that reaches the person.

SMTP cannot be asked twice without risk. So "tried" is committed before the machine is asked; a run
that dies in between leaves a message that may have left, and the list "à prévenir" says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from kpa_core import clock, contracts
from kpa_core.accounts import mail, messages
from kpa_core.accounts.models import Message
from kpa_core.errors import KpaError, Refused, TryAgain, before_leaving
from kpa_core.members.models import Party
from kpa_core.work import Work

log = logging.getLogger("kpa.accounts")
Way = tuple[str, Callable[[], None]]


def run(work: Work, payload: Mapping[str, Any]) -> None:
    """Send a message that still waits; nothing is done for one that was told meanwhile.

    Raises:
        TryAgain: no machine took it, and trying again later is safe.
    """
    with before_leaving():
        found = _waiting(work, UUID(payload["message"]))
        if found is None:
            return
        message, party = found
        ready = messages.ready(work, message, party)
    failed: KpaError | None = None
    for name, send in _ways(work, ready, str(message.id)):
        with before_leaving():
            _note(work, message.id, tried=name)
        try:
            send()
        except mail.Unknown:
            return  # tried, not known to have left: the list says so, and no machine tries again
        except KpaError as error:
            failed = error
            continue
        _note(work, message.id, sent=name)
        return
    if failed is None:
        return  # no way reaches this person: somebody's own phone will
    with before_leaving():
        _note(work, message.id, error=str(failed), failed=isinstance(failed, Refused))
    if not isinstance(failed, Refused):
        raise failed


def _waiting(work: Work, message_id: UUID) -> tuple[Message, Party] | None:
    message = work.session.get(Message, message_id)
    if message is None or message.state != "waiting" or message.text_sealed is None:
        return None
    if message.expires_at is not None and message.expires_at < clock.now():
        return None
    return message, work.session.get_one(Party, message.party_id)


def _ways(work: Work, ready: contracts.Message, key: str) -> Iterator[Way]:
    instance = work.instance
    if instance.settings.mail.host and ready.email:
        yield "mail", lambda: mail.send(instance.settings, ready, key)
    for channel in messages.channels_for(work, ready):
        yield channel.key, _by(work, channel, ready, key)


def _by(
    work: Work, channel: contracts.NotifyChannel, ready: contracts.Message, key: str
) -> Callable[[], None]:
    def send() -> None:
        try:
            taken = channel.send(work, ready, key)
        except Exception as error:  # the same: the message waits for another way
            log.exception("channel %s: send failed", channel.key)
            raise TryAgain(f"{channel.key}: {type(error).__name__}") from error
        if not taken:
            raise Refused(f"{channel.key}")

    return send


def _note(
    work: Work,
    message_id: UUID,
    *,
    tried: str = "",
    sent: str = "",
    error: str = "",
    failed: bool = False,
) -> None:
    with work.transaction() as session:
        message = session.get(Message, message_id, with_for_update=True)
        if message is None:
            return
        message.last_error = error
        if tried:
            message.tried_at, message.channel = clock.now(), tried
        if failed and message.state == "waiting":
            message.state = "failed"
        if sent and message.state == "waiting":
            message.state, message.channel, message.sent_at = "sent", sent, clock.now()
            messages.forget_secret(message)
