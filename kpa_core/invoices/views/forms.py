"""The forms of this folder. Labels say "tu" to members and "vous" to customers."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import StringField
from wtforms.validators import AnyOf

from kpa_core.errors import N_
from kpa_core.i18n import lazy
from kpa_core.invoices.carrier import carriers, identity
from kpa_core.invoices.paying import payments
from kpa_core.pages.forms import (
    Cents,
    Choice,
    Count,
    Day,
    Form,
    LongText,
    OneOf,
    Rate,
    Text,
    Version,
    YesNo,
)

MODES = [(key, lazy(label)) for key, label in carriers.MODE_LABELS.items()]
REGIMES = [(key, lazy(label)) for key, label in identity.REGIMES.items()]
METHODS = [(key, lazy(label)) for key, label in payments.METHODS.items()]


class SignForm(Form):
    """The customer's own answer; each button sends its ``answer``."""

    name = Text(
        lazy(N_("Votre nom")), hint=lazy(N_("La personne qui répond pour vous ou votre structure."))
    )
    answer = StringField(
        validators=[AnyOf(("accepted", "refused"), lazy(N_("Choisissez : oui ou non.")))]
    )


class AnswerForm(Form):
    """The customer's answer, as a member was told."""

    answer = OneOf(
        lazy(N_("Qu'est-ce que le client a dit ?")),
        choices=[
            ("accepted", lazy(N_("Oui, il accepte le devis"))),
            ("refused", lazy(N_("Non, il refuse le devis"))),
        ],
    )
    name = Text(
        lazy(N_("Qui a répondu ?")), hint=lazy(N_("Le nom de la personne, chez le client."))
    )
    text = LongText(
        lazy(N_("Une remarque")),
        required=False,
        longest=500,
        hint=lazy(N_("Exemple : par téléphone.")),
    )


class NumberForm(Form):
    """What the carrier wrote on its invoice."""

    number = Text(
        lazy(N_("Le numéro de la facture")),
        longest=35,
        hint=lazy(N_("Celui que la maison a écrit dessus.")),
    )
    issued_on = Day(lazy(N_("La date de la facture")))
    gross_cents = Cents(lazy(N_("Le total à payer, TVA comprise")))
    reason = LongText(
        lazy(N_("Si ce total n'est pas le nôtre : pourquoi est-il bon ?")),
        required=False,
        longest=500,
    )


class SendBackForm(Form):
    """Why the carrier cannot use what was handed to it."""

    reason = LongText(
        lazy(N_("Pourquoi la maison n'en veut pas ?")),
        longest=500,
        hint=lazy(N_("Exemple : il manque le SIREN du client.")),
    )


class CreditForm(Form):
    """Why an invoice is taken back."""

    reason = LongText(
        lazy(N_("Pourquoi cette facture est reprise ?")),
        longest=500,
        hint=lazy(N_("Le client lira cette phrase.")),
    )


class DepositForm(Form):
    """How much of an order is asked before the work: a percentage, or an amount."""

    rate_bp = Rate(
        lazy(N_("Quel pourcentage du devis ?")), required=False, hint=lazy(N_("Exemple : 30."))
    )
    cents = Cents(lazy(N_("Ou quel montant, TVA comprise ?")), required=False)


class PaidForm(Form):
    """How the customer paid before the invoice."""

    received_on = Day(lazy(N_("Quel jour le client a-t-il tout payé ?")))
    method = Choice(lazy(N_("Comment ?")), choices=METHODS)


class CorrectForm(Form):
    """Why an invoice is corrected."""

    reason = LongText(
        lazy(N_("Qu'est-ce qui est faux ?")),
        longest=500,
        hint=lazy(N_("Les lignes se rouvrent. La facture reste, jusqu'à celle qui la remplace.")),
    )


class PaymentForm(Form):
    """Money that came, or went back."""

    way = OneOf(
        lazy(N_("L'argent")),
        choices=[
            ("in", lazy(N_("est arrivé du client"))),
            ("out", lazy(N_("est rendu au client, ou c'était une erreur"))),
        ],
        default="in",
    )
    amount = Cents(lazy(N_("Combien ?")))
    received_on = Day(lazy(N_("Quel jour ?")))
    method = Choice(lazy(N_("Comment ?")), choices=METHODS)
    note = Text(lazy(N_("Une remarque")), required=False)
    more = YesNo(
        lazy(N_("C'est plus que ce qui reste à payer, et c'est bien ce qui est arrivé")),
        default=False,
    )


