"""Where in a text there is an e-mail address, a telephone number or a secret link.

Every pattern is bounded, so that the time grows with the length of the text and no faster.
Numbers of bodies pass: SIREN, SIRET, ISBN, prices, dates, postal codes, short help lines (115).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import unquote

Span = tuple[int, int]

_URL = re.compile(r"(?i)\bhttps?://[^\s<>\"«»]{1,2000}")

# --- e-mail ---------------------------------------------------------------------------------------

_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_TLD = r"[^\W\d_]{2,24}(?![\w-])"
_DOMAIN = rf"(?:{_LABEL}\.){{1,4}}{_TLD}"
_SPELLED_DOT = r"(?: ?[\[({<] ?(?:\.|dot|point|pt) ?[\])}>] ?| (?:dot|point) )"
_DOT = rf"(?:{_SPELLED_DOT}| ?\. ?)"
_ENDING = (
    r"(?:fr|com|org|net|eu|info|coop|io|be|ch|lu|ca|uk|de|es|it|pt|ma|dz|tn|re|bzh|pro|asso|gouv)"
    r"(?![\w-])"
)
_PROVIDER = (
    r"(?:gmail|googlemail|outlook|hotmail|live|msn|yahoo|ymail|icloud|orange|wanadoo|free|sfr|neuf"
    r"|laposte|bbox|numericable|aol|proton|protonmail|gmx|mailo|riseup|zaclys|posteo|tutanota)"
)
_IN_WORDS = rf"{_LABEL}(?:{_SPELLED_DOT}{_LABEL}){{0,2}}{_SPELLED_DOT}{_ENDING}"
_TIGHT_DOT = rf"(?:{_SPELLED_DOT}| \. ?|\.)"
_APART = rf"{_LABEL}(?:{_TIGHT_DOT}{_LABEL}){{0,2}}{_TIGHT_DOT}{_ENDING}"
_AT_PROVIDER = rf"{_PROVIDER}{_DOT}{_ENDING}"
_AT = re.compile(
    r"(?i) ?[\[({<] ?(?P<bracket>at|a|à|@|arobase|arobas|chez) ?[\])}>] ?"
    r"|(?P<sign> ?@ ?)|[ _](?P<arobase>arobase|arobas)[ _]|[ _](?P<word>at|chez)[ _]"
)
_AFTER = {
    kind: re.compile(rf"(?i){tail}")
    for kind, tail in {
        "sign": rf"(?:{_DOMAIN}|{_APART}|{_AT_PROVIDER})",
        "handle": _AT_PROVIDER,
        "bracket": rf"{_LABEL}(?:{_DOT}{_LABEL}){{0,2}}{_DOT}{_ENDING}",
        "arobase": rf"{_LABEL}(?:{_DOT}{_LABEL}){{0,2}}{_DOT}{_ENDING}",
        "word": rf"(?:{_IN_WORDS}|{_AT_PROVIDER})",
    }.items()
}
_LONGEST_LOCAL = 64


def emails(plain: str) -> Iterator[Span]:
    """Yield every e-mail address, written plainly or in words.

    A name on a network (``@lacape@social.example``) is none, unless it ends like a mailbox.
    """
    for at in _AT.finditer(plain):
        start = _start_of_local(plain, at.start())
        if start == at.start():
            continue
        kind = at.lastgroup or ""
        if kind == "sign" and (at.group() == " @" or plain[start - 1 : start] == "@"):
            kind = "handle"
        after = _AFTER[kind].match(plain, at.end())
        if after is not None:
            yield start, after.end()


def _start_of_local(plain: str, end: int) -> int:
    start = end
    while start > 0 and end - start < _LONGEST_LOCAL and _is_local(plain[start - 1]):
        start -= 1
    return start


def _is_local(sign: str) -> bool:
    return sign.isalnum() or sign in "_.%+-"


# --- telephone ------------------------------------------------------------------------------------

_GAP = r"(?:[ ./_·|\-]{0,3}|,)"
_NATIONAL = re.compile(rf"(?<![\w])[0Oo]{_GAP}[1-9](?:{_GAP}\d){{8}}(?!\d)")
_IN = r"[ ./_·()\-]{0,4}"
_CODES = (
    r"(?:1(?=[ .\-(]{0,2}[2-9])|7|2(?:0|7|[1-69]\d)|3(?:[0-46]|9|[578]\d)|4(?:[013-9]|2\d)"
    r"|5(?:[1-8]|[09]\d)|6(?:[0-6]|[7-9]\d)|8(?:[1246]|[058]\d)|9(?:[0-58]|[679]\d))"
)
_PLUS = re.compile(rf"(?<![\w+])\+ ?{_CODES}(?:{_IN}\d){{7,13}}(?!\d)")
_DOUBLE_ZERO = re.compile(
    rf"(?<![\w])00 ?[.\-]?(?:3[0-469]|4[0134679]|21[2368]|22[1-9]|23[0-9]|24[0-9]|26[1-29]"
    rf"|35[1-3]|59[046])(?:{_IN}\d){{7,12}}(?!\d)"
)
_BARE_33 = re.compile(r"(?<![\w+])\(?33\)? ?[.\-]?(?:\(0\))? ?[67](?:[ .\-]?\d){8}(?!\d)")
_DIGIT = r"(?:un|deux|trois|quatre|cinq|six|sept|huit|neuf)"
_NUMBER = (
    r"(?:z[ée]ro|un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze"
    r"|seize|vingts?|trente|quarante|cinquante|soixante|septante|huitante|nonante|et|\d\d)"
)
_SPOKEN = re.compile(
    rf"(?i)(?<!\w)z[ée]ro[ \-]{{1,2}}{_DIGIT}(?:,? ?[ \-]{{1,2}}{_NUMBER}(?!\w)){{4,16}}"
)
_NOT_A_PHONE = re.compile(r"(?i)(?:isbn|ean|siren|siret|code[ -]barres?|rna)\b[ :n°º.]{0,6}$")
_DIGITS = re.compile(r"\d+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LONE_ZERO = {(1, 9), (1, 1, 8), (1, 1, 2, 2, 2, 2), (1, 3, 3, 3), (1, 3, 2, 2, 2), (1,) * 10}
_MORE_PAIRS = re.compile(rf"(?:{_GAP}\d\d(?!\d)){{1,20}}")
_PAIRS_BEFORE = re.compile(r"(?:(?<!\d)\d\d[ ./_·|\-]{1,3}){1,20}$")
_MONEY = re.compile(r" ?(?:€|euros?\b|k€|%|habitants?\b|personnes?\b|kg\b|tonnes?\b)")


def phones(plain: str) -> Iterator[Span]:
    """Yield every telephone number, French or not; in web links only those of a messenger."""
    for found in _NATIONAL.finditer(plain):
        if _is_national(plain, *found.span()):
            yield found.span()
    for pattern in (_PLUS, _DOUBLE_ZERO, _BARE_33):
        for found in pattern.finditer(plain):
            if not _MONEY.match(plain, found.end()):
                yield found.span()
    yield from (found.span() for found in _SPOKEN.finditer(plain))


def _is_national(plain: str, start: int, end: int) -> bool:
    """Tell a number of ten digits from dates, prices, lists of amounts and book numbers."""
    groups = _DIGITS.findall("0" + plain[start + 1 : end])
    sizes = tuple(map(len, groups))
    if groups[0] == "0" and sizes not in _LONE_ZERO:
        return False
    if 1 in sizes and sizes not in _LONE_ZERO:
        return False
    if any(
        sizes[at : at + 2] == (2, 2) and _YEAR.fullmatch(year) for at, year in enumerate(groups[2:])
    ):
        return False
    if re.match(r"[.,:]\d", plain[end : end + 2]) and not re.match(
        r"[.,:]0[1-9]", plain[end : end + 3]
    ):
        return False
    if _NOT_A_PHONE.search(plain, max(0, start - 20), start):
        return False
    return sizes != (2,) * 5 or not _is_a_rising_list(plain, start, end)


def _is_a_rising_list(plain: str, start: int, end: int) -> bool:
    """Tell whether more than five pairs follow each other, each larger than the one before."""
    before = _PAIRS_BEFORE.search(plain, max(0, start - 60), start)
    after = _MORE_PAIRS.match(plain, end)
    if before is None and after is None:
        return False
    first = before.start() if before else start
    pairs = [int(pair) for pair in _DIGITS.findall(plain[first : after.end() if after else end])]
    return all(one < next_ for one, next_ in pairwise(pairs))


# --- links ----------------------------------------------------------------------------------------

_USER = re.compile(r"(?i)^https?://[^/?#@]{1,200}:[^/?#@]{0,200}@")
_SECRET_KEY = re.compile(
    r"(?i)[?&#;](?:[\w.-]{0,30}(?:token|jeton|secret|passwd|password|motdepasse|apikey|api[_-]key"
    r"|signature|session(?:id)?|credential)|key|cle|pwd|mdp|auth|jwt|sid|sig|otp|invite|invitation)"
    r"=[^&#\s]{4}"
)
_SECRET_PATH = re.compile(
    r"(?i)/(?:invitations?|invite|invit|reset|token|jeton|magic|magic-link|entrer|rejoindre|join)"
    r"/[\w.~-]{16}"
)
_CALLS = re.compile(r"(?i)wa\.me/|whatsapp\.com/|t\.me/\+|(?:phone|tel|telephone|mobile)=")


def links(plain: str) -> Iterator[tuple[Span, bool]]:
    """Yield every web link, and whether it opens something by a secret it holds."""
    for found in _URL.finditer(plain):
        url = found.group().rstrip(".,;:!?)]}'")
        secret = _USER.search(url) or _SECRET_KEY.search(url) or _SECRET_PATH.search(url)
        yield (found.start(), found.start() + len(url)), secret is not None


def calls_somebody(url: str) -> bool:
    """Tell whether a web link is made to call or write to one telephone."""
    return _CALLS.search(unquote(url)) is not None
