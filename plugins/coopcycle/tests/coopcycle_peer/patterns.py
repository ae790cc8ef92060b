"""Compare an answer with a fact: placeholders as the server's own tests write them (coduo)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

ANY = "@*@"
KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "double": (float, int),
    "number": (float, int),
    "boolean": (bool,),
    "array": (list, dict),
    "null": (type(None),),
}


def differences(fact: Any, said: Any, at: str = "") -> Iterator[str]:
    """Yield where an answer is otherwise than the fact; keys beyond it are told as well."""
    if isinstance(fact, str) and "@" in fact and fact not in ("@context", "@id", "@type"):
        if not _fits(fact, said):
            yield f"{at}: {said!r} is not {fact}"
    elif isinstance(fact, dict) and isinstance(said, dict):
        yield from _in_dict(fact, said, at)
    elif isinstance(fact, list) and isinstance(said, list):
        if len(fact) != len(said):
            yield f"{at}: {len(said)} things, not {len(fact)}"
        for i, (one, other) in enumerate(zip(fact, said, strict=False)):
            yield from differences(one, other, f"{at}[{i}]")
    elif fact != said or isinstance(fact, bool) is not isinstance(said, bool):
        yield f"{at}: {said!r} is not {fact!r}"


def _in_dict(fact: dict[str, Any], said: dict[str, Any], at: str) -> Iterator[str]:
    for key in fact:
        if key == ANY:
            continue
        if key not in said:
            yield f"{at}.{key} is missing"
        else:
            yield from differences(fact[key], said[key], f"{at}.{key}")
    if ANY not in fact:
        yield from (f"{at}.{key} is not in the fact" for key in said if key not in fact)


def kinds(fact: Any, said: Any, at: str = "") -> Iterator[str]:
    """Yield where an answer has other keys than the fact, or values of another kind."""
    if fact is None or said is None:
        return
    if isinstance(fact, dict) and isinstance(said, dict):
        yield from (f"{at}.{key} is missing" for key in fact if key != ANY and key not in said)
        if ANY not in fact:
            yield from (f"{at}.{key} is not in the fact" for key in said if key not in fact)
        for key in fact:
            if key in said and key != ANY:
                yield from kinds(fact[key], said[key], f"{at}.{key}")
    elif isinstance(fact, list) and isinstance(said, list):
        for i, one in enumerate(said if fact else ()):
            yield from kinds(fact[0], one, f"{at}[{i}]")
    elif isinstance(fact, str) and fact.startswith("@") and re.fullmatch(r"@\w+@.*", fact):
        if not _fits(re.sub(r"\.\w+\(.*?\)", "", fact), said):
            yield f"{at}: {said!r} is not {fact}"
    elif type(fact) is not type(said) and not _both_numbers(fact, said):
        yield f"{at}: {said!r} is not of the kind of {fact!r}"


def _both_numbers(one: Any, other: Any) -> bool:
    return all(isinstance(x, int | float) and not isinstance(x, bool) for x in (one, other))


def _fits(pattern: str, said: Any) -> bool:
    return any(_fits_one(one, said) for one in pattern.split("||"))


def _fits_one(pattern: str, said: Any) -> bool:
    whole = re.fullmatch(r"@(\*|\w+)@((?:\.\w+\([^()]*\))*)", pattern)
    if not whole:  # a placeholder inside a text, such as "2020-04-03T12:45:00@string@"
        parts = [re.escape(one) for one in re.split(r"@\w+@", pattern)]
        return isinstance(said, str) and bool(re.fullmatch(".*".join(parts), said, re.S))
    if whole[1] == "*":
        return True
    good = isinstance(said, KINDS[whole[1]])
    if isinstance(said, bool) and whole[1] not in ("boolean",):
        return False
    return good and all(_check(*one, said) for one in re.findall(r"\.(\w+)\(([^()]*)\)", whole[2]))


def _check(name: str, argument: str, said: Any) -> bool:
    argument = argument.strip("'\"")
    if name == "isDateTime":
        datetime.fromisoformat(said)
        return True
    if name == "startsWith":
        return str(said).startswith(argument)
    if name == "count":
        return len(said) == int(argument)
    raise AssertionError(f"the pattern .{name}() is not known")
