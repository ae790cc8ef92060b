"""Single-use links: asked for with a phone number or an address, opened by a click that posts."""

from __future__ import annotations

from datetime import timedelta

from kpa_core import clock
from kpa_core.accounts import credentials, messages, sessions, throttles
from kpa_core.accounts.codes import digest, new_token
from kpa_core.accounts.onward import local_path
from kpa_core.accounts.throttles import LINK_FROM, LINK_TO_ONE, LINK_TO_ONE_AN_HOUR, OPEN_FROM
from kpa_core.errors import N_, Refused
from kpa_core.members import contact, service
from kpa_core.members.models import Party
from kpa_core.work import Work

VALID = timedelta(minutes=30)
SUBJECT = N_("Ton lien pour entrer dans {kpa}")
TEXT = N_(
    "Bonjour {name},\n\nVoici ton lien pour entrer dans {kpa} :\n{link}\n\n"
    "Il marche une seule fois, pendant 30 minutes.\n"
    "Tu n'as rien demandé ? Alors ne fais rien."
)
GONE = N_("Ce lien a déjà servi, ou il est trop vieux. Demande un nouveau lien.")


def ask(work: Work, text: str, *, address: str, onward: str = "") -> None:
    """Send a link to whoever has this phone number or e-mail address; tell nothing about it.

    Raises:
        Refused: it is neither a number nor an address.
        TooMany: this person, or this place, asked too often.
    """
    who = known_as(text)
    throttles.count(work, (LINK_FROM, address), (LINK_TO_ONE, who), (LINK_TO_ONE_AN_HOUR, who))
    with work.transaction() as session:
        party = service.with_contact(session, who)
        if party is not None:
            send(work, party, onward=onward)


def send(work: Work, party: Party, *, onward: str = "") -> None:
    """Make a link for a person and send it, in the current transaction."""
    with work.transaction() as session:
        account = credentials.open_account(work, party.id)
        if not sessions.may_enter(session, account):
            return
        token, until = new_token(), clock.now() + VALID
        credential = credentials.add(work, account, "link", digest("link", token), expires_at=until)
        messages.send(
            work,
            party.id,
            "account.link",
            SUBJECT,
            TEXT,
            key=f"link:{credential.id}",
            secret=True,
            expires_at=until,
            link=link_to(work, token, onward),
        )


def open_link(work: Work, token: str, *, address: str, shared: bool = False) -> str:
    """Use a link up and return the token of a new session.

    Raises:
        Refused: the link is unknown, used or too old.
        TooMany: this place tried too many.
    """
    throttles.count(work, (OPEN_FROM, address))
    with work.transaction() as session:
        found = credentials.find(session, "link", token)
        if found is None:
            raise Refused(GONE)
        account, credential = found
        credential.used_at = clock.now()
        credentials.revoke(session, account, "link")  # the other links asked for die with it
        opened = sessions.start(work, account, credential, shared=shared)
    throttles.forgive(work, (OPEN_FROM, address))
    return opened


def link_to(work: Work, token: str, onward: str = "") -> str:
    """Return a link's address; from the settings, never from what a request calls itself."""
    base = work.instance.settings.instance.base_url.rstrip("/")
    path = local_path(onward)
    return f"{base}/lien/{token}" + (f"?suite={path}" if path and "?" not in path else "")


def known_as(text: str) -> str:
    """Return a phone number or an e-mail address in its one form.

    Raises:
        Refused: it is neither.
    """
    try:
        who = contact.email(text) if "@" in text else contact.phone(text)
    except Refused as error:
        raise Refused(error.message, field="who", **error.params) from error
    if not who:
        raise Refused(N_("Écris ton téléphone ou ton adresse mail."), field="who")
    return who.lower()
