"""The form that is sent once, with fields for words, a box to tick and the row's version."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.i18n import get_translations
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import TextInput

from kpa_core.errors import N_, KpaError
from kpa_core.i18n import CORE_TEXTS, Texts, current_locale, lazy, sentence

MISSING = lazy(N_("Il manque une réponse ici."))
TOO_LONG = lazy(N_("C'est trop long. Écris plus court."))


class Form(FlaskForm):  # type: ignore[misc]
    """A form that is sent once: it carries its own idempotency key and CSRF token."""

    form_errors: list[str]
    idempotency_key = HiddenField(default=lambda: uuid4().hex)

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """WTForms' own sentences, in the reader's language too."""

        def get_translations(self, form: Any) -> Any:
            """Return the catalogue of WTForms for the language of the page."""
            return get_translations((current_locale(),))

    def leave_out(self, names: Iterable[str]) -> None:
        """Ask nothing of fields a page does not show; what is sent for them is forgotten."""
        for name in names:
            field = self[name]
            field.validators, field.data, field.raw_data = [Optional()], None, []
            if hasattr(field, "validate_choice"):
                field.validate_choice = False

    def refuse(self, error: KpaError, texts: Texts = CORE_TEXTS) -> None:
        """Show a service's refusal beside its field, or at the top."""
        text = sentence(error, texts)
        field = self._fields.get(error.field) if error.field else None
        if field is None:
            self.form_errors = [*(self.form_errors or []), text]
        else:
            field.errors = [*field.errors, text]


def checks(required: bool, *more: Any) -> list[Any]:
    """Return what every field checks first: an answer, or none at all."""
    first = InputRequired(message=MISSING) if required else Optional(strip_whitespace=True)
    return [first, *more]


class Text(StringField):  # type: ignore[misc]
    """One line of text; control characters are refused, ends are trimmed."""

    def __init__(
        self,
        label: Any,
        *,
        hint: Any = "",
        required: bool = True,
        longest: int = 200,
        kind: str = "text",
        **more: Any,
    ) -> None:
        length = Length(max=longest, message=TOO_LONG)
        super().__init__(label, checks(required, length), description=hint, **more)
        self.kind = kind
        self.widget = TextInput(input_type=kind)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Trim, and refuse what no keyboard types."""
        self.data = valuelist[0].strip() if valuelist else ""
        if any(not char.isprintable() for char in self.data):
            raise ValueError(
                str(lazy(N_("Ce texte contient un signe caché. Réécris-le à la main.")))
            )


class LongText(TextAreaField):  # type: ignore[misc]
    """Several lines of text."""

    def __init__(
        self, label: Any, *, hint: Any = "", required: bool = True, longest: int = 4000, **more: Any
    ) -> None:
        length = Length(max=longest, message=TOO_LONG)
        super().__init__(label, checks(required, length), description=hint, **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Trim, and refuse what no keyboard types."""
        self.data = valuelist[0].replace("\r\n", "\n").strip() if valuelist else ""
        if any(not char.isprintable() and char not in "\n\t" for char in self.data):
            raise ValueError(
                str(lazy(N_("Ce texte contient un signe caché. Réécris-le à la main.")))
            )


class YesNo(BooleanField):  # type: ignore[misc]
    """A box to tick."""

    def __init__(self, label: Any, *, hint: Any = "", **more: Any) -> None:
        super().__init__(label, description=hint, **more)


class Version(HiddenField):  # type: ignore[misc]
    """The version of the row the page was made from; what is no number matches none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number."""
        text = valuelist[0] if valuelist else ""
        self.data = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
