"""Fill a form as the page shows it: what a person would type, or one text in every text field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

from kpa_core import clock

OPTIONAL_NUMBERS = {
    "siret",
    "siren",
    "vat_number",
    "iban",
    "capital_cents",
    "rcs",
    "electronic_address",
    "country",
}
"""Numbers that must add up: left empty unless a test gives one."""
WORDS_IN_ONE = {"number"}
"""Texts without spaces."""
PLAIN = "Quelques mots"
TEXTS = ("text", "search")
SAMPLES = {"email": "quelqu.un@exemple.fr", "tel": "0655443322", "password": "Correct cheval pile"}
BY_NAME = {
    "starts_at": "09:00",
    "ends_at": "11:00",
    "people_needed": "2",
    "vat": "0",
    "postcode": "59000",
    "birth_date": "",
    "minutes": "1h30",
    "tags": "cuisine",
}


@dataclass
class Control:
    """One field of a form: its values to choose from, and the one already there."""

    name: str
    kind: str
    value: str = ""
    mode: str = ""
    most: int = 10**6
    options: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)

    @property
    def is_text(self) -> bool:
        """Tell whether people write words here."""
        free = self.kind == "textarea" or (self.kind in TEXTS and self.mode in ("", "text"))
        return free and self.name not in (*OPTIONAL_NUMBERS, *BY_NAME)


class Form(HTMLParser):
    """The form of a page that posts to an address, read as a browser reads it."""

    def __init__(self, page: str, url: str) -> None:
        super().__init__()
        self.url = url
        self.controls: dict[str, Control] = {}
        self._inside = False
        self._current: Control | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = given.get("action", "")
            self._inside = given.get("method") == "post" and action in ("", self.url)
        elif self._inside:
            self._open(tag, given, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag in ("select", "textarea"):
            self._current = None

    def handle_data(self, data: str) -> None:
        if self._current is not None and self._current.kind == "textarea":
            self._current.value += data

    def _open(self, tag: str, given: Mapping[str, str], raw: Mapping[str, str | None]) -> None:
        name = given.get("name", "")
        if tag == "option" and self._current is not None:
            self._current.options.append(given.get("value", ""))
            if "selected" in raw:
                self._current.chosen.append(given.get("value", ""))
        elif tag in ("select", "textarea") and name:
            self._current = self._control(name, tag, given.get("maxlength", ""))
        elif tag == "input" and name:
            control = self._control(name, given.get("type", "text"), given.get("maxlength", ""))
            control.mode = given.get("inputmode", "")
            if control.kind in ("radio", "checkbox"):
                control.options.append(given.get("value", "y"))
                if "checked" in raw:
                    control.chosen.append(given.get("value", "y"))
            else:
                control.value = given.get("value", "")

    def _control(self, name: str, kind: str, most: str = "") -> Control:
        made = self.controls.setdefault(name, Control(name, kind))
        made.most = int(most or made.most)
        return made

    def filled(self, words: str | Iterator[str] = PLAIN, *, anew: bool = False) -> dict[str, Any]:
        """Return what to send: what is there stays, what is empty gets a fitting value.

        With ``anew``, every field for words gets ``words``, whatever was there: the same ones, or
        each field the next ones; as many as it takes.
        """
        sent: dict[str, Any] = {}
        for control in self.controls.values():
            value = _value(control, _next(words, control)[: control.most], anew)
            if value not in (None, [], ""):
                sent[control.name] = value
        return sent

    @property
    def text_names(self) -> list[str]:
        """The fields where people write words."""
        return [control.name for control in self.controls.values() if control.is_text]


def _next(words: str | Iterator[str], control: Control) -> str:
    if isinstance(words, str):
        return words
    return next(words) if control.is_text else PLAIN


def _value(control: Control, words: str, anew: bool) -> Any:
    there = control.value.strip()
    if control.is_text and (anew or not there):
        return words.replace(" ", "-") if control.name in WORDS_IN_ONE else words
    if control.kind in ("hidden", "submit") or there:
        return there
    if control.kind == "checkbox":
        return (
            control.chosen if len(control.options) == 1 else control.chosen or control.options[:1]
        )
    if control.kind in ("radio", "select"):
        offered = [one for one in control.options if one not in ("", "None")]
        return (control.chosen or offered or [""])[0]
    if control.name in BY_NAME:
        return BY_NAME[control.name]
    if control.kind == "date":
        later = timedelta(days=90 if "end" in control.name or "until" in control.name else 0)
        return (clock.today("Europe/Paris") + later).isoformat()
    if control.kind == "time":
        return "10:00"
    if control.mode == "decimal":
        return "10,00"
    if control.mode == "numeric":
        return "10"
    if control.name in OPTIONAL_NUMBERS or control.kind == "file":
        return None
    return SAMPLES.get(control.kind, words)
