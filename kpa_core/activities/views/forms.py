"""The forms of this folder. Labels say "tu" to members and "vous" to customers."""

from __future__ import annotations

from kpa_core.activities import activities, answers, contributions, customers, vat
from kpa_core.errors import N_
from kpa_core.i18n import lazy
from kpa_core.pages.forms import (
    Cents,
    Choice,
    Count,
    Day,
    Form,
    Hour,
    LongText,
    Minutes,
    OneOf,
    Quantity,
    Rate,
    Several,
    Text,
    Version,
    YesNo,
)

ACTIVITY_STATES = [(key, lazy(label)) for key, label in activities.STATE_LABELS.items()]
CUSTOMER_KINDS = [(key, lazy(label)) for key, label in customers.KIND_LABELS.items()]
TIME_KINDS = [(key, lazy(label)) for key, label in contributions.KIND_LABELS.items()]
ANSWERS = [(key, lazy(label)) for key, label in answers.LABELS.items()]
NATURES = [("services", lazy(N_("Un service"))), ("goods", lazy(N_("Un bien")))]
NO_VAT = [
    ("", lazy(N_("Rien de spécial"))),
    *((key, lazy(label)) for key, label in vat.NO_VAT.items()),
]
BASES = [("net", lazy(N_("Sans la TVA"))), ("gross", lazy(N_("TVA comprise")))]


class RequestForm(Form):
    """A customer's request, from the public page."""

    offer_id = Choice(lazy(N_("Qu'est-ce qu'il vous faut ?")), ids=True, required=False)
    wishes = LongText(
        lazy(N_("Dites-nous en plus")),
        required=False,
        hint=lazy(N_("Exemple : halal, sans porc, végétarien, allergies, livraison.")),
    )
    guests = Count(lazy(N_("Pour combien de personnes ?")), required=False)
    day = Day(lazy(N_("Pour quel jour ?")), required=False)
    place = Text(lazy(N_("Où ?")), required=False)
    budget_cents = Cents(lazy(N_("Votre budget, si vous le savez")), required=False)
    kind = OneOf(
        lazy(N_("Vous êtes")),
        choices=[choice for choice in CUSTOMER_KINDS if choice[0] != "foreign"],
    )
    name = Text(
        lazy(N_("Votre nom")),
        hint=lazy(N_("Ou le nom de l'entreprise, de la mairie, du groupe.")),
        render_kw={"autocomplete": "name"},
    )
    contact_name = Text(
        lazy(N_("Qui appeler ?")), required=False, hint=lazy(N_("Si ce n'est pas vous."))
    )
    phone = Text(
        lazy(N_("Téléphone")), required=False, kind="tel", render_kw={"autocomplete": "tel"}
    )
    email = Text(
        lazy(N_("Adresse mail")),
        required=False,
        kind="email",
        hint=lazy(N_("Un téléphone ou une adresse mail suffit.")),
        render_kw={"autocomplete": "email"},
    )


class ActivityForm(Form):
    """An activity, new or known."""

    version = Version()
    title = Text(lazy(N_("Comment s'appelle l'activité ?")))
    kind = Choice(
        lazy(N_("Quel genre d'activité ?")),
        required=False,
        hint=lazy(N_("Un module peut aider : recettes, prix, livraisons.")),
    )
    description = LongText(lazy(N_("En quelques mots")), required=False)
    grant_funded = YesNo(lazy(N_("Elle est payée par une subvention, pas par des clients")))


class PlaceForm(Form):
    """Somebody's place in an activity."""

    person_id = Choice(lazy(N_("Qui ?")), ids=True)
    kind = OneOf(lazy(N_("Pour faire quoi ?")))


class OfferForm(Form):
    """An offer, new or known."""

    version = Version()
    title = Text(lazy(N_("Qu'est-ce que vous proposez ?")))
    sentence = Text(lazy(N_("Une phrase pour le client")), required=False, longest=300)
    unit_price_cents = Cents(lazy(N_("Le prix")))
    unit = Text(lazy(N_("Pour une…")), required=False, hint=lazy(N_("Exemple : personne, heure.")))
    price_basis = OneOf(lazy(N_("Ce prix est")), choices=BASES, default="net")
    vat_rate_bp = Rate(lazy(N_("La TVA, en pour cent")), hint=lazy(N_("Exemple : 10. Sinon 0.")))
    lead_days = Count(lazy(N_("Combien de jours pour préparer ?")), default=0)


