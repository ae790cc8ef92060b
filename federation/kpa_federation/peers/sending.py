"""Signed requests that go out; one that is refused for its time is signed again by their clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from kpa_core.api import HttpAnswer, Work, now
from kpa_federation.own.writing import own_origin
from kpa_federation.peers import signing
from kpa_federation.peers.signing import Message


def send(work: Work, asked: Message, *, recipient: str, private: bytes) -> HttpAnswer:
    """Sign a request and send it, twice at most: their clock is asked for once.

    Whoever lies about the time gets a signature for themselves alone.

    Raises:
        HttpError: they do not answer.
    """
    answer = _send_once(work, asked, recipient, private, now())
    ahead = offset(answer)
    if answer.status == 401 and abs(ahead) > signing.WINDOW:
        answer = _send_once(work, asked, recipient, private, now() + ahead)
    return answer


def offset(answer: HttpAnswer) -> timedelta:
    """Return how far the other clock is ahead of ours; nothing when it does not tell."""
    try:
        theirs = parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, OverflowError):
        return timedelta()
    return (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)) - now()


def _send_once(
    work: Work, asked: Message, recipient: str, private: bytes, at: datetime
) -> HttpAnswer:
    signed = Message(asked.method, asked.url, asked.body, dict(asked.headers))
    own = own_origin(work.session)
    signing.sign(signed, origin=own, recipient=recipient, private=private, now=at)
    http = work.instance.http
    return http.fetch(signed.method, signed.url, headers=signed.headers, body=signed.body)
