"""The licences a record may carry, which of them may follow which, and the line of credit.

The list is closed: people choose among plain sentences, and every pair was thought through. A
record from elsewhere with another licence is shown, and cannot be adapted here.

Sources: the licences' own texts; section 3(b) of CC BY-SA 4.0 and BY-NC-SA 4.0 with the published
list of compatible licences (the Free Art License 1.3); section 13 of GPL 3 on combining with AGPL.
Combinations that need a lawyer's opinion are refused.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kpa_core.api import N_, Problem


@dataclass(frozen=True)
class Licence:
    """A licence: its SPDX id, the names people know, and what it asks of an adaptation.

    ``family`` is shared by licences that accept each other's terms. ``becomes`` are the SPDX ids an
    adaptation may carry, as far as this source is concerned.
    """

    spdx: str
    short: str
    plain: str
    family: str
    link: str
    becomes: frozenset[str]
    share_alike: bool = False
    non_commercial: bool = False

    @property
    def may_adapt(self) -> bool:
        """Tell whether a changed copy may be published at all."""
        return bool(self.becomes)


_NC = frozenset({"CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0"})
_CREDITED = _NC | {"CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-ND-4.0", "LAL-1.3"}
_CREDITED |= {"GPL-3.0-or-later", "AGPL-3.0-or-later"}
_SA = frozenset({"CC-BY-SA-4.0", "LAL-1.3"})
_ANY = _CREDITED | {"CC0-1.0", "MIT"}
_CC = "https://creativecommons.org/licenses/"

LICENCES: tuple[Licence, ...] = (
    Licence(
        "CC-BY-SA-4.0",
        "CC BY-SA 4.0",
        N_("Tout le monde peut reprendre et changer. On dit qui l'a fait, et on partage pareil."),
        "by-sa",
        f"{_CC}by-sa/4.0/",
        _SA,
        share_alike=True,
    ),
    Licence(
        "CC-BY-4.0",
        "CC BY 4.0",
        N_("Tout le monde peut reprendre et changer. On dit qui l'a fait."),
        "by",
        f"{_CC}by/4.0/",
        _CREDITED,
    ),
    Licence(
        "CC0-1.0",
        "CC0 1.0",
        N_("Tout le monde peut reprendre et changer. On ne demande rien."),
        "public",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        _ANY,
    ),
    Licence(
        "CC-BY-NC-SA-4.0",
        "CC BY-NC-SA 4.0",
        N_("On peut reprendre et changer, mais pas vendre. On partage pareil."),
        "by-nc-sa",
        f"{_CC}by-nc-sa/4.0/",
        frozenset({"CC-BY-NC-SA-4.0"}),
        share_alike=True,
        non_commercial=True,
    ),
    Licence(
        "CC-BY-NC-4.0",
        "CC BY-NC 4.0",
        N_("On peut reprendre et changer, mais pas vendre. On dit qui l'a fait."),
        "by-nc",
        f"{_CC}by-nc/4.0/",
        _NC,
        non_commercial=True,
    ),
    Licence(
        "CC-BY-ND-4.0",
        "CC BY-ND 4.0",
        N_("On peut lire et donner, mais pas changer. On dit qui l'a fait."),
        "by-nd",
        f"{_CC}by-nd/4.0/",
        frozenset(),
    ),
    Licence(
        "CC-BY-NC-ND-4.0",
        "CC BY-NC-ND 4.0",
        N_("On peut lire et donner, mais pas changer ni vendre."),
        "by-nc-nd",
        f"{_CC}by-nc-nd/4.0/",
        frozenset(),
        non_commercial=True,
    ),
    Licence(
        "LAL-1.3",
        "Licence Art Libre 1.3",
        N_("Comme CC BY-SA : on reprend, on change, on dit qui l'a fait, on partage pareil."),
        "by-sa",
        "https://artlibre.org/licence/lal/",
        _SA,
        share_alike=True,
    ),
    Licence(
        "MIT",
        "MIT",
        N_("Pour un logiciel. On peut tout faire, en gardant le nom de ceux qui l'ont fait."),
        "permissive",
        "https://spdx.org/licenses/MIT.html",
        _CREDITED | {"MIT"},
    ),
    Licence(
        "GPL-3.0-or-later",
        "GPL 3 ou après",
        N_("Pour un logiciel. On peut changer. On partage pareil, avec le code."),
        "gpl",
        "https://www.gnu.org/licenses/gpl-3.0.html",
        frozenset({"GPL-3.0-or-later", "AGPL-3.0-or-later"}),
        share_alike=True,
    ),
    Licence(
        "AGPL-3.0-or-later",
        "AGPL 3 ou après",
        N_("Pour un logiciel en ligne. On peut changer. On partage pareil, avec le code."),
        "gpl",
        "https://www.gnu.org/licenses/agpl-3.0.html",
        frozenset({"AGPL-3.0-or-later"}),
        share_alike=True,
    ),
)
BY_ID = {licence.spdx: licence for licence in LICENCES}
DEFAULT = "CC-BY-SA-4.0"


def licence_of(spdx: str) -> Licence | None:
    """Return a licence of the list, or None for one that is not ours, such as a LicenseRef."""
    return BY_ID.get(spdx)


def allowed_licences(sources: Iterable[str]) -> tuple[str, ...]:
    """Return what an adaptation of all these may carry, in the order of the list."""
    allowed = set(BY_ID)
    for spdx in sources:
        allowed &= BY_ID[spdx].becomes if spdx in BY_ID else frozenset()
    return tuple(spdx for spdx in BY_ID if spdx in allowed)


def check_adaptation(sources: Sequence[str], licence: str) -> Problem | None:
    """Return why work made from ``sources`` may not carry ``licence``; SPDX ids. None: it may."""
    if licence not in BY_ID:
        return _problem(
            N_("La licence {licence} n'est pas dans notre liste."),
            N_("Choisis une licence de la liste."),
            licence=licence,
        )
    for source in sources:
        if (refusal := _refusal(source)) is not None:
            return refusal
    allowed = allowed_licences(sources)
    if not allowed:
        return _problem(
            N_("Les licences {sources} ne vont pas ensemble."),
            N_("Fais deux fiches, une par licence, ou retire une source."),
            sources=", ".join(dict.fromkeys(BY_ID[source].short for source in sources)),
        )
    if licence not in allowed:
        return _problem(
            N_(
                "Tu reprends le travail d'un autre groupe : la licence {licence} n'est pas permise."
            ),
            N_("Choisis parmi : {allowed}."),
            licence=BY_ID[licence].short,
            allowed=", ".join(BY_ID[spdx].short for spdx in allowed),
        )
    return None


def _refusal(source: str) -> Problem | None:
    """Return why nothing at all may be made of a source."""
    known = BY_ID.get(source)
    if known is None:
        return _problem(
            N_("La licence {licence} n'est pas dans notre liste : on peut lire, pas reprendre."),
            N_("Demande à l'autre groupe de choisir une licence de la liste."),
            licence=source,
        )
    if not known.may_adapt:
        return _problem(
            N_("La licence {licence} permet de lire et de donner, pas de changer."),
            N_("Demande à l'autre groupe une licence qui permet de changer."),
            licence=known.short,
        )
    return None


def _problem(message: str, todo: str, **params: object) -> Problem:
    return Problem(message, params=params, todo=todo, where="licence")


@dataclass(frozen=True)
class Credit:
    """One step of where a work comes from: what it is called, who, under what, and where."""

    title: str
    origin_name: str
    licence: str
    link: str = ""


def _as_it_is(message: str) -> str:
    return message


def credit_line(chain: Sequence[Credit], told: Callable[[str], str] = _as_it_is) -> str:
    """Return the credit, the newest work first, then each one it was made from.

    It is one line, whatever peers wrote in their titles, and only ``https`` links are shown.
    ``told`` translates message ids.
    """
    sentences = []
    for step, credit in enumerate(chain):
        known = BY_ID.get(credit.licence)
        text = N_("« {title} », par {origin}, licence {licence}")
        if step:
            text = N_("D'après « {title} », par {origin}, licence {licence}")
        said = told(text).format(
            title=_on_one_line(credit.title),
            origin=_on_one_line(credit.origin_name),
            licence=known.short if known else _on_one_line(credit.licence),
        )
        link = credit.link if _is_link(credit.link) else ""
        sentences.append(f"{said} ({link})." if link else f"{said}.")
    return " ".join(sentences)


def _on_one_line(text: str) -> str:
    """Return a text from elsewhere without line breaks, and without signs that turn the line."""
    kept = (" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)
    return " ".join("".join(kept).split())


def _is_link(link: str) -> bool:
    return link.startswith("https://") and not any(
        sign.isspace() or sign in "<>\"'" for sign in link
    )
