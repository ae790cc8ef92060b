"""What the pages of keys show: names, states, letters and lists to choose from."""

from __future__ import annotations

from typing import Any

from flask import url_for

from kpa_core.api import N_, NotFound, current_work
from kpa_federation.ceremonies import service
from kpa_federation.ceremonies.standing import Standing, recent, standing
from kpa_federation.guardians import ceremony as ceremonies
from kpa_federation.guardians import notice, paper
from kpa_federation.guardians.ceremony import Guardian
from kpa_federation.guardians.exchange import DrillRequest, KeyRequest
from kpa_federation.guardians.walks import WALKS, Why
from kpa_federation.protocol.words import words_of
from kpa_federation.texts import gettext, told

SIMPLE: tuple[Why, ...] = ("rotation", "lost_key", "lost_server")


def words(found: Standing) -> str:
    """Return the six words of this KPA."""
    return words_of(found.origin) if found.origin else ""


def walks(found: Standing) -> list[tuple[str, str]]:
    """Return the title and address of what can be begun."""
    if not found.origin:
        return []
    first: Why = "guardians" if found.threshold else "first"
    found_walks = [(gettext(WALKS[first].title), url_for("federation.choose_guardians"))]
    if not found.threshold and found.size <= 1:
        home = gettext(N_("Reprendre un KPA dont l'ordinateur est perdu"))
        found_walks.append((home, url_for("federation.bring_home")))
    if found.threshold:
        stolen = gettext(WALKS["stolen"].title)
        found_walks += [
            (gettext(WALKS[why].title), url_for("federation.change_key", why=why)) for why in SIMPLE
        ]
        found_walks.append((stolen, url_for("federation.stolen_key")))
    return found_walks


def told_first(why: Why) -> dict[str, Any]:
    """Return what is told before a ceremony."""
    walk = WALKS[why]
    return {"title": gettext(walk.title), "before": [gettext(line) for line in walk.before]}


def simple(why: str) -> Why:
    """Return a walk that needs nothing chosen."""
    for one in SIMPLE:
        if one == why:
            return one
    raise NotFound()


def to_choose() -> dict[str, Any]:
    """Return what the form of guardians begins with."""
    found = standing(current_work())
    names = found.guardians or tuple(gettext(name) for name in ceremonies.USUAL)
    threshold = found.threshold or ceremonies.USUAL_THRESHOLD
    start = {"names": "\n".join(names), "threshold": threshold}
    return {**told_first("guardians" if found.threshold else "first"), "start": start}


def after_theft() -> dict[str, Any]:
    """Return the entries of the log to choose from."""
    work = current_work()
    choices = [
        (
            str(one.size),
            told(
                N_("Ligne {size}, du {day} : {what}"),
                size=one.size,
                day=one.day.strftime("%d/%m/%Y"),
                what=one.what,
            ),
        )
        for one in recent(work)
    ]
    return {**told_first("stolen"), "choices": {"cut": choices}}


def guardian_shown(one: Guardian) -> dict[str, Any]:
    """Return a guardian and what it still has to do."""
    state = (
        N_("prêt") if one.is_ready else N_("exercice à faire") if one.hash else N_("ligne à donner")
    )
    return {
        "name": one.name,
        "ready": one.is_ready,
        "promised": bool(one.hash),
        "state": gettext(state),
    }


def guardian(nth: int) -> Guardian:
    """Return the guardian at a place of the ceremony."""
    ceremony = standing(current_work()).ceremony
    if ceremony is None or not 0 <= nth < len(ceremony.guardians):
        raise NotFound()
    return ceremony.guardians[nth]


def of_guardian(nth: int) -> dict[str, Any]:
    """Return what the page about one guardian shows."""
    return {"title": guardian(nth).name, "letter": "", "code": "", "lead": ""}


def letter(asked: KeyRequest | DrillRequest) -> dict[str, Any]:
    """Return a letter and its picture."""
    return {"letter": notice.letter(asked), "picture": paper.qr_picture(asked.text())}


def to_sign() -> dict[str, Any]:
    """Return the letter to today's guardians, and who is waited for."""
    asked = service.request(current_work())
    step = standing(current_work()).step
    assert step is not None  # the request is of a ceremony under way
    title = gettext(N_("La lettre aux gardiens"))
    return {**letter(asked), "title": title, "code": asked.code, "lead": step.sentence}
