"""What went wrong with a neighbour, in a sentence for people; the code is for the machine's log."""

from __future__ import annotations

from kpa_core.api import N_
from kpa_federation.protocol.errors import ProtocolError

SENTENCES = {
    "bad_signature": N_("Sa signature n'est pas la bonne. On ne prend rien."),
    "bad_root": N_("Le texte n'est pas celui qui a été signé. On ne prend rien."),
    "bad_proof": N_("Ses preuves ne vont pas. On ne prend rien."),
    "bad_key": N_("Sa clé n'est pas sûre. On ne prend rien."),
    "bad_bundle": N_("À cette adresse, ce n'est pas un KPA qui répond, ou il est en panne."),
    "other_log": N_("Il envoie le journal d'un autre. On ne prend rien."),
    "gap": N_("Il manque un morceau de ce qu'il envoie. On réessaie plus tard."),
    "rollback": N_("Il montre un journal plus court qu'avant. On ne prend rien."),
    "fork": N_("Il montre une autre suite d'un journal. Regarde les alertes."),
    "too_long": N_("Il envoie trop de choses d'un coup. On ne prend rien."),
}
WRONG = N_("Ce qu'il envoie ne suit pas les règles du réseau. On ne prend rien.")
HERE = N_("Une erreur est arrivée ici, chez nous. Elle est notée dans le journal de la machine.")


def sentence(error: ProtocolError) -> str:
    """Return what to tell people of an answer that was refused."""
    return SENTENCES.get(error.code, WRONG)