class Identity(Form):
    """What papers say of a carrier."""

    name = Text(lazy(N_("Nom de la maison")))
    legal_form = Text(
        lazy(N_("Forme juridique")), required=False, hint=lazy(N_("Exemple : SCOP SA."))
    )
    capital_cents = Cents(lazy(N_("Capital")), required=False)
    address = LongText(lazy(N_("Adresse")), longest=300)
    siret = Text(lazy(N_("SIRET")), hint=lazy(N_("14 chiffres.")))
    rcs = Text(lazy(N_("RCS")), required=False, hint=lazy(N_("Exemple : RCS Lille Métropole.")))
    vat_number = Text(lazy(N_("Numéro de TVA")), required=False)
    vat_regime = OneOf(lazy(N_("Est-ce qu'elle facture la TVA ?")), choices=REGIMES, required=False)
    vat_mention = Text(
        lazy(N_("Une autre phrase sur la TVA")),
        required=False,
        hint=lazy(N_("Celle de la loi s'écrit toute seule.")),
    )
    iban = Text(lazy(N_("IBAN")), required=False, hint=lazy(N_("Où le client envoie l'argent.")))
    electronic_address = Text(
        lazy(N_("Adresse de facturation électronique")),
        required=False,
        longest=130,
        hint=lazy(N_("Sa ligne dans l'annuaire. Laisse vide : kpa met 0225: et son SIREN.")),
    )
    source = Text(
        lazy(N_("D'où viennent ces informations ?")),
        required=False,
        hint=lazy(N_("Exemple : Kbis du 3 mai.")),
    )


class Terms(Form):
    """How a carrier wants to be invoiced for."""

    mode = OneOf(lazy(N_("Comment on facture avec elle ?")), choices=MODES)
    analytic_code = Text(
        lazy(N_("Notre code chez elle")),
        required=False,
        longest=20,
        hint=lazy(N_("Il va sur nos papiers : elle sert plusieurs groupes.")),
    )
    payment_days = Count(lazy(N_("Le client a combien de jours pour payer ?")), default=30)
    quote_days = Count(lazy(N_("Un devis est bon combien de jours ?")), default=30)
    late_penalty = Text(
        lazy(N_("Son taux si le client paie en retard")),
        required=False,
        hint=lazy(N_("Laisse vide : le papier dit alors le taux de la loi.")),
    )
    paid_when = Text(
        lazy(N_("Quand paie-t-elle les gens ?")),
        required=False,
        hint=lazy(N_("Une phrase, lue sous chaque part. Exemple : à la fin du mois suivant.")),
    )
    emits_from = Day(
        lazy(N_("Depuis quel jour envoie-t-elle ses factures par une plateforme ?")),
        required=False,
        hint=lazy(
            N_("La loi : 1er septembre 2026 pour les grandes, 1er septembre 2027 pour les autres.")
        ),
    )
    ask_whom = Text(
        lazy(N_("À qui demander avant de choisir ?")),
        required=False,
        hint=lazy(N_("Pour qui touche le RSA ou le chômage. Un nom, un téléphone.")),
    )
    email = Text(
        lazy(N_("Son adresse mail pour la facturation")),
        required=False,
        hint=lazy(N_("Pour lui envoyer ce qu'elle doit facturer.")),
    )


class NewCarrierForm(Identity, Terms):
    """A body that will invoice for us."""


class IdentityForm(Identity):
    """What papers will say from a day on."""

    starts_on = Day(lazy(N_("À partir de quel jour ?")))


class TermsForm(Terms):
    """How a known carrier wants to be invoiced for."""

    version = Version()
    ends_on = Day(
        lazy(N_("Jusqu'à quel jour nous porte-t-elle ?")),
        required=False,
        hint=lazy(N_("Laisse vide si elle continue.")),
    )


