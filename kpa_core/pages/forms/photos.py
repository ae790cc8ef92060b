"""A field for a photo from the phone."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import ValidationError

from kpa_core.errors import KpaError
from kpa_core.files import clean_photo
from kpa_core.i18n import sentence
from kpa_core.pages.forms.form import MISSING, Form


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
