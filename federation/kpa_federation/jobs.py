"""What the federation has the worker do: each function is one kind of job."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from typing import Any

from kpa_core.api import N_, Job, Refused, TryAgain, Work, now
from kpa_federation.blobs import erasing as unnamed
from kpa_federation.blobs import fetching
from kpa_federation.carrying import leftovers
from kpa_federation.log import erasing, keeping
from kpa_federation.network import profile
from kpa_federation.own import keyring, leaving, mark, writing
from kpa_federation.peers import asking, inviting, pinging, visiting, witnessing
from kpa_federation.peers.models import PeerRow
from kpa_federation.records import files, naming, publishing, telling, unnaming
from kpa_federation.texts import gettext
from kpa_federation.trust import heartbeat
from kpa_federation.trust import service as trust

log = logging.getLogger(__name__)


def jobs() -> Iterable[Job]:
    """Return every kind, with when it is done by itself."""
    return [
        Job("federation.pull", pull, every="hourly", outside=True),
        Job("federation.visit", visit, outside=True),
        Job("federation.start", start, every="start", outside=True),
        Job(fetching.JOB, fetch, outside=True),
        Job("federation.erase", erase, every="daily", outside=True, idempotent=True),
        Job("federation.tell", tell, outside=True),
        Job(unnaming.JOB, unname, outside=True),
        Job("federation.profile", keep_profile, every="daily", outside=True),
        Job(inviting.VOUCH, vouch, idempotent=True),
    ]


Act = Callable[[Work, Mapping[str, Any]], None]


def _while_inside(act: Act) -> Act:
    """Have a job do nothing outside of the network, and end when people leave in the meantime."""

    @wraps(act)
    def guarded(work: Work, payload: Mapping[str, Any]) -> None:
        if leaving.has_left(work.session):
            return
        try:
            act(work, payload)
        except Refused:
            work.session.rollback()
            if not leaving.has_left(work.session):
                raise

    return guarded


@_while_inside
def start(work: Work, payload: Mapping[str, Any]) -> None:
    """After a start: open the log, ask the peers where it stood, then sign what waits.

    While they are away it asks again, less and less often; that is told once.
    """
    writing.open_log(work)
    tries = int(payload.get("tries", 0))
    try:
        if asking.ask(work):
            writing.seal_or_later(work)
            profile.keep_up(work)
            return
        said = mark.WAITS
    except Refused as error:
        said = str(error)
    if tries == 0:
        log.warning("%s", gettext(said))
    wait = timedelta(minutes=min(2**tries, 60))
    with work.transaction():
        key = f"{work.instance.started}:{tries + 1}"
        work.ask("federation.start", {"tries": tries + 1}, key=key, due_at=now() + wait)


def keep_profile(work: Work, _payload: Mapping[str, Any]) -> None:
    """Publish the version of kpa after an upgrade, if the group published its profile."""
    profile.keep_up(work)


@_while_inside
def tell(work: Work, _payload: Mapping[str, Any]) -> None:
    """Sign what was not, tell the peers that there is something new, ask a few to cosign it."""
    if not writing.seal_or_later(work):
        raise TryAgain(N_("Le journal n'est pas encore signé."))
    pinging.tell_peers(work)
    keyring.forget_old(work.instance.settings.root)
    witnessing.collect(work)


def erase(work: Work, _payload: Mapping[str, Any]) -> None:
    """Note the day, and erase what was withdrawn long enough ago, and the files it named."""
    with work.transaction() as session:
        erasing.erase(session, keeping.note_day(session, now()))
    files.forget_purged(work)
    unnamed.erase(work)
    leftovers.remove_old(work)


@_while_inside
def fetch(work: Work, payload: Mapping[str, Any]) -> None:
    """Bring a file home that somebody wants to read."""
    fetching.fetch(work, payload["sha256"])


def unname(work: Work, payload: Mapping[str, Any]) -> None:
    """Withdraw our records that name somebody who is not to be named any more."""
    if not asking.ask(work):
        raise TryAgain(mark.WAITS)
    publishing.retract_all(work, payload["records"], "privacy")


def vouch(work: Work, payload: Mapping[str, Any]) -> None:
    """Recommend who came with an invitation, if people here follow it still."""
    if not trust.may_vouch(work.session, payload["origin"]):
        return
    try:
        trust.vouch(work, payload["origin"], may_say=naming.may_say(work))
    except Refused as error:  # one's own log cannot grow now
        raise TryAgain("{why}", why=str(error)) from error


@_while_inside
def visit(work: Work, payload: Mapping[str, Any]) -> None:
    """Ask one peer that said it has something new, unless it is stopped or wants quiet."""
    is_it = PeerRow.origin == payload["origin"]
    if not visiting.reachable(work.session, is_it, failing_too=True):
        return
    visiting.pull_from(work, payload["origin"])
    profile.name_neighbours(work)
    trust.refresh(work)
    telling.tell(work)


@_while_inside
def pull(work: Work, _payload: Mapping[str, Any]) -> None:
    """Open one's own log if need be, ask every peer whose turn it is, and sign what was not.

    Asking comes first: a log that may not be signed goes on hearing of its neighbours.
    """
    writing.open_log(work)
    visiting.pull_some(work)
    profile.name_neighbours(work)
    trust.refresh(work)
    telling.tell(work)
    with suppress(Refused):
        if asking.ask(work):
            writing.seal(work)
            heartbeat.beat(work)
    heartbeat.listen(work)