class SeriesForm(Form):
    """Numbers that a carrier grants."""

    code = Text(lazy(N_("Nom court de la série")), longest=20, hint=lazy(N_("Exemple : KPA.")))
    pattern = Text(
        lazy(N_("Modèle du numéro")),
        longest=60,
        hint=lazy(N_("Exemple : KPA-{year}-{number:04} donne KPA-2026-0001.")),
    )
    yearly = YesNo(lazy(N_("Elle repart à 1 chaque année")), default=True)
    source = Text(
        lazy(N_("Quel papier le dit ?")), hint=lazy(N_("Exemple : mail de la comptable, 3 mai."))
    )


class CarrierChoiceForm(Form):
    """Which body invoices for an activity."""

    carrier_id = OneOf(lazy(N_("Quelle maison facture pour cette activité ?")), ids=True)


class AccountsForm(Form):
    """The account numbers of a carrier's own plan; empty ones are the usual."""

    customers = Text(lazy(N_("Clients")), required=False, hint=lazy(N_("D'habitude 411.")))
    services = Text(
        lazy(N_("Prestations de services")), required=False, hint=lazy(N_("D'habitude 706."))
    )
    goods = Text(
        lazy(N_("Ventes de marchandises")), required=False, hint=lazy(N_("D'habitude 707."))
    )
    deposits = Text(lazy(N_("Acomptes reçus")), required=False, hint=lazy(N_("D'habitude 4191.")))
    vat = Text(lazy(N_("TVA collectée")), required=False, hint=lazy(N_("D'habitude 44571.")))
    vat_waiting = Text(
        lazy(N_("TVA collectée en attente")),
        required=False,
        hint=lazy(N_("D'habitude 44574. Elle attend que le client paie.")),
    )
    bank = Text(lazy(N_("Banque")), required=False, hint=lazy(N_("D'habitude 512.")))
    cash = Text(lazy(N_("Caisse")), required=False, hint=lazy(N_("D'habitude 530.")))
    rounding_lost = Text(
        lazy(N_("Arrondi perdu")), required=False, hint=lazy(N_("D'habitude 658."))
    )
    rounding_won = Text(lazy(N_("Arrondi gagné")), required=False, hint=lazy(N_("D'habitude 758.")))
    vat_by_rate = LongText(
        lazy(N_("Un compte de TVA par taux")),
        required=False,
        longest=300,
        hint=lazy(N_("Un taux par ligne. Exemple : 20 : 445711.")),
    )
    handovers = YesNo(lazy(N_("Les factures que la maison numérote y sont aussi")))
    starts_on = Day(lazy(N_("À partir de quel jour ?")))
    source = Text(lazy(N_("D'où viennent ces informations ?")), required=False)


class ReturnsForm(Form):
    """A file the carrier sent."""

    file = FileField(
        lazy(N_("Le fichier de la maison")),
        description=lazy(N_("Un tableau CSV, avec nos références ou ses numéros.")),
        render_kw={"accept": ".csv,.txt,.tsv,text/csv"},
    )


class CarrierForm(Form):
    """What a carrier answers by its link; each button sends its ``answer``."""

    number = Text(lazy(N_("Le numéro de votre facture")), required=False, longest=35)
    issued_on = Day(lazy(N_("Sa date")), required=False)
    gross_cents = Cents(lazy(N_("Son total à payer, TVA comprise")), required=False)
    reason = LongText(
        lazy(N_("Pourquoi vous ne pouvez pas la faire")),
        required=False,
        longest=500,
        hint=lazy(N_("Exemple : il manque le SIREN du client.")),
    )
    amount = Cents(lazy(N_("Combien est arrivé ?")), required=False)
    received_on = Day(lazy(N_("Quel jour ?")), required=False)
    is_second = YesNo(lazy(N_("C'est un deuxième paiement")), default=False)
    more = YesNo(
        lazy(N_("C'est plus que ce qui reste à payer, et c'est bien ce qui est arrivé")),
        default=False,
    )
    answer = StringField(
        validators=[
            AnyOf(("seen", "issued", "returned", "paid"), lazy(N_("Choisissez une réponse.")))
        ]
    )
