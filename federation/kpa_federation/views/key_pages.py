"""Keys and guardians as pages: where they stand, the next step, letters out and answers in."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from kpa_core.api import N_, KpaError, NotFound, Pages, current_work, forms, page, say, see
from kpa_federation.ceremonies import service
from kpa_federation.ceremonies.standing import Standing, recent, standing
from kpa_federation.guardians import ceremony as ceremonies
from kpa_federation.guardians import notice, paper
from kpa_federation.guardians.ceremony import Guardian
from kpa_federation.guardians.exchange import DrillRequest, KeyRequest
from kpa_federation.guardians.walks import WALKS, Why
from kpa_federation.protocol.words import words_of
from kpa_federation.texts import gettext, lazy, told

NEEDS = service.NEEDS
SIMPLE: tuple[Why, ...] = ("rotation", "lost_key", "lost_server")


class PasteForm(forms.Form):
    """What a guardian sent."""

    text = forms.LongText(
        lazy("Colle ici ce qu'on t'a envoyé"),
        longest=20_000,
        hint=lazy("Tout le message peut venir avec. Jamais un secret."),
    )


class GuardiansForm(forms.Form):
    """Who the guardians will be."""

    names = forms.LongText(
        lazy("Les gardiens, un par ligne"), hint=lazy("Trois maisons de confiance."), longest=700
    )
    threshold = forms.Count(
        lazy("Combien doivent être d'accord"), hint=lazy("2 sur 3, d'habitude.")
    )


class SureForm(forms.Form):
    """One yes, after reading what to do first."""

    sure = forms.YesNo(lazy("J'ai lu, et c'est fait."))


class TheftForm(forms.Form):
    """The last entry that is one's own."""

    cut = forms.OneOf(
        lazy("La dernière ligne qui vient de vous"),
        hint=lazy("Tout ce qui est au-dessus sera quitté."),
    )


def add_to(pages: Pages) -> None:
    """Add the pages of keys."""
    _standing(pages)
    _beginning(pages)
    _collecting(pages)
    _ending(pages)


def _standing(pages: Pages) -> None:
    @pages.get("/cles", needs=NEEDS)
    def keys() -> Response:
        found = standing(current_work())
        if found.ceremony is None:
            return page(
                "federation/keys.html", found=found, words=_words(found), walks=_walks(found)
            )
        walk = WALKS[found.ceremony.why]
        rows = list(enumerate(map(_shown, found.ceremony.guardians)))
        before = [gettext(line) for line in walk.before]
        return page(
            "federation/ceremony.html",
            found=found,
            title=gettext(walk.title),
            before=before,
            rows=rows,
            have=len(found.ceremony.answers),
        )


def _beginning(pages: Pages) -> None:
    @pages.form(
        "/cles/gardiens",
        GuardiansForm,
        needs=NEEDS,
        template="federation/key_begin.html",
        fill=_to_choose,
    )
    def choose_guardians(form: GuardiansForm) -> Response:
        names = tuple(filter(None, (line.strip() for line in form.names.data.splitlines())))
        why: Why = "guardians" if standing(current_work()).threshold else "first"
        service.begin(current_work(), why, guardians=names, threshold=form.threshold.data)
        return see("federation.keys")

    @pages.form(
        "/cles/changer/<why>",
        SureForm,
        needs=NEEDS,
        template="federation/key_begin.html",
        fill=lambda why: _told(_simple(why)),
    )
    def change_key(form: SureForm, why: str) -> Response:
        if not form.sure.data:
            raise KpaError(N_("Lis la liste, puis coche la case."), field="sure")
        service.begin(current_work(), _simple(why))
        return see("federation.keys")

    @pages.form(
        "/cles/vol",
        TheftForm,
        needs=NEEDS,
        template="federation/key_begin.html",
        fill=_after_theft,
    )
    def stolen_key(form: TheftForm) -> Response:
        service.begin(current_work(), "stolen", cut=int(form.cut.data))
        return see("federation.keys")