class CustomerForm(Form):
    """A customer, new or known."""

    version = Version()
    kind = OneOf(lazy(N_("Qui est-ce ?")), choices=CUSTOMER_KINDS)
    name = Text(lazy(N_("Nom du client")))
    contact_name = Text(lazy(N_("Qui appeler ?")), required=False)
    phone = Text(lazy(N_("Téléphone")), required=False, kind="tel")
    email = Text(lazy(N_("Adresse mail")), required=False, kind="email")
    address = Text(lazy(N_("Adresse")), required=False)
    postcode = Text(lazy(N_("Code postal")), required=False)
    town = Text(lazy(N_("Ville")), required=False)
    siret = Text(
        lazy(N_("SIRET")), required=False, hint=lazy(N_("14 chiffres. Pas pour une personne."))
    )
    vat_number = Text(lazy(N_("Numéro de TVA")), required=False)
    engagement_number = Text(
        lazy(N_("Numéro d'engagement")),
        required=False,
        hint=lazy(N_("La mairie ou l'école le donne. Il va sur la facture.")),
    )
    service_code = Text(lazy(N_("Code du service")), required=False)
    country = Text(
        lazy(N_("Pays")), required=False, longest=2, hint=lazy(N_("Deux lettres : FR, BE, DE."))
    )
    electronic_address = Text(
        lazy(N_("Adresse de facturation électronique")),
        required=False,
        hint=lazy(N_("Dans l'annuaire des plateformes. Exemple : 0225:732829320.")),
    )
    rare = ("country", "electronic_address")


class OrderForm(Form):
    """What an order says."""

    version = Version()
    activity_id = Choice(lazy(N_("Quelle activité ?")), ids=True)
    customer_id = Choice(lazy(N_("Pour quel client ?")), ids=True)
    title = Text(lazy(N_("Qu'est-ce qu'il faut faire ?")))
    day = Day(lazy(N_("Pour quel jour ?")), required=False)
    starts_at = Hour(lazy(N_("De")), required=False)
    ends_at = Hour(lazy(N_("À")), required=False)
    place = Text(lazy(N_("Où ?")), required=False)
    guests = Count(lazy(N_("Pour combien de personnes ?")), required=False)
    wishes = LongText(
        lazy(N_("Ce que le client demande")),
        required=False,
        hint=lazy(N_("Exemple : halal, végétarien, allergies.")),
    )
    budget_cents = Cents(lazy(N_("Budget du client")), required=False)
    engagement_number = Text(lazy(N_("Numéro d'engagement")), required=False)
    service_code = Text(lazy(N_("Code du service")), required=False)
    purchase_order = Text(
        lazy(N_("Numéro de commande du client")),
        required=False,
        hint=lazy(N_("Si le client en donne un. Il va sur la facture.")),
    )
    delivery_address = LongText(
        lazy(N_("Adresse de livraison")),
        required=False,
        longest=300,
        hint=lazy(N_("Seulement si ce n'est pas l'adresse du client.")),
    )
    discount_cents = Cents(lazy(N_("Remise sur le tout, sans la TVA")), required=False)
    discount_reason = Text(
        lazy(N_("Pourquoi cette remise ?")), required=False, hint=lazy(N_("Le client le lit."))
    )
    vat_reason = Choice(
        lazy(N_("Pas de TVA : pourquoi ?")), choices=NO_VAT, required=False, default=""
    )
    rare = (
        "purchase_order",
        "delivery_address",
        "discount_cents",
        "discount_reason",
        "vat_reason",
    )


class OrderChangeForm(OrderForm):
    """What a known order says: its activity and its customer are changed by themselves."""

    activity_id = None  # type: ignore[assignment]  # WTForms leaves it out
    customer_id = None  # type: ignore[assignment]  # WTForms leaves it out


