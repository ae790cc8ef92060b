"""Everything kpa says is in its catalogues, and English leaves nothing out."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from babel.messages.catalog import Message

PLACES = re.compile(r"\{[^{}]*\}|%\(\w+\)s")


@pytest.fixture(scope="module")
def catalogues(root: Path) -> SimpleNamespace:
    return SimpleNamespace(**runpy.run_path(str(root / "tools" / "catalogues.py")))


def told(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, (tuple, list)) else [message.string]


def asked(message: Message) -> str:
    return message.id[-1] if isinstance(message.id, (tuple, list)) else message.id


def each(catalogues: SimpleNamespace, locale: str) -> Iterator[tuple[Path, Message]]:
    for package in catalogues.packages():
        for message in catalogues.gathered(package, locale):
            if message.id:
                yield package, message


def test_the_core_and_the_plugins_with_pages_have_catalogues(catalogues: SimpleNamespace) -> None:
    names = {package.name for package in catalogues.packages()}

    plugins = ("cape", "catering", "coopcycle", "ofn", "workshop")
    ours = {"kpa_core", *(f"kpa_{name}" for name in plugins)}
    assert names >= ours, "make the folder, then: make texts"


def test_the_catalogues_hold_every_sentence_of_the_code(catalogues: SimpleNamespace) -> None:
    for package in catalogues.packages():
        spoken = {(m.context, asked(m)) for m in catalogues.spoken(package) if m.id}
        for locale in catalogues.LOCALES:
            path = catalogues.written_at(package, locale)
            written = {(m.context, asked(m)) for m in catalogues.read(path) if m.id}
            assert written == spoken, f"{path}: run: make texts"


def test_english_leaves_nothing_out(catalogues: SimpleNamespace) -> None:
    waiting = [
        f"{package.name}: {asked(message)}"
        for package, message in each(catalogues, "en")
        if not all(told(message))
    ]

    assert waiting == []


def test_a_translation_keeps_the_places_for_values(catalogues: SimpleNamespace) -> None:
    wrong = [
        f"{package.name}: {asked(message)!r} became {sentence!r}"
        for package, message in each(catalogues, "en")
        for sentence in told(message)[-1:]
        if sentence and set(PLACES.findall(sentence)) != set(PLACES.findall(asked(message)))
    ]

    assert wrong == []


def test_gathering_twice_changes_nothing(
    catalogues: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "kpa_core"
    (package / "templates").mkdir(parents=True)
    (package / "translations").mkdir()
    (package / "service.py").write_text('_("Il manque les tickets ?")\n', encoding="utf-8")
    (package / "templates" / "page.html").write_text(
        "{{ _('Bonjour {name}', name=1) }}", encoding="utf-8"
    )

    catalogues.gather(tmp_path)
    first = catalogues.written_at(package, "fr").read_bytes()
    catalogues.gather(tmp_path)

    assert catalogues.written_at(package, "fr").read_bytes() == first
    assert 'msgstr "Il manque les tickets ?"' in first.decode()
    assert "kpa.po: 2 sentences, 2 to translate" in capsys.readouterr().out
    catalogues.compile_catalogues(tmp_path)
    assert catalogues.written_at(package, "fr").with_suffix(".mo").stat().st_size > 100
