"""The form of a kind of record, made from its fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import new_class
from typing import Any, cast

from flask_wtf.file import FileField

from kpa_core.api import N_, RecordField, RecordType, forms
from kpa_federation.catalogue.licences import BY_ID
from kpa_federation.catalogue.schema import ITEM_LENGTH
from kpa_federation.records.publishing import REASON_LABELS
from kpa_federation.texts import gettext, lazy

PREFIX = "said_"
ONE_A_LINE = lazy(N_("Une chose par ligne."))


def form_for(kind: RecordType) -> type[forms.Form]:
    """Return the form of a kind: one control for each field that can be typed, then the licence."""
    controls: dict[str, Any] = {"version": forms.Version()}
    for field in kind.fields:
        if is_typed(field):
            controls[PREFIX + field.name] = _CONTROLS[field.kind](field)
    controls["licence"] = forms.Choice(
        lazy(N_("Ce que les autres peuvent en faire")),
        choices=[],
        hint=lazy(N_("On ne peut plus changer pour ce qui est déjà parti.")),
    )
    made = new_class("RecordForm", (forms.Form,), exec_body=lambda body: body.update(controls))
    return cast("type[forms.Form]", made)


def is_typed(field: RecordField) -> bool:
    """Tell whether a field has a control; lists of things are made by the plugin's own pages."""
    return not field.of


def can_be_typed(kind: RecordType) -> bool:
    """Tell whether a whole record of a kind can be written by its form."""
    return all(is_typed(field) or not field.required for field in kind.fields)


def start(kind: RecordType, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form shows at first."""
    return {
        PREFIX + field.name: "\n".join(map(str, value)) if field.kind == "list" else value
        for field in kind.fields
        if is_typed(field) and (value := body.get(field.name)) is not None
    }


def body_of(kind: RecordType, form: forms.Form, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body that was typed; what the form does not show stays as it was."""
    body = dict(before)
    for field in kind.fields:
        if is_typed(field):
            typed = form[PREFIX + field.name].data
            if field.kind == "list":
                typed = [line.strip() for line in (typed or "").splitlines() if line.strip()]
            body[field.name] = typed
    return body


def licence_choices(allowed: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return licences as plain sentences, the usual one first."""
    return [(spdx, f"{gettext(BY_ID[spdx].plain)} ({BY_ID[spdx].short})") for spdx in allowed]


class PublishForm(forms.Form):
    """The yes that publishes."""

    version = forms.Version()
    looked = forms.YesNo(
        lazy("J'ai regardé les fichiers : on n'y reconnaît personne, et ils sont à nous.")
    )


class WithdrawForm(forms.Form):
    """Why a record is withdrawn."""

    reason = forms.OneOf(
        lazy("Pourquoi ?"), choices=[(key, lazy(said)) for key, said in REASON_LABELS.items()]
    )
    erase = forms.YesNo(
        lazy("Effacer aussi le texte, chez nous et chez tous les voisins."),
        hint=lazy("On ne peut pas revenir en arrière."),
    )


class FileForm(forms.Form):
    """One file more."""

    file = FileField(
        lazy("Une photo, un PDF, un texte ou un CSV"),
        description=lazy("On enlève le lieu et le nom cachés dans les photos."),
    )


def _line(field: RecordField) -> Any:
    return forms.Text(field.label, hint=field.hint, required=field.required, longest=field.longest)


def _lines(field: RecordField) -> Any:
    return forms.LongText(
        field.label, hint=field.hint, required=field.required, longest=field.longest
    )


def _list(field: RecordField) -> Any:
    return forms.LongText(
        field.label,
        hint=field.hint or ONE_A_LINE,
        required=field.required,
        longest=field.longest * (ITEM_LENGTH + 2),
    )


def _choice(field: RecordField) -> Any:
    choices = field.choices if field.required else (("", "—"), *field.choices)
    return forms.Choice(field.label, hint=field.hint, required=field.required, choices=choices)


def _number(field: RecordField) -> Any:
    return forms.Count(field.label, hint=field.hint, required=field.required)


_CONTROLS: dict[str, Callable[[RecordField], Any]] = {
    "text": _line,
    "place": _line,
    "long_text": _lines,
    "list": _list,
    "choice": _choice,
    "number": _number,
}
