"""What one act is: who does it, what they type, and what it leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from world.build import World


@dataclass(frozen=True)
class Deed:
    """An act: who does it, the rights it is logged under, on what, and what they type.

    Texts in ``fields`` that start with ``$`` name a thing of the place, functions are asked when
    the act is done; ``uses`` says that the address is about another thing than usual. ``bare``
    sends these fields alone. ``query`` is what the link to the page says, as ``name=$thing``, the
    thing being an id of the place or a text of the world.
    """

    who: str
    kept: tuple[str, ...]
    fields: Mapping[str, Any] = field(default_factory=dict)
    uses: Mapping[str, str] = field(default_factory=dict)
    bare: bool = False
    query: str = ""
    before: Callable[[World], None] | None = None


def on(**uses: str) -> dict[str, str]:
    """Name another state of the thing: ``on(order="done")``."""
    return {f"{name}_id": f"{name}_id:{state}" for name, state in uses.items()}
