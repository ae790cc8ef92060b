"""Where in a text there is the birth date, the age or the home of one person.

Bodies are born too: "La Cape est née en juillet 2017" passes, "Amina est née en mars 2008" does
not. What decides: a day is somebody's, unless a thing was named before; a month or a year with
"est" is somebody's when it is before ``BODIES_SINCE`` or a person was named, for nobody born later
is old enough to be a member. An age counts right after a capitalised word: "Yanis, 16 ans".
Addresses pass, for places of work and markets have one; "J'habite 12 rue des Lilas" does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

BODIES_SINCE = 2013

_MONTH = (
    r"(?:janv(?:ier|\.)?|f[ée]v(?:rier|r?\.)?|mars|avr(?:il|\.)?|mai|juin|juil(?:let|\.)?|ao[uû]t"
    r"|sept(?:embre|\.)?|oct(?:obre|\.)?|nov(?:embre|\.)?|d[ée]c(?:embre|\.)?)"
)
_FULL_DAY = (
    rf"(?:\d{{1,2}} ?[./\- ] ?\d{{1,2}} ?[./\- ] ?(?:\d{{4}}|\d{{2}})(?!\d)"
    rf"|(?:1er|premier|\d{{1,2}}) {_MONTH}(?: \d{{4}})?|\d{{4}}-\d{{2}}-\d{{2}})"
)
_BORN = r"(?<!\w)n[ée]{1,2}(?:\(e\)|[·.\-]e)?s?(?:[·.\-]s)?(?!\w)"
_PLACE = r"(?: (?:à|a|au|aux|dans|en) [^\W\d_][\w' \-]{0,40}?)?"
_BORN_ON = re.compile(rf"(?i){_BORN}{_PLACE},? (?:le|un|au|:|l'an)? ?{_FULL_DAY}")
_BORN_IN = re.compile(
    rf"(?i){_BORN}{_PLACE},? (?:en|au mois de|:) ?(?:l'an )?(?:{_MONTH} )?"
    r"(?P<year>(?:19|20)\d\d)(?!\d)"
)
_BIRTH = re.compile(
    rf"(?i)(?<!\w)(?:date de naissance|jour de naissance|naissance|ddn|date of birth|dob|born on"
    rf"|born) ?(?:est |:|=|le|du)? ?(?:le )?(?:{_FULL_DAY}|\d{{1,2}} [a-zéû]{{3,9}} (?:19|20)\d\d"
    r"|[a-z]{3,9} \d{1,2},? (?:19|20)\d\d)"
)
_AGE = re.compile(
    r"(?<!\w)[^\W\d_a-zà-ÿ][^\W\d_]{1,30}(?:-[^\W\d_]{2,30})?"
    r"(?: ?, ?| ?\( ?| (?i:a|avait|vient d'avoir|aura|fête ses|,) )"
    r"(?:[1-9]\d|[6-9]) ?(?i:ans)(?!\w)"
)
_NO_AGE = re.compile(
    r"(?i) ?(?:et plus|ou plus|et \+|minimum|au minimum|mini|maximum|r[ée]volus"
    r"|au moins|d'|de |et moins|\+)"
)
_HOME = re.compile(
    r"(?i)(?<!\w)(?:j'habite|j habite|habite|habitons|habitent|domicili[ée]{1,2}s?"
    r"|adresse perso(?:nnelle)?"
    r"|mon adresse|son adresse|loge|chez moi|chez (?:elle|lui))\b[^.\n]{0,30}?(?<!\w)\d{1,4}"
    r"(?: ?(?:bis|ter|quater))?,? (?:rue|avenue|av\.?|boulevard|bd|place|all[ée]e|impasse|chemin"
    r"|quai|square|r[ée]sidence|cit[ée]|route|cours|passage|sentier|villa)(?!\w)"
)
_PERSON = re.compile(
    r"(?i)(?<!\w)(?:je|j'|tu|fils|filles?|enfants?|jeunes?|membres?|femmes?|hommes?|gar[çc]ons?"
    r"|coop[ée]rant\w{0,4}|salari[ée]\w{0,4}|pr[ée]sidente?|stagiaires?|m[èe]res?|p[èe]res?"
    r"|s(?:œ|oe)urs?|fr[èe]res?|monsieur|madame|mme|mlle)(?!\w)"
)
_THING = re.compile(
    r"(?i)(?<!\w)(?:kpa|projets?|associations?|activit[ée]s?|id[ée]es?|ateliers?|collectifs?"
    r"|coop[ée]ratives?|groupes?|dispositif|programme|jardins?|lieux?|commun|marque|recettes?"
    r"|tiers-lieu|centre|r[ée]seau|fablab|plateforme|logiciel|march[ée]|f[êe]te|festival"
    r"|initiative|entreprise|boutique|[ée]picerie|cantine)(?!\w)"
)
_SENTENCE = 80


def birth_dates(plain: str) -> Iterator[Span]:
    """Yield every birth date, or year, and every age of one person."""
    for found in _BORN_ON.finditer(plain):
        if _subject(_before(plain, found.start())) != "thing":
            yield found.span()
    for found in _BORN_IN.finditer(plain):
        if _is_somebodys(_before(plain, found.start()), int(found["year"])):
            yield found.span()
    yield from (found.span() for found in _BIRTH.finditer(plain))
    for found in _AGE.finditer(plain):
        if not _NO_AGE.match(plain, found.end()):
            yield found.span()


def _is_somebodys(before: str, year: int) -> bool:
    subject = _subject(before)
    if subject:
        return subject == "person"
    is_told = before.rstrip().casefold().endswith(("est", "sont", "était", "étaient", "aussi"))
    return year < BODIES_SINCE or not is_told


def _subject(before: str) -> str:
    """Return what the words name first, a ``person`` or a ``thing``, or an empty text."""
    person, thing = _PERSON.search(before), _THING.search(before)
    if person and thing:
        return "person" if person.start() < thing.start() else "thing"
    return "person" if person else "thing" if thing else ""


def _before(plain: str, start: int) -> str:
    """Return the words of the same sentence that stand before."""
    stretch = plain[max(0, start - _SENTENCE) : start]
    return re.split(r"[.!?\n]", stretch)[-1]


def homes(plain: str) -> Iterator[Span]:
    """Yield every address that is said to be somebody's home."""
    yield from (found.span() for found in _HOME.finditer(plain))
