"""An instance in a few words: who we are, where, how to write to us. Nothing about a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kpa_core.api import N_, KpaError, Problem, RecordField, RecordType, parse_web_address
from kpa_federation.catalogue.kinds.shared_fields import DOMAIN, LANGUAGE
from kpa_federation.texts import lazy

FIELDS = (
    RecordField(
        "title", lazy("Le nom du groupe"), required=True, longest=80, example="Moulins Coop"
    ),
    RecordField(
        "place",
        lazy("Territoire"),
        "place",
        longest=80,
        example="Lille, quartier de Moulins",
        hint=lazy("La ville ou le quartier. Jamais l'adresse d'une personne."),
    ),
    RecordField(
        "contact",
        lazy("La page où on nous écrit"),
        required=True,
        longest=200,
        example="https://moulins.example/",
        hint=lazy("La page du groupe, qui commence par https://. Pas de téléphone, pas d'e-mail."),
    ),
    RecordField(
        "languages",
        lazy("Les langues qu'on parle"),
        "list",
        longest=12,
        example=["français", "arabe"],
        hint=lazy("Une langue par ligne."),
    ),
    RecordField("version", lazy("Version de kpa"), longest=40, example="1.0"),
    LANGUAGE,
)


def contact_is_a_page(body: Mapping[str, Any]) -> Iterator[Problem]:
    """Say when the contact is no address of a page."""
    contact = body.get("contact")
    try:
        parse_web_address(contact if isinstance(contact, str) else "")
    except KpaError:
        yield Problem(
            N_("Ce n'est pas l'adresse d'une page : elle commence par https://."), where="contact"
        )


INSTANCE = RecordType(
    key=f"{DOMAIN}/instance/1",
    label=lazy("Un groupe du réseau"),
    sentence=lazy("Qui on est, où, et comment nous écrire."),
    fields=FIELDS,
    example={field.name: field.example for field in FIELDS},
    linter=contact_is_a_page,
)
