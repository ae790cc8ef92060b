"""A learning, "Ce qu'on a appris": what worked, what did not, and what comes next time."""

from __future__ import annotations

from kpa_core.api import RecordField, RecordType
from kpa_federation.catalogue.kinds.shared_fields import DOMAIN, LANGUAGE, PLACE, TAGS, TITLE
from kpa_federation.texts import lazy

_LONG = 10_000

FIELDS = (
    TITLE,
    RecordField(
        "activity",
        lazy("Activité"),
        longest=120,
        example="Traiteur",
        hint=lazy("Cuisine, livraison, couture, réparation…"),
    ),
    RecordField(
        "tried",
        lazy("Ce qu'on a essayé"),
        "long_text",
        required=True,
        longest=_LONG,
        example="On a livré et servi un buffet à deux équipes.",
    ),
    RecordField(
        "happened",
        lazy("Ce qui s'est passé"),
        "long_text",
        required=True,
        longest=_LONG,
        example="Une équipe cuisine, une équipe livre : chacun sait quoi faire.",
        hint=lazy("Ce qui a marché. Ce qui n'a pas marché."),
    ),
    RecordField(
        "next_time",
        lazy("La prochaine fois"),
        "long_text",
        longest=_LONG,
        example="On préparera la livraison la veille, ensemble.",
    ),
    PLACE,
    RecordField("text", lazy("Autre chose à dire"), "long_text", longest=50_000),
    LANGUAGE,
    TAGS,
)

LEARNING = RecordType(
    key=f"{DOMAIN}/learning/1",
    label=lazy("Ce qu'on a appris"),
    sentence=lazy("Ce qui a marché. Ce qui n'a pas marché."),
    fields=FIELDS,
    example={field.name: field.example for field in FIELDS if field.example},
    files=True,
)
