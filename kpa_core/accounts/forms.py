"""The forms to enter, and to look after one's own way in."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField
from wtforms.widgets import PasswordInput

from kpa_core.errors import N_
from kpa_core.i18n import lazy
from kpa_core.pages.forms import Form, Text, YesNo

SHARED = lazy(N_("Ce téléphone est à plusieurs personnes"))
USERNAME = {"autocomplete": "username"}
SHARED_HINT = lazy(N_("Coche si d'autres s'en servent. Tu sors tout seul après 20 minutes."))


class Password(Text):
    """A password: never shown again, not even on the page that refuses it."""

    def __init__(self, label: Any, *, fill: str, **more: Any) -> None:
        super().__init__(label, kind="password", render_kw={"autocomplete": fill}, **more)
        self.widget = PasswordInput(hide_value=True)


class EnterForm(Form):
    """Ask for a link."""

    who = Text(
        lazy(N_("Ton téléphone ou ton adresse mail")),
        hint=lazy(N_("Exemple : 06 12 34 56 78.")),
        longest=254,
        render_kw=USERNAME,
    )
    suite = HiddenField()


class LinkForm(Form):
    """Confirm that it is a person who opened the link."""

    shared = YesNo(SHARED, hint=SHARED_HINT)
    suite = HiddenField()


class CodeForm(Form):
    """The code of a card."""

    code = Text(
        lazy(N_("Le code de ta carte")),
        hint=lazy(N_("16 signes, en 4 groupes. Majuscules ou minuscules, comme tu veux.")),
        longest=60,
    )
    shared = YesNo(SHARED, hint=SHARED_HINT)
    suite = HiddenField()


class PasswordForm(Form):
    """A password, for those who have one."""

    who = Text(lazy(N_("Ton téléphone ou ton adresse mail")), longest=254, render_kw=USERNAME)
    password = Password(lazy(N_("Ton mot de passe")), fill="current-password")
    shared = YesNo(SHARED, hint=SHARED_HINT)
    suite = HiddenField()


class ChoosePasswordForm(Form):
    """A new password."""

    password = Password(
        lazy(N_("Nouveau mot de passe")),
        fill="new-password",
        hint=lazy(N_("12 signes ou plus. Trois mots au hasard, par exemple.")),
    )


class EraseForm(Form):
    """A yes to forgetting, which cannot be undone."""

    sure = YesNo(lazy(N_("Oui, efface. Je sais que ça ne revient pas.")))
