"""Joining takes one link and one yes: an invitation says who invites, where, and a secret."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

from kpa_core.api import N_, HttpError, Misuse, Refused, Work, now
from kpa_federation.log import keeping, serving
from kpa_federation.own import head, leaving
from kpa_federation.own.writing import open_log, own_origin
from kpa_federation.peers import hearing, sending, service, signing
from kpa_federation.peers.appearance import one_spelling
from kpa_federation.peers.models import InvitationRow, PeerRow
from kpa_federation.peers.over_http import BASE, JSON, is_busy, media_type
from kpa_federation.peers.signing import Message
from kpa_federation.protocol import canonical
from kpa_federation.protocol.bundle import BundleReader, closing, opening, section_lines
from kpa_federation.protocol.entries import ORIGIN
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.reading import LogState, identity_ahead

VOUCH = "federation.vouch"
"""The job that recommends who came with an invitation: its inviter knows it."""
PAGE = "/federation/invitation/"
SECRET_BYTES = 16
SECRET = re.compile(r"[A-Za-z0-9_-]{16,64}")
LONGEST = 1024 * 1024
LASTS = timedelta(days=30)
WRONG = N_("Ce lien n'est pas une invitation. Demande un nouveau lien à l'autre KPA.")
CLOCKS = N_(
    "L'autre KPA n'a pas la même heure que nous : {minutes} minutes d'écart. Réglez vos horloges."
)
USED = N_("Cette invitation a déjà servi, ou elle a plus de 30 jours. Demandes-en une autre.")


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link says."""

    address: str
    origin: str
    secret: str

    def link(self) -> str:
        """Return the link, to send or to print as a QR code."""
        return f"{self.address}{PAGE}{self.secret}?kpa={self.origin}"


def invite(work: Work) -> Invitation:
    """Make an invitation: whoever has the link may join, once, within 30 days."""
    work.require(service.MANAGE)
    leaving.check_inside(work)
    origin = open_log(work)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with work.transaction() as session:
        row = InvitationRow(secret_hash=_hash(secret), expires_at=now() + LASTS, used_by="")
        session.add(row)
        work.record(service.MANAGE, "invitation", after={"until": row.expires_at.isoformat()})
    return Invitation(hearing.own_address(work), origin, secret)


def link_of(work: Work, secret: str) -> str:
    """Return the link of an invitation that was made here."""
    return Invitation(hearing.own_address(work), own_origin(work.session), secret).link()


def read_link(link: str) -> Invitation:
    """Return what an invitation's link says.

    Raises:
        Misuse: it is none.
    """
    parts = urlsplit(link.strip())
    origin = parse_qs(parts.query).get("kpa", [""])[0]
    address, found, secret = link.strip().partition(PAGE)
    secret = secret.partition("?")[0]
    if not found or not ORIGIN.fullmatch(origin) or not SECRET.fullmatch(secret):
        raise Misuse(WRONG)
    return Invitation(one_spelling(address), origin, secret)


def accept(work: Work, invitation: Invitation) -> PeerRow:
    """Say hello to who invited, and follow them.

    Raises:
        Refused: they do not know the invitation, or do not answer.
    """
    work.require(service.MANAGE)
    leaving.check_inside(work)
    open_log(work)
    asked = Message("POST", invitation.address + BASE + "/hello", _hello(work, invitation.secret))
    asked.headers["Content-Type"] = JSON
    private = head.read_key(work.instance.settings.root)
    try:
        answer = sending.send(work, asked, recipient=invitation.origin, private=private)
    except HttpError as error:
        raise Refused(N_("L'autre KPA ne répond pas : {why}"), why=str(error)) from error
    if is_busy(answer):
        raise Refused(N_("L'autre KPA est très demandé. Réessaie dans quelques minutes."))
    ahead = sending.offset(answer)
    if answer.status == 401 and abs(ahead) > signing.WINDOW:
        raise Refused(CLOCKS, minutes=round(ahead.total_seconds() / 60))
    if answer.status != 200 or media_type(answer) != JSON:
        raise Refused(USED)
    return service.add_peer(work, invitation.origin, invitation.address, _name(answer.body))


def welcome(work: Work) -> dict[str, str]:
    """Hear a hello: check who it is, use the invitation up, follow them; return who we are.

    Raises:
        ProtocolError: the hello is none, or the log it shows is not signed.
        Refused: there is no such invitation any more; or who comes with it is blocked here.
        NotHeard: it is not signed by the key of the log it shows.
    """
    asked = hearing.message(work)
    said = read_hello(asked.body)
    origin, key = introduced(said["bundle"])
    with work.transaction() as session:
        hearing.heard(work, asked, origin, key)
        row = session.get(InvitationRow, _hash(said["secret"]), with_for_update=True)
        if row is None or row.expires_at < now() or row.used_by not in ("", origin):
            raise Refused(USED)
        if not row.used_by:  # the same hello again is only answered
            row.used_by = origin
            try:
                service.meet(work, origin, one_spelling(said["address"]), said["name"])
            except Misuse as error:
                raise Refused(USED) from error
            work.ask(VOUCH, {"origin": origin}, key=f"{origin}:{row.expires_at:%Y%m%d%H%M%S}")
    return {"name": work.instance.settings.instance.name, "origin": own_origin(work.session)}


def _hello(work: Work, secret: str) -> bytes:
    origin = own_origin(work.session)
    row = keeping.log_row(work.session, origin)
    assert row is not None
    lines = [opening(origin), *section_lines(serving.introduction(work.session, row))]
    said = {
        "address": hearing.own_address(work),
        "bundle": b"".join([*lines, closing("", {})]).decode(),
        "name": work.instance.settings.instance.name,
        "secret": secret,
    }
    return canonical.write(said)


def read_hello(body: bytes) -> dict[str, str]:
    """Return what a hello says.

    Raises:
        ProtocolError: it is none.
    """
    names = ("address", "bundle", "name", "secret")
    said = canonical.read(body, LONGEST)
    if not all(isinstance(said.get(one), str) for one in names):
        raise ProtocolError("bad_field", "not the fields of a hello")
    try:
        address = one_spelling(said["address"])
    except HttpError as error:
        raise ProtocolError("bad_field", "no address") from error
    return {**{one: said[one] for one in names}, "address": address}


def introduced(text: str) -> tuple[str, bytes]:
    """Return the origin and key of the log that a hello shows; all of it is verified.

    Raises:
        ProtocolError: it shows none.
    """
    sections = list(BundleReader([text.encode()]))
    if len(sections) != 1:
        raise ProtocolError("bad_bundle", "not one section")
    state, _ = LogState(sections[0].origin).take(sections[0])
    return sections[0].origin, identity_ahead(state, sections[0]).key


def _name(body: bytes) -> str:
    try:
        name = json.loads(body)["name"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return name if isinstance(name, str) else ""


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
