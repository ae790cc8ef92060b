"""Who and what the demo shows.

The four KPAs, their towns, dates and activities come from the article about KPA-Cité published by
Optéos; the people, the customers and the amounts are invented.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kpa_core.invoices.carrier.carriers import NewCarrier


@dataclass(frozen=True)
class Someone:
    """A person of the demo. ``age`` is in years on the day the demo is made."""

    name: str
    family_name: str
    phone: str
    age: int
    roles: tuple[str, ...] = ()
    language: str = "fr"
    engaged: bool = True


@dataclass(frozen=True)
class Work:
    """An activity of one of the four KPAs."""

    title: str
    from_kpa: str
    description: str
    kind: str = ""
    grant_funded: bool = False
    offers: tuple[tuple[str, str, str, str, str], ...] = field(default=())
    """Title, sentence, price, unit, VAT in percent."""


KPA_NAME = "Moulins Coop"
TERRITORY = "Lille-Moulins"
PITCH = "Des habitantes et des habitants de Moulins cuisinent, livrent et jardinent ensemble."

PEOPLE = (
    Someone("Nadia", "Belkacem", "0612000001", 41, ("animator",), engaged=False),
    Someone("Amina", "Haddad", "0612000002", 38, ("referent",)),
    Someone("Fatou", "Diallo", "0612000003", 44, ("treasurer",)),
    Someone("Leïla", "Mansouri", "0612000004", 35, ("participant",), "fr"),
    Someone("Rosa", "Ferreira", "0612000005", 52, ("participant",)),
    Someone("Samir", "Ouali", "0612000006", 19, ("participant",)),
    Someone("Inès", "Petit", "0612000007", 22, ("participant",)),
    Someone("Yanis", "Cherif", "0612000008", 16, ("participant",), engaged=False),
    Someone("Claire", "Optéos", "0612000009", 47, ("host",), engaged=False),
)

ACTIVITIES = (
    Work(
        "Buffets traiteur",
        "Moulins Coop",
        "Des buffets qui mêlent produits locaux et saveurs orientales.",
        kind="catering",
        offers=(
            ("Buffet oriental", "Un buffet complet, livré et servi.", "15,00", "personne", "10"),
        ),
    ),
    Work("Jardin partagé", "Moulins Coop", "On étend et on soigne le jardin du quartier."),
    Work(
        "Sérigraphie",
        "La Cape",
        "Affiches et tee-shirts imprimés à la main.",
        offers=(("Tee-shirt imprimé", "Ton dessin, une couleur.", "12,00", "pièce", "20"),),
    ),
    Work(
        "Menuiserie et découpe laser",
        "La Cape",
        "Petits meubles et objets dessinés puis découpés.",
        offers=(("Étagère en bois", "Sur mesure, en bois local.", "85,00", "pièce", "20"),),
    ),
    Work("Création textile", "La Cape", "Sacs et vêtements cousus à plusieurs."),
    Work(
        "Courses pour les résidences",
        "Illicoop",
        "On fait et on livre les courses des seniors.",
        offers=(("Courses livrées", "Une tournée par semaine.", "18,00", "tournée", "20"),),
    ),
    Work(
        "Décapsule ta ville",
        "Illicoop",
        "On ramasse les cartouches de gaz et on parle aux jeunes.",
        grant_funded=True,
    ),
    Work("Événementiel", "Illicoop", "On prépare et on anime des fêtes de quartier."),
    Work(
        "Mobilier en bois",
        "Les Coopains à Bord !",
        "Des meubles faits de bois récupéré.",
        offers=(("Banc de jardin", "En bois récupéré.", "140,00", "pièce", "20"),),
    ),
    Work(
        "Sacs et dessous de verres",
        "Les Coopains à Bord !",
        "Des objets faits de tissus récupérés.",
        offers=(("Sac en toile", "Cousu ici.", "14,00", "pièce", "20"),),
    ),
)


@dataclass(frozen=True)
class Crew:
    """Who works in an activity: two people at least say yes to a price, one keeps the money."""

    referent: str
    participants: tuple[str, ...]
    treasurer: str


CREWS = {
    "Mobilier en bois": Crew("Rosa", ("Samir", "Inès"), "Fatou"),
    "Sacs et dessous de verres": Crew("Leïla", ("Rosa", "Inès"), "Fatou"),
}
"""The activities of the association, which issues its invoices itself."""

PARTNERS = (
    ("Maison de Quartier de Moulins", "porteuse"),
    ("Optéos", "économique"),
    ("La Condition Publique", "lieu"),
    ("ANIS", "réseau"),
)

CARRIER = NewCarrier(
    name="Optéos (exemple)",
    mode="draft_for_carrier",
    analytic_code="MOULINS",
    identity={
        "legal_form": "SCIC SA à capital variable",
        "address": ["1 rue de l'Exemple", "59100 Roubaix"],
        "siren": "732829320",
        "vat_number": "FR44732829320",
    },
    paid_when="La coopérative verse la paie à la fin du mois suivant.",
    ask_whom="Nadia, ou à ta conseillère de la CAF",
)
ASSOCIATION = NewCarrier(
    name="Les Coopains à Bord ! (association, exemple)",
    mode="own_structure",
    analytic_code="COOPAINS",
    identity={
        "legal_form": "Association loi 1901",
        "address": ["1 quai de l'Exemple", "17000 La Rochelle"],
        "siren": "404833048",
        "vat_number": "FR83404833048",
    },
    paid_when="L'association verse la paie le 10 du mois.",
    ask_whom="l'animatrice",
)
COUVEUSE = NewCarrier(
    name="La Couveuse des métiers (exemple)",
    mode="delegated_series",
    analytic_code="CAPE",
    identity={
        "legal_form": "Association loi 1901",
        "address": ["2 rue de l'Exemple", "59000 Lille"],
        "siren": "199999996",
        "vat_number": "FR01199999996",
    },
    paid_when="La couveuse verse la paie le 15 du mois suivant.",
    ask_whom="Nadia",
)
CARRIERS = (CARRIER, COUVEUSE, ASSOCIATION)
CARRIER_OF = {"La Cape": COUVEUSE, "Les Coopains à Bord !": ASSOCIATION}
"""Who carries the activities of a KPA; the others' are carried by ``CARRIER``."""

CARRIER_TIERS = "30000 : 11,5\n60000 : 10,5\n90000 : 9,5\n120000 : 8,5\n* : 7,5"
OWN_TIERS = "* : 5"
COUVEUSE_TIERS = "* : 8"
TIERS_SOURCE = "Premier taux : barème publié par Optéos. Les bornes suivantes sont inventées."
TOWN_HALL = {
    "name": "Mairie d'Exempleville",
    "kind": "public",
    "contact_name": "Service des fêtes",
    "email": "fetes@exempleville.example",
    "address": "1 place de la Mairie",
    "postcode": "59000",
    "town": "Lille",
    "siret": "21999999200015",
}
SCHOOL = {
    "name": "École de l'Exemple (association des parents)",
    "kind": "non_taxable_org",
    "contact_name": "Mme Leroy",
    "email": "parents@exempleville.example",
    "address": "3 place de l'École",
    "postcode": "59000",
    "town": "Lille",
}
