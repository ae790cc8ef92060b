"""The works the law keeps from people under 18, as dated data.

Code du travail, art. L4153-8: some works may not be given to people under 18; D4153-15 to D4153-37
list them. The exceptions of art. L4153-9 are for vocational training with a declaration to the
labour inspector; a KPA gives no such training, so none applies here.

A task says what it asks by its tags. A tag matches whatever its case, accents and plural:
"Machines" is "machine", "échelle" is "echelle". **A task without tags is not caught**: whoever
writes the task ticks what it asks, from the labels below.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kpa_cape.law import Certainty
from kpa_core.api import N_


@dataclass(frozen=True)
class Work:
    """A work refused under 18: the tag, the label to tick, and why as a sentence.

    ``words`` are other tags that mean the same, in the group's own words.
    """

    tag: str
    label: str
    message: str
    words: tuple[str, ...]
    since: date
    source: str
    certainty: Certainty


# Décret n° 2013-915, published on 13 October 2013, in force the day after.
_LIST_SINCE = date(2013, 10, 14)
_READ, _RECALLED = Certainty.VERIFIED, Certainty.RECALLED

WORKS = (
    Work(
        "alcohol",
        N_("Servir de l'alcool"),
        N_("{name} a {age} ans. La loi ne permet pas de servir de l'alcool avant 18 ans."),
        ("alcool", "bar", "buvette", "service d'alcool", "vin", "biere"),
        # Loi n° 2018-771, art. 15: the ban is on serving at the bar, no longer on the whole place.
        date(2018, 9, 5),
        "Code de la santé publique, art. L3336-4 ; Code du travail, art. L4153-6",
        _READ,
    ),
    Work(
        "machine",
        N_("Une machine qui coupe, broie ou tourne"),
        N_("{name} a {age} ans. La loi interdit les machines dangereuses avant 18 ans."),
        ("scie", "trancheuse", "broyeur", "presse", "degauchisseuse", "toupie", "petrin"),
        _LIST_SINCE,
        "Code du travail, art. D4153-28",
        _READ,
    ),
    Work(
        "repair",
        N_("Réparer ou nettoyer une machine en marche"),
        N_("{name} a {age} ans. La loi interdit de réparer une machine en marche avant 18 ans."),
        ("reparation en marche", "maintenance en marche"),
        _LIST_SINCE,
        "Code du travail, art. D4153-29",
        _READ,
    ),
    Work(
        "height",
        N_("Travailler en hauteur (échelle, toit)"),
        N_("{name} a {age} ans. La loi interdit le travail en hauteur avant 18 ans."),
        ("hauteur", "echelle", "toit", "echafaudage", "nacelle"),
        _LIST_SINCE,
        "Code du travail, art. D4153-30 et D4153-31",
        _READ,
    ),
    Work(
        "electricity",
        N_("Des fils électriques nus ou sous tension"),
        N_("{name} a {age} ans. La loi interdit les fils sous tension avant 18 ans."),
        ("electricite", "electrique", "sous tension"),
        _LIST_SINCE,
        "Code du travail, art. D4153-24",
        _READ,
    ),
    Work(
        "chemicals",
        N_("Des produits chimiques dangereux"),
        N_("{name} a {age} ans. La loi interdit les produits dangereux avant 18 ans."),
        ("produit dangereux", "chimique", "solvant", "amiante", "decapant"),
        _LIST_SINCE,
        "Code du travail, art. D4153-17 et D4153-18",
        _READ,
    ),
    Work(
        "biology",
        N_("Des microbes dangereux"),
        N_("{name} a {age} ans. La loi interdit les microbes dangereux avant 18 ans."),
        ("dechet medical", "biologique"),
        _LIST_SINCE,
        "Code du travail, art. D4153-19",
        _READ,
    ),
    Work(
        "radiation",
        N_("Un laser ouvert ou des rayons dangereux"),
        N_("{name} a {age} ans. La loi interdit les lasers et les rayons dangereux avant 18 ans."),
        ("laser", "rayon", "soudure a l'arc"),
        _LIST_SINCE,
        "Code du travail, art. D4153-21 et D4153-22",
        _RECALLED,
    ),
    Work(
        "vibration",
        N_("Un outil qui vibre très fort (marteau-piqueur)"),
        N_("{name} a {age} ans. La loi interdit les outils qui vibrent très fort avant 18 ans."),
        ("marteau piqueur", "compacteur"),
        _LIST_SINCE,
        "Code du travail, art. D4153-20",
        _RECALLED,
    ),
    Work(
        "demolition",
        N_("Démolir un mur, creuser une tranchée"),
        N_("{name} a {age} ans. La loi interdit la démolition et les tranchées avant 18 ans."),
        ("tranchee", "effondrement"),
        _LIST_SINCE,
        "Code du travail, art. D4153-25",
        _RECALLED,
    ),
    Work(
        "vehicle",
        N_("Conduire un quad, un tracteur ou un engin"),
        N_("{name} a {age} ans. La loi interdit de conduire des engins avant 18 ans."),
        ("quad", "tracteur", "chariot elevateur", "engin", "levage"),
        _LIST_SINCE,
        "Code du travail, art. D4153-26 et D4153-27",
        _READ,
    ),
    Work(
        "pressure",
        N_("Un appareil sous pression (autoclave, compresseur)"),
        N_("{name} a {age} ans. La loi interdit les appareils sous pression avant 18 ans."),
        ("sous pression", "autoclave", "compresseur"),
        _LIST_SINCE,
        "Code du travail, art. D4153-33",
        _READ,
    ),
    Work(
        "confined",
        N_("Entrer dans une cuve, une fosse, un égout"),
        N_("{name} a {age} ans. La loi interdit de travailler dans une cuve avant 18 ans."),
        ("cuve", "fosse", "egout", "citerne", "milieu confine"),
        _LIST_SINCE,
        "Code du travail, art. D4153-34",
        _READ,
    ),
    Work(
        "molten",
        N_("Couler du verre ou du métal fondu"),
        N_("{name} a {age} ans. La loi interdit le verre et le métal fondus avant 18 ans."),
        ("fonderie", "metal fondu", "verre fondu"),
        _LIST_SINCE,
        "Code du travail, art. D4153-35",
        _READ,
    ),
    Work(
        "temperature",
        N_("Une chaleur ou un froid extrême"),
        N_("{name} a {age} ans. La loi interdit le froid et la chaleur extrêmes avant 18 ans."),
        ("froid extreme", "chaleur extreme", "canicule"),
        _LIST_SINCE,
        "Code du travail, art. D4153-36",
        _RECALLED,
    ),
    Work(
        "animals",
        N_("Abattre des animaux, approcher des bêtes féroces"),
        N_("{name} a {age} ans. La loi interdit ce travail avec des animaux avant 18 ans."),
        ("abattage", "animal dangereux"),
        _LIST_SINCE,
        "Code du travail, art. D4153-37",
        _RECALLED,
    ),
    Work(
        "load",
        N_("Porter très lourd (plus du cinquième de son poids)"),
        N_("{name} a {age} ans. Avant 18 ans, porter très lourd demande l'avis d'un médecin."),
        ("charge lourde", "port de charge"),
        _LIST_SINCE,
        "Code du travail, art. R4153-52",
        _READ,
    ),
    Work(
        "violence",
        N_("Des images violentes ou sexuelles"),
        N_("{name} a {age} ans. La loi interdit les images violentes ou sexuelles avant 18 ans."),
        ("pornographie", "image violente"),
        _LIST_SINCE,
        "Code du travail, art. D4153-16",
        _READ,
    ),
)


def forbidden(tags: Iterable[str], day: date) -> list[Work]:
    """List the works under 18 that these tags ask for, in the order of the law's list."""
    asked = {plain(tag) for tag in tags}
    return [
        work
        for work in WORKS
        if work.since <= day and asked & {plain(word) for word in (work.tag, *work.words)}
    ]


def plain(tag: str) -> str:
    """Return a tag without case, accents, marks or plural, to compare it."""
    letters = unicodedata.normalize("NFKD", tag).casefold()
    kept = "".join(letter if letter.isalnum() else " " for letter in letters if _is_base(letter))
    return " ".join(word[:-1] if word[-1] in "sx" else word for word in kept.split())


def _is_base(letter: str) -> bool:
    return not unicodedata.combining(letter)
