"""Forms: WTForms fields that speak of money, hours and days, and errors that say what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.i18n import get_translations
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from kpa_core import money
from kpa_core.errors import N_, KpaError, Refused
from kpa_core.files import clean_photo
from kpa_core.i18n import CORE_TEXTS, Texts, current_locale, lazy, sentence

MISSING = lazy(N_("Il manque une réponse ici."))
NOT_OFFERED = lazy(N_("Ce choix n'est pas dans la liste. Choisis dans la liste."))
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

    def refuse(self, error: KpaError, texts: Texts = CORE_TEXTS) -> None:
        """Show a service's refusal beside its field, or at the top."""
        text = sentence(error, texts)
        field = self._fields.get(error.field) if error.field else None
        if field is None:
            self.form_errors = [*(self.form_errors or []), text]
        else:
            field.errors = [*field.errors, text]


def _checks(required: bool, *more: Any) -> list[Any]:
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
        checks = _checks(required, Length(max=longest, message=TOO_LONG))
        super().__init__(label, checks, description=hint, **more)
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
        checks = _checks(required, Length(max=longest, message=TOO_LONG))
        super().__init__(label, checks, description=hint, **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Trim, and refuse what no keyboard types."""
        self.data = valuelist[0].replace("\r\n", "\n").strip() if valuelist else ""
        if any(not char.isprintable() and char not in "\n\t" for char in self.data):
            raise ValueError(
                str(lazy(N_("Ce texte contient un signe caché. Réécris-le à la main.")))
            )


class Parsed(Field):  # type: ignore[misc]
    """A field whose text is read by a pure function and written back by another."""

    widget = TextInput()
    inputmode = "text"
    render_kw: dict[str, Any] | None
    data: Any

    def __init__(self, label: Any, *, hint: Any = "", required: bool = True, **more: Any) -> None:
        super().__init__(label, _checks(required), description=hint, **more)
        self.render_kw = {
            "inputmode": self.inputmode,
            "autocomplete": "off",
            **(self.render_kw or {}),
        }

    def parse(self, text: str) -> Any:
        """Return the value of a text, or raise a ``KpaError`` that says what to do."""
        return text

    def show(self, value: Any) -> str:
        """Return the text of a value."""
        return str(value)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.show(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the text; a refusal becomes the field's error."""
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = self.parse(valuelist[0].strip())
            except KpaError as error:
                raise ValueError(sentence(error)) from error


class Cents(Parsed):
    """An amount in euros, held in cents."""

    inputmode = "decimal"

    def parse(self, text: str) -> int:
        """Return cents."""
        return money.parse_cents(text)

    def show(self, value: int) -> str:
        """Return euros with a comma."""
        return f"{value // 100},{value % 100:02d}"


class Quantity(Parsed):
    """A positive number with at most three decimals."""

    inputmode = "decimal"

    def parse(self, text: str) -> Decimal:
        """Return the number."""
        return money.parse_quantity(text)

    def show(self, value: Decimal) -> str:
        """Return it with a comma."""
        return f"{value.normalize():f}".replace(".", ",")


class Rate(Parsed):
    """A percentage, held in basis points."""

    inputmode = "decimal"

    def parse(self, text: str) -> int:
        """Return basis points."""
        return money.parse_rate(text)

    def show(self, value: int) -> str:
        """Return percent with a comma."""
        return f"{Decimal(value) / 100:f}".replace(".", ",")


class Count(Parsed):
    """A whole number from 0 to a million."""

    inputmode = "numeric"

    def parse(self, text: str) -> int:
        """Return the number."""
        if not re.fullmatch(r"\d{1,7}", text) or int(text) > 1_000_000:
            raise Refused(N_("« {text} » n'est pas un nombre entier. Exemple : 40."), text=text)
        return int(text)


class Minutes(Parsed):
    """A length of time, held in minutes: ``6``, ``6h30``, ``6:30`` or ``45 min``."""

    def parse(self, text: str) -> int:
        """Return minutes, at most a day."""
        found = re.fullmatch(r"(\d{1,2})\s*(?:[h:]\s*([0-5]?\d)?)?", text.lower())
        short = re.fullmatch(r"(\d{1,4})\s*(?:min|mn|m)", text.lower())
        if short:
            minutes = int(short[1])
        elif found:
            minutes = int(found[1]) * 60 + int(found[2] or 0)
        else:
            raise Refused(N_("« {text} » n'est pas une durée. Exemple : 6h30."), text=text)
        if not 0 < minutes <= 24 * 60:
            raise Refused(
                N_("Une durée va de 1 minute à 24 heures. Tu as écrit {text}."), text=text
            )
        return minutes

    def show(self, value: int) -> str:
        """Return hours and minutes."""
        return f"{value // 60}h{value % 60:02d}"


class Day(Parsed):
    """A calendar day."""

    widget = TextInput(input_type="date")

    def parse(self, text: str) -> date:
        """Return the day, between 1900 and 2200."""
        french = re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", text)
        try:
            day = (
                date(int(french[3]), int(french[2]), int(french[1]))
                if french
                else date.fromisoformat(text)
            )
        except ValueError as error:
            raise Refused(
                N_("« {text} » n'est pas un jour. Exemple : 25/12/2026."), text=text
            ) from error
        if not 1900 <= day.year <= 2200:
            raise Refused(N_("« {text} » n'est pas un jour. Exemple : 25/12/2026."), text=text)
        return day

    def show(self, value: date) -> str:
        """Return the day as browsers want it."""
        return value.isoformat()


class Hour(Parsed):
    """A time of day."""

    widget = TextInput(input_type="time")

    def parse(self, text: str) -> time:
        """Return the time."""
        found = re.fullmatch(r"([01]?\d|2[0-3])(?:[h:]([0-5]\d)?)?(?::[0-5]\d)?", text.lower())
        if not found:
            raise Refused(N_("« {text} » n'est pas une heure. Exemple : 14:30."), text=text)
        return time(int(found[1]), int(found[2] or 0))

    def show(self, value: time) -> str:
        """Return hours and minutes."""
        return f"{value:%H:%M}"


def _id_or_none(value: Any) -> Any:
    return UUID(str(value)) if value not in (None, "", "None") else None


def options(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """Return (value, label) pairs as what lists of choices are made of."""
    return [SelectChoice(value, label) for value, label in pairs]


class Choice(SelectField):  # type: ignore[misc]
    """One of a list; ``ids=True`` when the values are row ids."""

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
        coerce = _id_or_none if ids else str
        super().__init__(
            label,
            _checks(required),
            coerce=coerce,
            choices=options(choices),
            invalid_value_message=NOT_OFFERED,
            invalid_choice_message=NOT_OFFERED,
            description=hint,
            **more,
        )


class OneOf(RadioField):  # type: ignore[misc]
    """One of a short list, all shown."""

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
        coerce = _id_or_none if ids else str
        super().__init__(
            label,
            _checks(required),
            coerce=coerce,
            choices=options(choices),
            invalid_value_message=NOT_OFFERED,
            invalid_choice_message=NOT_OFFERED,
            description=hint,
            **more,
        )


class Several(SelectMultipleField):  # type: ignore[misc]
    """Any of a list, as boxes to tick; ``folded`` hides a long list until it is asked for."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(
        self,
        label: Any,
        *,
        choices: Any = (),
        hint: Any = "",
        required: bool = False,
        ids: bool = False,
        folded: bool = False,
        **more: Any,
    ) -> None:
        coerce = _id_or_none if ids else str
        super().__init__(
            label,
            _checks(required),
            coerce=coerce,
            choices=options(choices),
            invalid_value_message=NOT_OFFERED,
            invalid_choice_message=lambda _count: str(NOT_OFFERED),
            description=hint,
            **more,
        )
        self.folded = folded


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


class Photo(FileField):  # type: ignore[misc]
    """A photo from the phone; its data is a clean JPEG in bytes, or None."""

    data: Any
    render_kw: dict[str, Any] | None

    def __init__(self, label: Any, *, hint: Any = "", required: bool = False, **more: Any) -> None:
        super().__init__(label, description=hint, **more)
        self.must = required
        self.render_kw = {"accept": "image/*", **(self.render_kw or {})}

    def pre_validate(self, form: Form) -> None:
        """Read the picture and make it anew without what the phone hid in it."""
        data = self.data.read() if self.data else b""
        self.data = None
        if not data:
            if self.must:
                raise ValidationError(str(MISSING))
            return
        try:
            self.data = clean_photo(data)
        except KpaError as error:
            raise ValidationError(sentence(error)) from error
