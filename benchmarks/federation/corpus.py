"""Records as a KPA might write them: French, 918 bytes on average, the same in each run.

Word lists and sentences are our own. Each body has a random salt, as the protocol asks: it costs 17
bytes that no packer saves.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterable

MEAN = 918
WHO = """les jeunes|deux voisines|l'équipe|les familles|le groupe du mardi|trois habitants
|les bénévoles|une maman|les anciens|la couturière|le menuisier|les stagiaires|notre trésorière
|la cuisine|le comité|les élèves|un retraité|les cyclistes""".replace("\n", "").split("|")
DID = """a préparé|a réparé|a coupé|a cousu|a partagé|a noté|a essayé|a vendu|a prêté|a planté
|a peint
|a livré|a compté|a invité|a nettoyé|a mesuré|a expliqué|a rangé|a demandé|a gardé""".replace(
    "\n", ""
).split("|")
WHAT = """le four|la table|les palettes|une étagère|les graines|le tissu|les vélos|la scie|un buffet
|les affiches|la machine à coudre|le stock|les chaises|une remorque|le compost|les bocaux
|la vaisselle
|un banc
|les pinceaux|la recette|les légumes|le planning|un tableau|des tabliers""".replace("\n", "").split(
    "|"
)
HOW = """avec soin|en deux heures|pour la fête|sans rien jeter|à plusieurs|dans la cour|au marché
|avant midi|pour dix euros|chez un voisin|avec du matériel prêté
|le samedi matin|au local|en une journée
|pour la cantine|avec l'école|derrière la mairie|sous le préau""".replace("\n", "").split("|")
LEARNED = """Il faut prévoir plus de temps|Mieux vaut demander avant|Le bois doit rester au sec
|On garde les factures|Un rappel la veille aide|Trop de monde rend la chose lente|Une liste suffit
|Le prix était trop bas|Les gants sont obligatoires|Le bruit gêne les voisins|La clé reste au local
|Une photo explique mieux""".replace("\n", "").split("|")
LIKE = """neuf|ancien|prêté|en bois|de récup|trop petit|très lourd|bleu|cassé|à finir|du quartier
|de la mairie|solide|pour dehors|fait main|de saison|sans gluten|bio|à monter|peu cher""".replace(
    "\n", ""
).split("|")
WHEN = """lundi|mardi|jeudi|vendredi|en avril|en octobre|hier|cet hiver|l'été dernier|à midi|le soir
|à la rentrée|pendant les vacances|après la réunion|au printemps|tous les mois""".replace(
    "\n", ""
).split("|")
PLACES = """Roubaix|Lille|Arras|Lens|Amiens|Tourcoing|Dunkerque|Calais|Douai|Maubeuge|Cambrai
|Béthune|Armentières""".replace("\n", "").split("|")
NAMES = """Banc|Buffet|Atelier|Étagère|Jardin|Tablier|Remorque|Marché|Recette|Sérigraphie|Réparation
|Collecte|Cuisine|Soudure""".replace("\n", "").split("|")
NEEDS = """vis de 40|une perceuse|deux tréteaux|farine|tissu épais|un camion|eau potable|des gants
|colle à bois|peinture|un barnum|des cagettes""".replace("\n", "").split("|")


def sentence(rng: random.Random) -> str:
    """Return one sentence."""
    if rng.random() < 0.2:
        return f"{rng.choice(LEARNED)} : {rng.choice(WHO)} {rng.choice(HOW)}."
    said = f"{rng.choice(WHO)} {rng.choice(DID)} {rng.choice(WHAT)}"
    if rng.random() < 0.5:
        said += f" ({rng.choice(LIKE)})"
    said += f" {rng.choice(HOW)}"
    if rng.random() < 0.55:
        said += f", {rng.choice(WHEN)}"
    if rng.random() < 0.4:
        said += f", {rng.randint(2, 97)} fois"
    if rng.random() < 0.4:
        said += f", {rng.randint(1, 900)},{rng.randint(10, 99)} euros"
    return said[0].upper() + said[1:] + "."


def record(rng: random.Random, number: int) -> dict[str, object]:
    """Return what a record says."""
    length = max(200, min(1300, int(rng.gauss(MEAN - 488, 120))))
    words: list[str] = []
    while sum(map(len, words)) + len(words) < length:
        words.append(sentence(rng))
    return {
        "language": "fr",
        "minutes": rng.randrange(15, 600, 5),
        "needs": rng.sample(NEEDS, 3),
        "number": number,
        "people": rng.randint(1, 14),
        "place": rng.choice(PLACES),
        "steps": [sentence(rng) for _ in range(3)],
        "text": " ".join(words),
        "title": f"{rng.choice(NAMES)} {rng.choice(WHAT)} {rng.choice(HOW)}",
    }


def noise(rng: random.Random, length: int) -> str:
    """Return text that packs to three quarters: for lines that must really carry their bytes."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return "".join(rng.choices(letters, k=length))


def packed(bodies: Iterable[bytes]) -> int:
    """Return the size of the bodies alone, one per line, as gzip -6 packs them."""
    return len(gzip.compress(b"\n".join(bodies), 6, mtime=0))