def _collecting(pages: Pages) -> None:
    @pages.form(
        "/cles/ligne/<int:nth>",
        PasteForm,
        needs=NEEDS,
        template="federation/key_paste.html",
        fill=_of_guardian,
    )
    def promise_line(form: PasteForm, nth: int) -> Response:
        with _Blanked(form):
            service.promise(current_work(), _guardian(nth).name, form.text.data)
        say(N_("C'est noté."))
        return see("federation.keys")

    @pages.form(
        "/cles/exercice/<int:nth>",
        PasteForm,
        needs=NEEDS,
        template="federation/key_paste.html",
        fill=lambda nth: {**_of_guardian(nth), **_letter(service.drill(current_work()))},
    )
    def drill_answer(form: PasteForm, nth: int) -> Response:
        with _Blanked(form):
            service.take_drill(current_work(), _guardian(nth).name, form.text.data)
        say(N_("Sa feuille marche."))
        return see("federation.keys")

    @pages.form(
        "/cles/reponse",
        PasteForm,
        needs=NEEDS,
        template="federation/key_paste.html",
        fill=_to_sign,
    )
    def key_answer(form: PasteForm) -> Response:
        with _Blanked(form):
            service.take(current_work(), form.text.data)
        say(N_("Sa réponse compte."))
        return see("federation.keys")


def _ending(pages: Pages) -> None:
    @pages.post("/cles/demande", needs=NEEDS)
    def ask_guardians() -> Response:
        service.ask(current_work())
        return see("federation.key_answer")

    @pages.post("/cles/ecrire", needs=NEEDS)
    def write_key() -> Response:
        service.write(current_work())
        say(N_("C'est écrit. Les voisins vont le savoir."))
        return see("federation.keys")

    @pages.post("/cles/arreter", needs=NEEDS)
    def stop_ceremony() -> Response:
        service.stop(current_work())
        say(N_("C'est arrêté. Rien n'a changé."))
        return see("federation.keys")


class _Blanked:
    """Show nothing again of what was refused: somebody may have pasted a secret."""

    def __init__(self, form: PasteForm) -> None:
        self.form = form

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self.form.text.data = ""


def _words(found: Standing) -> str:
    return words_of(found.origin) if found.origin else ""


def _walks(found: Standing) -> list[tuple[str, str]]:
    """Return the title and address of what can be begun."""
    if not found.origin:
        return []
    first: Why = "guardians" if found.threshold else "first"
    walks = [(gettext(WALKS[first].title), url_for("federation.choose_guardians"))]
    if found.threshold:
        stolen = gettext(WALKS["stolen"].title)
        walks += [
            (gettext(WALKS[why].title), url_for("federation.change_key", why=why)) for why in SIMPLE
        ]
        walks.append((stolen, url_for("federation.stolen_key")))
    return walks


def _told(why: Why) -> dict[str, Any]:
    walk = WALKS[why]
    return {"title": gettext(walk.title), "before": [gettext(line) for line in walk.before]}


def _simple(why: str) -> Why:
    for one in SIMPLE:
        if one == why:
            return one
    raise NotFound()


def _to_choose() -> dict[str, Any]:
    found = standing(current_work())
    names = found.guardians or tuple(gettext(name) for name in ceremonies.USUAL)
    threshold = found.threshold or ceremonies.USUAL_THRESHOLD
    start = {"names": "\n".join(names), "threshold": threshold}
    return {**_told("guardians" if found.threshold else "first"), "start": start}


def _after_theft() -> dict[str, Any]:
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
    return {**_told("stolen"), "choices": {"cut": choices}}


def _shown(one: Guardian) -> dict[str, Any]:
    state = (
        N_("prêt") if one.is_ready else N_("exercice à faire") if one.hash else N_("ligne à donner")
    )
    return {
        "name": one.name,
        "ready": one.is_ready,
        "promised": bool(one.hash),
        "state": gettext(state),
    }


def _guardian(nth: int) -> Guardian:
    ceremony = standing(current_work()).ceremony
    if ceremony is None or not 0 <= nth < len(ceremony.guardians):
        raise NotFound()
    return ceremony.guardians[nth]


def _of_guardian(nth: int) -> dict[str, Any]:
    return {"title": _guardian(nth).name, "letter": "", "code": "", "waiting": ()}


def _letter(asked: KeyRequest | DrillRequest) -> dict[str, Any]:
    return {"letter": notice.letter(asked), "picture": paper.qr_picture(asked.text())}


def _to_sign() -> dict[str, Any]:
    asked = service.request(current_work())
    step = standing(current_work()).step
    title = gettext(N_("La lettre aux gardiens"))
    waiting = step.waiting if step is not None and step.what == "answers" else ()
    sentence = step.sentence if step is not None else ""
    return {
        **_letter(asked),
        "title": title,
        "code": asked.code,
        "waiting": waiting,
        "sentence": sentence,
    }
