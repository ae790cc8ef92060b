"""A person's browser without a window: follows redirects, fills forms from the page shown."""

from __future__ import annotations

import re
import secrets
from html import unescape
from typing import Any, Protocol

from werkzeug.test import Client

FIELD = re.compile(r'<input[^>]*\bname="(csrf_token|idempotency_key|version)"[^>]*>')
VALUE = re.compile(r'\bvalue="([^"]*)"')
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
LINK = re.compile(r'<a\b[^>]*\bhref="([^"]+)"[^>]*>(.*?)</a>', re.S)
FORM = re.compile(r"<form\b.*?</form>", re.S)


UNBROKEN = re.compile("\N{NO-BREAK SPACE}(?=[?!:;»])|(?<=«)\N{NO-BREAK SPACE}")


class Shown:
    """What came back: the page's address, status and text, spaced as people type it."""

    def __init__(self, url: str, status: int, text: str) -> None:
        self.url = url
        self.status = status
        self.text = UNBROKEN.sub(" ", text)

    def id_in_url(self) -> str:
        """Return the last id in the address, as after something was made.

        Raises:
            LookupError: there is none.
        """
        found = ID.findall(self.url)
        if not found:
            raise LookupError(f"no id in {self.url}: {self.sentence()}")
        return str(found[-1])

    def ids(self, before: str, after: str = "") -> list[str]:
        """Return the ids the page's addresses bear between two texts, each once, in order."""
        found = re.findall(re.escape(before) + f"({ID.pattern})" + re.escape(after), self.text)
        return list(dict.fromkeys(found))

    def id_of_link(self, text: str) -> str:
        """Return the last id in the address of the link that shows ``text``.

        Raises:
            LookupError: no link shows it.
        """
        for address, shown in LINK.findall(self.text):
            if unescape(re.sub(r"<[^>]+>", "", shown)).strip() == text and ID.search(address):
                return str(ID.findall(address)[-1])
        raise LookupError(f"no link {text!r} in {self.url}: {self.sentence()}")

    def sentence(self) -> str:
        """Return what the page says, tags taken out, to show in an error."""
        body = re.sub(r"(?s)<(style|script|head)\b.*?</\1>", " ", self.text)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())[:8000]


class Browser(Protocol):
    """What the story needs of a browser; a real one offers the same."""

    def get(self, url: str) -> Shown:
        """Open a page."""

    def submit(self, url: str, /, *, page: str = "", **fields: Any) -> Shown:
        """Open ``page`` (or ``url``), fill the form that posts to ``url``, and send it."""


class PlainBrowser:
    """The browser of the demo: HTML forms over the application itself, no network."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, url: str, **options: Any) -> Shown:
        """Open a page."""
        answer = self.client.get(url, follow_redirects=True, **options)
        return Shown(answer.request.path, answer.status_code, answer.text)

    def submit(self, url: str, /, *, page: str = "", **fields: Any) -> Shown:
        """Open ``page`` (or ``url``), take its hidden fields, and send the form to ``url``."""
        shown = self.client.get(page or url, follow_redirects=True)
        hidden = hidden_fields(shown.text, url if page else "")
        data = {**hidden, **fields}
        answer = self.client.post(url, data=data, follow_redirects=True)
        return Shown(answer.request.path, answer.status_code, answer.text)

    def enter(self, code: str) -> None:
        """Come in by a card's code; the page people are led to is not looked at.

        Raises:
            LookupError: the code opens nothing; the page says why.
        """
        url = "/entrer/carte"
        hidden = hidden_fields(self.client.get(url).text)
        answer = self.client.post(url, data={**hidden, "code": code})
        if answer.status_code != 303:
            raise LookupError(Shown(url, answer.status_code, answer.text).sentence())


def hidden_fields(text: str, action: str = "") -> dict[str, str]:
    """Return the hidden fields of the form that posts to ``action``, or of the page's last form."""
    forms = FORM.findall(text)
    chosen = [form for form in forms if action and f'action="{action}"' in unescape(form)]
    fields = {"csrf_token": "", "idempotency_key": secrets.token_hex(16)}
    for form in chosen or forms[-1:]:
        for found in FIELD.finditer(form):
            value = VALUE.search(found[0])
            fields[found[1]] = unescape(value[1]) if value else ""
    return fields
