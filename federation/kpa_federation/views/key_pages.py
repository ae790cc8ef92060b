"""Keys and guardians as pages: where they stand, the next step, letters out and answers in."""

from __future__ import annotations

from flask import Response

from kpa_core.api import N_, KpaError, Pages, current_work, forms, page, say, see
from kpa_federation.ceremonies import lost_server, service
from kpa_federation.ceremonies.standing import standing
from kpa_federation.guardians.walks import WALKS, Why
from kpa_federation.texts import gettext, lazy
from kpa_federation.views import key_shown

NEEDS = service.NEEDS


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


class HomecomingForm(forms.Form):
    """Which log comes home, and from whom."""

    origin = forms.Text(
        lazy("L'origine du KPA perdu"),
        hint=lazy("32 lettres et chiffres. Elle est sur les feuilles des gardiens."),
    )
    address = forms.Text(
        lazy("L'adresse d'un voisin"), hint=lazy("Elle commence par https://."), longest=300
    )


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
                "federation/keys.html",
                found=found,
                words=key_shown.words(found),
                walks=key_shown.walks(found),
            )
        walk = WALKS[found.ceremony.why]
        rows = list(enumerate(map(key_shown.guardian_shown, found.ceremony.guardians)))
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
        fill=key_shown.to_choose,
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
        fill=lambda why: key_shown.told_first(key_shown.simple(why)),
    )
    def change_key(form: SureForm, why: str) -> Response:
        if not form.sure.data:
            raise KpaError(N_("Lis la liste, puis coche la case."), field="sure")
        service.begin(current_work(), key_shown.simple(why))
        return see("federation.keys")

    @pages.form(
        "/cles/reprendre",
        HomecomingForm,
        needs=NEEDS,
        template="federation/key_begin.html",
        fill=lambda: key_shown.told_first("lost_server"),
        once=False,
    )
    def bring_home(form: HomecomingForm) -> Response:
        lost_server.recover_server(current_work(), form.origin.data, [form.address.data])
        say(N_("Le journal est revenu, tout est vérifié. Demande maintenant une nouvelle clé."))
        return see("federation.keys")

    @pages.form(
        "/cles/vol",
        TheftForm,
        needs=NEEDS,
        template="federation/key_begin.html",
        fill=key_shown.after_theft,
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
        fill=key_shown.of_guardian,
    )
    def promise_line(form: PasteForm, nth: int) -> Response:
        with _Blanked(form):
            service.promise(current_work(), key_shown.guardian(nth).name, form.text.data)
        say(N_("C'est noté."))
        return see("federation.keys")

    @pages.form(
        "/cles/exercice/<int:nth>",
        PasteForm,
        needs=NEEDS,
        template="federation/key_paste.html",
        fill=lambda nth: {
            **key_shown.of_guardian(nth),
            **key_shown.letter(service.drill(current_work())),
        },
    )
    def drill_answer(form: PasteForm, nth: int) -> Response:
        with _Blanked(form):
            service.take_drill(current_work(), key_shown.guardian(nth).name, form.text.data)
        say(N_("Sa feuille marche."))
        return see("federation.keys")

    @pages.form(
        "/cles/reponse",
        PasteForm,
        needs=NEEDS,
        template="federation/key_paste.html",
        fill=key_shown.to_sign,
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
