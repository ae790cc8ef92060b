"""French first: message ids are French sentences, catalogues hold the other languages.

Built on Babel's catalogues rather than on a web extension, because services, jobs and commands
translate outside any request. The reader's locale lives in a context variable.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kpa_core.errors import KpaError

if TYPE_CHECKING:
    from babel.support import NullTranslations

LOCALES = ("fr", "en")
DOMAIN = "kpa"
MOST_KNOWN = 20_000
"""How many answers are kept: every sentence of both languages, and no more."""
CORE_CATALOGUES = Path(__file__).parent / "translations"

_locale: ContextVar[str] = ContextVar("kpa_locale", default="fr")


def current_locale() -> str:
    """Return the locale of the person being answered."""
    return _locale.get()


@contextmanager
def locale_set(locale: str) -> Iterator[None]:
    """Answer in ``locale`` inside the block; an unknown one falls back to French."""
    token = _locale.set(locale if locale in LOCALES else LOCALES[0])
    try:
        yield
    finally:
        _locale.reset(token)


def answer_in(locale: str) -> None:
    """Answer in ``locale`` from here to the end of the block of ``locale_set`` around it."""
    if locale in LOCALES:
        _locale.set(locale)


def best_locale(wanted: str | None, default: str = "fr") -> str:
    """Return the locale kpa speaks that is nearest to an ``Accept-Language`` or ``LANG`` value."""
    for part in (wanted or "").replace("_", "-").split(","):
        code = part.split(";")[0].strip().split("-")[0].split(".")[0].lower()
        if code in LOCALES:
            return code
    return default


@cache
def _catalogue(folder: Path, locale: str, domain: str) -> NullTranslations:
    from babel.support import Translations  # heavy, and not needed for help in French

    return Translations.load(folder, [locale], domain)


@dataclass
class Texts:
    """The catalogues one instance reads: the core's, then each plugin's own domain.

    A message that several catalogues know is answered by the core; a plugin cannot reword it.
    """

    plugins: list[tuple[Path, str]] = field(default_factory=list)
    _known: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    def add(self, folder: Path, domain: str) -> None:
        """Read a plugin's catalogues, ``<folder>/<locale>/LC_MESSAGES/<domain>.mo``."""
        if (folder, domain) not in self.plugins:
            self.plugins.append((folder, domain))
            self._known.clear()

    def gettext(self, message: str) -> str:
        """Return ``message`` in the reader's locale, or itself."""
        asked = (current_locale(), message)
        known = self._known.get(asked)
        if known is None:
            known = self._look_up(message)
            if len(self._known) < MOST_KNOWN:
                self._known[asked] = known
        return known

    def _look_up(self, message: str) -> str:
        for folder, domain in [(CORE_CATALOGUES, DOMAIN), *self.plugins]:
            found = _catalogue(folder, current_locale(), domain).gettext(message)
            if found != message:
                return found
        return message

    def ngettext(self, one: str, many: str, count: int) -> str:
        """Return the form of a counted message for the reader's locale."""
        for folder, domain in [(CORE_CATALOGUES, DOMAIN), *self.plugins]:
            found = _catalogue(folder, current_locale(), domain).ngettext(one, many, count)
            if found not in (one, many):
                return found
        # French counts 0 and 1 as singular; an unknown message is a French one.
        return one if count < 2 else many


CORE_TEXTS = Texts()


def gettext(message: str) -> str:
    """Translate a message of the core for the current reader."""
    return CORE_TEXTS.gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Translate a counted message of the core for the current reader."""
    return CORE_TEXTS.ngettext(one, many, count)


class Lazy:
    """A message translated each time it is shown, for labels made once at start."""

    def __init__(self, message: str, texts: Texts = CORE_TEXTS) -> None:
        self.message = message
        self.texts = texts

    def __str__(self) -> str:
        return self.texts.gettext(self.message)

    def __html__(self) -> str:
        from markupsafe import escape

        return str(escape(str(self)))

    def __mod__(self, _values: object) -> str:
        # WTForms fills its validators' messages with %; ours leave no place for it.
        return str(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lazy) and self.message == other.message

    def __hash__(self) -> int:
        return hash(self.message)

    def __repr__(self) -> str:
        return f"lazy({self.message!r})"


def lazy(message: str) -> Lazy:
    """Return a label of the core that is translated when it is shown."""
    return Lazy(message)


def sentence(error: KpaError, texts: Texts = CORE_TEXTS) -> str:
    """Return an error's message for the current reader, its values filled in."""
    params = {
        name: sentence(value, texts) if isinstance(value, KpaError) else value
        for name, value in error.params.items()
    }
    text = texts.gettext(error.message)
    return text.format(**params) if params else text
