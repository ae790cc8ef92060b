"""Why a KPA calls its guardians: what happened, what to do first, and from where its log goes on.

Pure. The sentences are French message ids, for pages and commands to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kpa_core.api import N_, Refused

Why = Literal["first", "guardians", "rotation", "stolen", "lost_key", "lost_server"]


@dataclass(frozen=True, slots=True)
class Walk:
    """One occasion: its name, what to do before, and whether the log gets a new key."""

    title: str
    before: tuple[str, ...]
    new_key: bool


WALKS: dict[Why, Walk] = {
    "first": Walk(
        N_("Choisir les premiers gardiens"),
        (
            N_("Choisissez trois maisons de confiance : la structure porteuse, la CAE, le lieu."),
            N_("Chacune fait sa feuille sur son propre ordinateur."),
        ),
        new_key=False,
    ),
    "guardians": Walk(
        N_("Changer de gardiens"),
        (
            N_("Les gardiens d'aujourd'hui devront signer."),
            N_("Un nouveau gardien fait d'abord sa feuille, et un exercice."),
        ),
        new_key=False,
    ),
    "rotation": Walk(
        N_("Changer la clé du KPA"),
        (N_("Rien ne presse. Ne publiez rien pendant que les gardiens signent."),),
        new_key=True,
    ),
    "stolen": Walk(
        N_("On a volé la clé du KPA"),
        (
            N_("Coupez le serveur du réseau, et changez ses mots de passe."),
            N_("Appelez les gardiens de vive voix. La clé volée ne peut rien contre eux."),
            N_("Cherchez dans le journal la dernière ligne qui vient de vous."),
            N_("Faites-le avant 30 jours : après, vos voisins gardent ce qu'ils ont vérifié."),
        ),
        new_key=True,
    ),
    "lost_key": Walk(
        N_("La clé du KPA est perdue"),
        (
            N_("Vérifiez d'abord les sauvegardes de l'ordinateur."),
            N_("Ne publiez rien pendant que les gardiens signent."),
        ),
        new_key=True,
    ),
    "lost_server": Walk(
        N_("L'ordinateur du KPA est perdu"),
        (
            N_("Remettez la dernière sauvegarde, ou faites un KPA neuf."),
            N_("Reprenez le journal du KPA chez deux voisins, jusqu'à la dernière ligne."),
            N_("Ensuite, les gardiens donnent une nouvelle clé."),
        ),
        new_key=True,
    ),
}


def size_after_theft(last_ours: int, final: int) -> int:
    """Return the size at which a log goes on, leaving what a thief appended.

    ``last_ours`` is how many entries the KPA knows as its own; ``final`` the size that peers
    verified more than 30 days ago, as far as they say: they leave nothing below it.

    Raises:
        Refused: peers would not follow; the thief's entries are to be withdrawn one by one.
    """
    if last_ours < max(final, 1):
        raise Refused(
            N_(
                "Vos voisins ont vérifié {final} lignes il y a plus de 30 jours : ils n'y "
                "reviennent pas. Continuez après, et retirez les fiches du voleur une à une."
            ),
            final=final,
        )
    return last_ours
