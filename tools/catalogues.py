"""The gettext catalogues: ``gather`` the sentences of the code, ``compile`` what kpa reads.

One package, one domain: the core's is ``kpa``, a plugin's is its name. Compiled files are never
committed: ``make`` and the build of the distribution write them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent.parent
PARENTS = (".", "federation", "plugins/*")
LOCALES = ("fr", "en")
METHODS = [
    ("scaffold/*/**", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
]
OPTIONS = {pattern: {"silent": "false"} for pattern, method in METHODS if method == "jinja2"}
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy": None}


def packages(root: Path = ROOT) -> list[Path]:
    """Return the packages that speak: those with a folder of translations."""
    found = (folder for parent in PARENTS for folder in root.glob(f"{parent}/kpa_*/translations"))
    return sorted(folder.parent for folder in found)


def domain(package: Path) -> str:
    """Return the gettext domain of a package's catalogues."""
    return "kpa" if package.name == "kpa_core" else package.name.removeprefix("kpa_")


def sources(root: Path = ROOT) -> Iterator[Path]:
    """Yield every catalogue a translator writes."""
    for package in packages(root):
        yield from sorted(package.glob("translations/*/LC_MESSAGES/*.po"))


def spoken(package: Path) -> Catalog:
    """Return the sentences in a package's code and templates, not yet translated."""
    found = Catalog(domain=domain(package), project="kpa-core", charset="utf-8")
    for name, line, message, comments, context in extract_from_dir(
        str(package), METHODS, OPTIONS, KEYWORDS, ["Translators:"], strip_comment_tags=True
    ):
        place = (f"{package.name}/{name}", line)
        found.add(message, None, [place], auto_comments=comments, context=context)
    return found


def gathered(package: Path, locale: str) -> Catalog:
    """Return a package's catalogue in ``locale``, brought up to the sentences in its code.

    French sentences are the message ids, so that the French catalogue translates itself.
    """
    path, template = written_at(package, locale), spoken(package)
    if path.exists():
        catalogue = read(path)
        # The dates come from the template otherwise, and every gathering would be a change.
        template.creation_date = catalogue.creation_date
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    else:
        catalogue = template
        catalogue.locale, catalogue.fuzzy = locale, False
    if locale == "fr":
        for message in catalogue:
            if message.id:
                message.string = message.id
    return catalogue


def written_at(package: Path, locale: str) -> Path:
    """Return where a package's catalogue in ``locale`` is kept."""
    return package / "translations" / locale / "LC_MESSAGES" / f"{domain(package)}.po"


def read(path: Path) -> Catalog:
    """Return the catalogue in a file; a malformed one is an error, never half a catalogue."""
    with path.open("rb") as source:
        return read_po(source, locale=path.parent.parent.name, abort_invalid=True)


def gather(root: Path = ROOT) -> None:
    """Bring every catalogue up to the sentences in the code; what is no longer said goes."""
    for package in packages(root):
        for locale in LOCALES:
            path, catalogue = written_at(package, locale), gathered(package, locale)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as target:
                write_po(target, catalogue, ignore_obsolete=True, include_lineno=False, width=98)
            waiting = sum(1 for message in catalogue if message.id and not message.string)
            print(f"{path.relative_to(root)}: {len(catalogue)} sentences, {waiting} to translate")


def compile_catalogues(root: Path = ROOT) -> None:
    """Write the ``.mo`` file beside each ``.po`` file."""
    for path in sources(root):
        with path.with_suffix(".mo").open("wb") as target:
            write_mo(target, read(path))


class CompiledCatalogues(BuildHookInterface[Any]):
    """Compile before hatchling gathers the files of the distribution."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the ``.mo`` files, which ``artifacts`` takes in although git ignores them."""
        compile_catalogues(Path(self.root))


if __name__ == "__main__":
    acts = {"gather": gather, "compile": compile_catalogues}
    if len(sys.argv) != 2 or sys.argv[1] not in acts:
        sys.exit("usage: catalogues.py gather | compile")
    acts[sys.argv[1]]()
