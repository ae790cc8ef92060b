"""Every act a page offers, done by somebody who may, with what it leaves in the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from world.acts import TEXTS, fields_for
from world.filling import Form
from world.places import Place

if TYPE_CHECKING:
    from werkzeug.test import TestResponse
    from world.build import World

Fields = Mapping[str, Any] | Callable[["World", Place], Mapping[str, Any]]


@dataclass(frozen=True)
class Deed:
    """An act: by whom, on which things, what they type, and the rights it is logged under."""

    who: str
    kept: tuple[str, ...]
    fields: Fields = field(default_factory=dict)
    uses: Mapping[str, str] = field(default_factory=dict)
