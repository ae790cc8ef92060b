"""Texts that want to be more than text, and a world where every form was filled with them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from uuid import uuid4

from werkzeug.test import TestResponse
from world import World, asking, doing
from world.deeds import DEEDS, values
from world.filling import Form

NAUGHTY: list[str] = json.loads(
    (Path(__file__).parents[2] / "data" / "naughty_strings.json").read_text("utf-8")
)
MARKUP = (
    "\"><img src=x onerror=alert(1)>'",
    "'><svg/onload=alert(1)><x y=\"",
    "</textarea></title></script><script>alert(1)</script>",
    "<a href=javascript:alert(1)>ici</a><iframe srcdoc=x>",
    "{{7777*7777}}{% raw %}${7777*7777}#{7777*7777}<%= 7777*7777 %>",
    "{0.__class__} {name} {} %(name)s %s %d {secret!r}",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62; &quot;",
    "javascript:alert(1)//https://evil.example/-->]]><!--",
)
ROOM = 195
"""As much as almost every field takes."""
BOMB = "\"><svg onload=alert(1)>'</title></textarea><script>alert(2)</script>{{7777*7777}}{0}"
PRODUCT = "60481729"
"""What comes out when a text is run as a template."""

READERS = ("visitor", "participant_a", "referent_a", "animator", "host_a", "admin", "member")


@cache
def with_words(world: World) -> list[str]:
    """Return the pages whose form has fields for words, in the world as it was made."""
    found = []
    for name, rule in doing.posting(world).items():
        url = doing.address(world, rule, DEEDS[name])
        if doing.form_of(world, rule, DEEDS[name], url).text_names:
            found.append(name)
    return found


def form_of(world: World, endpoint: str) -> Form:
    """Return the form of a page as it is now."""
    rule, deed = doing.posting(world)[endpoint], DEEDS[endpoint]
    return doing.form_of(world, rule, deed, doing.address(world, rule, deed))


def send(
    world: World, endpoint: str, words: str | Iterator[str], form: Form | None = None
) -> TestResponse:
    """Fill every field for words of a form, and send it."""
    rule, deed = doing.posting(world)[endpoint], DEEDS[endpoint]
    form = form or form_of(world, endpoint)
    typed = {
        name: value
        for name, value in values(world, world.a, deed.fields).items()
        if name not in form.text_names or name in ("code", "pattern", "tiers")
    }
    fields = {**form.filled(words, anew=True), **typed, "idempotency_key": uuid4().hex}
    return asking.ask(world, deed.who, "POST", doing.address(world, rule, deed), fields)


def packs(texts: Iterable[str]) -> list[str]:
    """Return texts several at a time, as long as a field takes."""
    found, pack = [], ""
    for words in texts:
        line = re.sub(r"\s+", " ", words)[:ROOM]
        if len(pack) + len(line) + 1 > ROOM:
            found.append(pack)
            pack = ""
        pack = f"{pack} {line}".strip()
    return [*found, pack]


def follow(world: World, endpoint: str, answer: TestResponse) -> str:
    """Return the page somebody sees after sending a form."""
    if answer.status_code != 303:
        return answer.text
    return asking.ask(world, DEEDS[endpoint].who, "GET", answer.headers["Location"], {}).text


def plant(world: World) -> int:
    """Fill every form with the bomb, for good; return how many took it."""
    taken = 0
    for number, endpoint in enumerate(with_words(world)):
        deed = DEEDS[endpoint]
        if deed.before is not None or endpoint in ("activities.stop", "sharing.withdraw"):
            continue
        taken += send(world, endpoint, f"{BOMB}{number}").status_code == 303
    return taken


def addresses(world: World, readers: Iterable[str] = READERS) -> list[tuple[str, str]]:
    """Return every page to read, with who reads it: what was there, and what was planted."""
    found = []
    for key in readers:
        actor = world.cast[key]
        for rule in asking.rules(world.kpa.app):
            for one in asking.addresses(world, rule, actor):
                read = one.method == "GET" and one.variant in ("", "A", "own")
                if read and asking.expected(world, one, actor):
                    found.append((key, one.url))
    return found
