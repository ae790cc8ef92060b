"""The forms of this folder."""

from __future__ import annotations

from kpa_core.errors import N_
from kpa_core.i18n import lazy
from kpa_core.pages.forms import (
    Cents,
    Choice,
    Count,
    Day,
    Form,
    LongText,
    OneOf,
    Photo,
    Rate,
    Text,
    YesNo,
)
from kpa_core.sharing.accounts import POTS
from kpa_core.sharing.rules import RULES

ON_WHICH_NAME = [
    ("carrier", lazy(N_("La maison qui facture"))),
    ("member", lazy(N_("Une personne, ou aucun nom"))),
]
POT_KINDS = [(key, lazy(kind.label)) for key, kind in POTS.items() if key != "common"]
SHARE_RULES = [(key, lazy(rule.label)) for key, rule in RULES.items()]
BASES = [
    ("margin", lazy(N_("Ce qui reste après les achats"))),
    ("turnover", lazy(N_("Tout ce que le client paie, sans la TVA"))),
]
PERIODS = [
    ("year", lazy(N_("L'année"))),
    ("month", lazy(N_("Le mois"))),
    ("none", lazy(N_("Chaque commande à part"))),
]


class ExpenseForm(Form):
    """What is read on a receipt."""

    photo = Photo(lazy(N_("Photo du ticket")), hint=lazy(N_("Pose le ticket à plat.")))
    total = Cents(
        lazy(N_("Total payé")),
        hint=lazy(N_("Avec la TVA. Exemple : 80,00")),
        render_kw={"data-unit": "€"},
    )
    vat = Cents(
        lazy(N_("Dont TVA")),
        required=False,
        hint=lazy(N_("Souvent en bas du ticket. Laisse vide s'il n'y en a pas.")),
        render_kw={"data-unit": "€"},
    )
    supplier = Text(lazy(N_("Chez qui ?")), hint=lazy(N_("Le nom du magasin.")))
    what = Text(lazy(N_("Quoi ?")), hint=lazy(N_("Exemple : légumes et épices.")))
    day = Day(lazy(N_("Quel jour ?")), hint=lazy(N_("Écrit sur le ticket.")))
    payer = Choice(lazy(N_("Qui a payé ?")))
    in_name_of = OneOf(
        lazy(N_("Le ticket est à quel nom ?")), choices=ON_WHICH_NAME, default="carrier"
    )


class ActivityExpenseForm(ExpenseForm):
    """A receipt for no order in particular."""

    pot_id = Choice(lazy(N_("Quelle cagnotte paie ?")), ids=True)


class ReasonForm(Form):
    """Why something does not count."""

    reason = Text(lazy(N_("Pourquoi ?")), hint=lazy(N_("Quelques mots.")))


class ProposeForm(Form):
    """The question about receipts, asked when there are none."""

    confirm_no_expenses = YesNo(lazy(N_("Il n'y a eu aucun achat pour cette commande")))


class CloseForm(Form):
    """What the group decided on parts in question."""

    note = LongText(
        lazy(N_("Ce que vous avez décidé")),
        required=False,
        hint=lazy(N_("Obligatoire si une personne pose une question.")),
    )


class QuestionForm(Form):
    """A question about one's part."""

    note = LongText(lazy(N_("Ta question")), hint=lazy(N_("Le groupe la lit et en parle.")))


class PotForm(Form):
    """A new pot."""

    carrier_id = Choice(lazy(N_("Dans quelle maison ?")), ids=True)
    kind = OneOf(lazy(N_("À quoi sert-elle ?")), choices=POT_KINDS)
    name = Text(lazy(N_("Son nom")))
    activity_id = Choice(lazy(N_("Pour quelle activité ?")), ids=True, required=False)


class PutInForm(Form):
    """Money that comes into a pot without a sale."""

    cents = Cents(lazy(N_("Combien ?")), render_kw={"data-unit": "€"})
    why = Text(lazy(N_("D'où vient l'argent ?")))


class TransferForm(Form):
    """Money that goes from a pot to another."""

    to_id = Choice(lazy(N_("Vers quelle cagnotte ?")), ids=True)
    cents = Cents(lazy(N_("Combien ?")), render_kw={"data-unit": "€"})
    why = Text(lazy(N_("Pourquoi ?")))


class DatedForm(Form):
    """What every rule says: from when, and who decided."""

    starts_on = Day(lazy(N_("À partir de quel jour ?")))
    source = Text(
        lazy(N_("Qui a décidé, et quand ?")), hint=lazy(N_("Exemple : conseil du 3 mars."))
    )


class ShareRuleForm(DatedForm):
    """A new version of the share rule."""

    key = OneOf(lazy(N_("Comment on calcule les parts ?")), choices=SHARE_RULES)
    activity_id = Choice(lazy(N_("Pour quelle activité ?")), ids=True, required=False)


class ApprovalsForm(DatedForm):
    """How many people read a quote."""

    people = Count(lazy(N_("Combien de personnes disent oui à un devis ?")))


class IssuersForm(DatedForm):
    """Who issues invoices besides the treasurer and the carrier."""

    referent = YesNo(lazy(N_("La personne référente peut faire une facture")))
    two_members = YesNo(lazy(N_("Deux membres ensemble peuvent faire une facture")))


class CommonPotForm(DatedForm):
    """What goes to the common pot."""

    rate_bp = Rate(
        lazy(N_("Quelle part va dans la cagnotte commune ?")), render_kw={"data-unit": "%"}
    )


class SecondPersonForm(DatedForm):
    """When a second person closes a share-out."""

    from_cents = Cents(
        lazy(N_("À partir de quelle somme une autre personne valide ?")),
        hint=lazy(N_("0 : toujours.")),
        render_kw={"data-unit": "€"},
    )
    adults = Count(
        lazy(N_("Avec moins de combien d'adultes, l'animateur·rice ou la maison valide ?"))
    )


class CutOffForm(DatedForm):
    """When pay requests leave."""

    day = Count(lazy(N_("Quel jour du mois partent les demandes de paie ?")))


class ScaleForm(Form):
    """A new version of a carrier's fee scale."""

    starts_on = Day(lazy(N_("À partir de quel jour ?")))
    base = OneOf(lazy(N_("Sur quoi ?")), choices=BASES, default="margin")
    period = OneOf(lazy(N_("Les tranches comptent sur")), choices=PERIODS, default="year")
    tiers = LongText(
        lazy(N_("Les tranches")),
        hint=lazy(
            N_("Une par ligne : jusqu'à combien d'euros, puis le taux. La dernière : * : 7,5")
        ),
    )
    source = Text(lazy(N_("D'où vient ce barème ?")))
