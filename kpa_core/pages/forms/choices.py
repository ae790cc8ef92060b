"""Fields that offer a list to choose from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from wtforms import RadioField, SelectChoice, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from kpa_core.errors import N_
from kpa_core.i18n import lazy
from kpa_core.pages.forms.form import checks

NOT_OFFERED = lazy(N_("Ce choix n'est pas dans la liste. Choisis dans la liste."))


def _id_or_none(value: Any) -> Any:
    return UUID(str(value)) if value not in (None, "", "None") else None


def options(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """Return (value, label) pairs as what lists of choices are made of."""
    return [SelectChoice(value, label) for value, label in pairs]


class _Offered:
    """What every field with a list of choices is given; ``ids=True`` when they are row ids."""

    def __init__(
        self,
        label: Any,
        *,
        choices: Any = (),
        hint: Any = "",
        required: bool = True,
        ids: bool = False,
        **more: Any,
    ) -> None:
        told = {"invalid_value_message": NOT_OFFERED, "invalid_choice_message": NOT_OFFERED, **more}
        super().__init__(
            label,
            checks(required),  # type: ignore[call-arg]
            coerce=_id_or_none if ids else str,
            choices=options(choices),
            description=hint,
            **told,
        )


class Choice(_Offered, SelectField):  # type: ignore[misc]
    """One of a list."""


class OneOf(_Offered, RadioField):  # type: ignore[misc]
    """One of a short list, all shown."""


class Several(_Offered, SelectMultipleField):  # type: ignore[misc]
    """Any of a list, as boxes to tick; ``folded`` hides a long list until it is asked for."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(
        self, label: Any, *, required: bool = False, folded: bool = False, **more: Any
    ) -> None:
        several = {"invalid_choice_message": lambda _count: str(NOT_OFFERED), **more}
        super().__init__(label, required=required, **several)
        self.folded = folded