class LineForm(Form):
    """A line of the price."""

    version = Version()
    label = Text(lazy(N_("Quoi ?")))
    quantity = Quantity(lazy(N_("Combien ?")))
    unit = Text(lazy(N_("Unité")), required=False, hint=lazy(N_("Exemple : personne, heure, kg.")))
    unit_price_cents = Cents(lazy(N_("Le prix d'une unité")))
    price_basis = OneOf(lazy(N_("Ce prix est")), choices=BASES, default="net")
    vat_rate_bp = Rate(lazy(N_("La TVA, en pour cent")))
    planned_cost_cents = Cents(
        lazy(N_("Les achats prévus pour cette ligne")),
        required=False,
        hint=lazy(N_("Si tu ne sais pas encore, laisse vide. Zéro veut dire : rien à acheter.")),
    )
    details = LongText(lazy(N_("Détails pour le client")), required=False)
    nature = OneOf(lazy(N_("C'est")), choices=NATURES, default="services", required=False)
    discount_cents = Cents(
        lazy(N_("Remise sur cette ligne")),
        required=False,
        hint=lazy(N_("Sans la TVA, ou TVA comprise, comme le prix.")),
    )
    rare = ("nature", "discount_cents")


class StopForm(Form):
    """Why an order stops."""

    state = OneOf(lazy(N_("Qu'est-ce qui se passe ?")))
    note = LongText(lazy(N_("Pourquoi ?")), longest=500)


class NoteForm(Form):
    """A remark on an order."""

    note = LongText(lazy(N_("Ta remarque")), longest=1000)


class HandOverForm(Form):
    """Which activity takes a request."""

    activity_id = Choice(lazy(N_("À quelle activité ?")), ids=True)


class OtherCustomerForm(Form):
    """Whom an order is for."""

    customer_id = Choice(lazy(N_("Pour quel client ?")), ids=True)


class TaskForm(Form):
    """A task, new or known."""

    version = Version()
    title = Text(lazy(N_("Qu'est-ce qu'il y a à faire ?")), hint=lazy(N_("Exemple : cuisiner.")))
    day = Day(lazy(N_("Quel jour ?")))
    starts_at = Hour(lazy(N_("De")))
    ends_at = Hour(lazy(N_("À")), hint=lazy(N_("Plus tôt que le début : c'est le lendemain.")))
    place = Text(lazy(N_("Où ?")), required=False)
    people_needed = Count(lazy(N_("Il faut combien de personnes ?")), default=1)
    paid = YesNo(lazy(N_("C'est un travail payé")), default=True)
    asks = Several(
        lazy(N_("Est-ce qu'il faut faire ça ?")),
        hint=lazy(N_("Coche ce qu'il y a dans la tâche : les mineur·es sont protégé·es.")),
        folded=True,
    )
    tags = Text(lazy(N_("D'autres mots utiles, avec des virgules")), required=False)


class TimeForm(Form):
    """The same time for several people."""

    people = Several(lazy(N_("Qui était là ?")), ids=True)
    minutes = Minutes(lazy(N_("Combien de temps, chacun·e ?")), hint=lazy(N_("Exemple : 3h30.")))
    day = Day(lazy(N_("Quel jour ?")))
    kind = OneOf(lazy(N_("C'était pour quoi ?")), choices=TIME_KINDS, default="sale")
    note = Text(lazy(N_("Une remarque")), required=False)


class TaskTimeForm(TimeForm):
    """The time of a task: its day and its reason are known."""

    day = None  # type: ignore[assignment]  # WTForms leaves it out
    kind = None  # type: ignore[assignment]  # WTForms leaves it out


class CorrectionForm(Form):
    """Another number of minutes, and why."""

    minutes = Minutes(lazy(N_("Le bon temps")), required=False)
    taken_away = YesNo(lazy(N_("Ce temps n'a pas été donné : enlève-le")))
    reason = Text(lazy(N_("Pourquoi tu corriges ?")))


class CounterForm(Form):
    """Something to count."""

    name = Text(lazy(N_("Qu'est-ce qu'on compte ?")), hint=lazy(N_("Exemple : déchets ramassés.")))
    unit = Text(lazy(N_("En quoi ?")), required=False, hint=lazy(N_("Exemple : kg, personnes.")))


class AmountForm(Form):
    """Something that was counted."""

    amount = Quantity(lazy(N_("Combien ?")))
    day = Day(lazy(N_("Quel jour ?")))
    taken_away = YesNo(lazy(N_("C'est une correction : enlève ce nombre")))
    note = Text(lazy(N_("Une remarque")), required=False)
