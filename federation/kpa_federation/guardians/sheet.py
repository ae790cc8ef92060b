"""A guardian's sheet: the secret that stays on paper, and the line that is given to the KPA. Pure.

The secret is an Ed25519 private key. The line holds the hash by which the KPA's log will promise
the public key; the key itself shows only when the guardian signs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kpa_core.api import N_
from kpa_federation.guardians import groups
from kpa_federation.guardians.groups import Miscopied
from kpa_federation.protocol import keys
from kpa_federation.protocol.entries import HASH_BYTES, ORIGIN

SECRET = "KPA-SECRET-1"
GUARDIAN = "KPA-GARDIEN-1"
SIGNS = groups.GROUP * groups.GROUPS
_SECRET = re.compile(rf"{SECRET}:([a-z2-7]{{32}})?:(.*)", re.IGNORECASE | re.DOTALL)
_GUARDIAN = re.compile(rf"{GUARDIAN}:(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Secret:
    """What is on a sheet: the private key, and the KPA it is for when that was known."""

    private: bytes = field(repr=False)
    origin: str = ""

    @property
    def key(self) -> bytes:
        """The public key."""
        return keys.public_key(self.private)

    @property
    def hash(self) -> str:
        """The hash by which the public key is promised."""
        return keys.hash_of(self.key)

    @property
    def words(self) -> str:
        """The secret as groups that people copy by hand."""
        return groups.write("secret", self.private)

    @property
    def code(self) -> str:
        """The secret as a machine reads it from the sheet."""
        return f"{SECRET}:{self.origin.upper()}:{self.words.replace(' ', '')}"

    @property
    def line(self) -> str:
        """What is given to the KPA."""
        return line_of(self.hash)


def new_secret(origin: str = "") -> Secret:
    """Return a new secret for the KPA of this origin; empty when it is not known.

    Raises:
        Miscopied: this is no origin.
    """
    origin = origin.strip().removeprefix("kpa/").lower()
    if origin and not ORIGIN.fullmatch(origin):
        raise Miscopied(N_("L'origine d'un KPA a 32 lettres et chiffres. Recopie-la de sa page."))
    return Secret(keys.new_private_key(), origin)


def read_secret(text: str) -> Secret:
    """Return the secret of a sheet: its groups typed by hand, its QR's text, or its whole page.

    Raises:
        Miscopied: it says which groups to read again, or that this is no secret.
    """
    found = _SECRET.search(text)
    if found is not None:
        return Secret(groups.read("secret", _signs(found[2])), (found[1] or "").lower())
    if "<html" in text.lower():
        raise Miscopied(N_("Ce fichier n'est pas une feuille de gardien."))
    tagged = _GUARDIAN.search(text)  # read as far as what it is: the refusal says so
    return Secret(groups.read("secret", _signs(tagged[1]) if tagged else text))


def line_of(promised: str) -> str:
    """Return the line that gives a promised hash to the KPA."""
    data = keys.bytes_of(promised, HASH_BYTES)
    return f"{GUARDIAN}:{groups.write('guardian', data).replace(' ', '')}"


def read_line(text: str) -> str:
    """Return the hash that a guardian's line gives; a secret sent by mistake is refused as one.

    Raises:
        Miscopied: it says which groups to read again, or that this is no such line.
    """
    secret = _SECRET.search(text)
    found = secret or _GUARDIAN.search(text)
    data = groups.read("guardian", _signs(found[found.lastindex or 1]) if found else text)
    return keys.text_of(data)


def _signs(after: str) -> str:
    """Return the signs that follow a mark, across the lines that a letter was cut into."""
    return re.sub(r"[\s>]", "", after)[:SIGNS]
