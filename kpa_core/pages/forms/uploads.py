"""A field for a file as it is: nothing is made anew, whoever reads it checks it."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import ValidationError

from kpa_core.pages.forms.form import MISSING, TOO_LONG, Form


class Upload(FileField):  # type: ignore[misc]
    """A file in bytes, at most ``longest`` of them; ``name`` is what the sender called it."""

    data: Any
    render_kw: dict[str, Any] | None

    def __init__(
        self, label: Any, *, longest: int, hint: Any = "", accept: str = "", **more: Any
    ) -> None:
        super().__init__(label, description=hint, **more)
        self.must = True
        self.longest = longest
        self.file_name = ""
        self.render_kw = {"accept": accept, **(self.render_kw or {})}

    def pre_validate(self, form: Form) -> None:
        """Read the bytes, one more than allowed at most."""
        sent, self.data = self.data, None
        data = sent.read(self.longest + 1) if sent else b""
        if not data:
            raise ValidationError(str(MISSING))
        if len(data) > self.longest:
            raise ValidationError(str(TOO_LONG))
        self.data, self.file_name = data, sent.filename or ""
