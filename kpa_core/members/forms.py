"""The forms about people, partners, groups and contracts."""

from __future__ import annotations

from wtforms import HiddenField

from kpa_core.errors import N_
from kpa_core.i18n import lazy
from kpa_core.members.contact import LANGUAGES
from kpa_core.pages.forms import Choice, Day, Form, LongText, OneOf, Photo, Text, Version, YesNo

NOBODY = ("", lazy(N_("Choisis…")))
NONE = ("", "—")


class WelcomeForm(Form):
    """A new person: one name and one way to reach them are enough."""

    display_name = Text(
        lazy(N_("Prénom ou surnom")), hint=lazy(N_("Comme on veut être appelé·e dans le groupe."))
    )
    family_name = Text(
        lazy(N_("Nom de famille")), required=False, hint=lazy(N_("Seulement pour le contrat."))
    )
    phone = Text(
        lazy(N_("Téléphone")),
        required=False,
        kind="tel",
        hint=lazy(N_("Exemple : 06 12 34 56 78.")),
    )
    email = Text(
        lazy(N_("Adresse mail")),
        required=False,
        kind="email",
        hint=lazy(N_("Le téléphone ou le mail : un des deux suffit.")),
    )
    birth_date = Day(
        lazy(N_("Date de naissance")),
        required=False,
        hint=lazy(N_("Pour respecter la loi si la personne est mineure.")),
    )
    language = OneOf(lazy(N_("Langue")), choices=LANGUAGES, default="fr")


class PersonForm(Form):
    """Someone's card, changed by who welcomes people."""

    version = Version()
    display_name = Text(lazy(N_("Prénom ou surnom")))
    family_name = Text(
        lazy(N_("Nom de famille")), required=False, hint=lazy(N_("Seulement pour le contrat."))
    )
    phone = Text(lazy(N_("Téléphone")), required=False, kind="tel")
    email = Text(lazy(N_("Adresse mail")), required=False, kind="email")
    birth_date = Day(
        lazy(N_("Date de naissance")),
        required=False,
        hint=lazy(N_("Elle n'est jamais montrée. Remplis seulement pour la changer.")),
    )
    address = Text(lazy(N_("Adresse")), required=False)
    postcode = Text(lazy(N_("Code postal")), required=False, longest=12)
    town = Text(lazy(N_("Ville")), required=False)
    language = OneOf(lazy(N_("Langue")), choices=LANGUAGES, default="fr")
    skills = LongText(lazy(N_("Ce que cette personne aime et sait faire")), required=False)


class ConsentForm(Form):
    """A parent's or guardian's yes."""

    guardian_name = Text(lazy(N_("Nom du parent ou du responsable")))
    guardian_phone = Text(lazy(N_("Son téléphone")), required=False, kind="tel")
    on = Day(lazy(N_("Le jour de son accord")), hint=lazy(N_("Le jour écrit sur le papier signé.")))


class MergeForm(Form):
    """The other card of the same person."""

    gone_id = Choice(
        lazy(N_("L'autre fiche de la même personne")),
        ids=True,
        hint=lazy(N_("Elle disparaît. Ses rôles et ses contrats viennent ici.")),
    )


class RoleForm(Form):
    """A role for someone."""

    person_id = Choice(lazy(N_("Pour qui ?")), ids=True)
    kind = OneOf(lazy(N_("Quel rôle ?")))
    activity_id = HiddenField()
    starts_on = Day(lazy(N_("À partir du")))
    note = Text(lazy(N_("Pourquoi ?")), required=False)


class TreasuryForm(RoleForm):
    """The treasury of an activity."""

    activity_id = Choice(lazy(N_("Pour quelle activité ?")), ids=True)


class HostRoleForm(RoleForm):
    """A role that may belong to a carrier."""

    carrier_id = Choice(
        lazy(N_("La maison qui facture")),
        ids=True,
        required=False,
        hint=lazy(N_("Seulement pour une personne de cette maison.")),
    )


class PartnerForm(Form):
    """A body around the KPA."""

    name = Text(lazy(N_("Nom")))
    kind = Text(
        lazy(N_("Que fait ce partenaire ?")),
        hint=lazy(N_("Exemples : porteuse, économique, lieu, financeur, prescripteur.")),
        longest=40,
    )
    phone = Text(lazy(N_("Téléphone")), required=False, kind="tel")
    email = Text(lazy(N_("Adresse mail")), required=False, kind="email")
    address = Text(lazy(N_("Adresse")), required=False)
    postcode = Text(lazy(N_("Code postal")), required=False, longest=12)
    town = Text(lazy(N_("Ville")), required=False)
    siret = Text(lazy(N_("SIRET")), required=False, hint=lazy(N_("14 chiffres, si tu l'as.")))


class PartnerRoleForm(Form):
    """One more thing a partner is to the KPA."""

    kind = Text(
        lazy(N_("Que fait ce partenaire ?")),
        hint=lazy(N_("Exemples : porteuse, économique, lieu, financeur, prescripteur.")),
        longest=40,
    )
    starts_on = Day(lazy(N_("À partir du")))


class CohortForm(Form):
    """A group of people who start together."""

    name = Text(lazy(N_("Nom du groupe")), hint=lazy(N_("Exemple : Été 2026.")))
    starts_on = Day(lazy(N_("Début")))
    ends_on = Day(lazy(N_("Fin")), required=False, hint=lazy(N_("Vide : le groupe continue.")))


class CohortPersonForm(Form):
    """One more person in a group."""

    person_id = Choice(lazy(N_("Pour qui ?")), ids=True)


class EngagementForm(Form):
    """A contract to prepare."""

    person_id = Choice(lazy(N_("Pour qui ?")), ids=True)
    kind = OneOf(lazy(N_("Quel contrat ?")))
    carrier_id = Choice(lazy(N_("La maison qui facture")), ids=True, required=False)
    starts_on = Day(lazy(N_("Début")))
    ends_on = Day(lazy(N_("Fin")))


class SignForm(Form):
    """The signature of a contract."""

    signed_on = Day(lazy(N_("Signé le")))
    paper = Photo(
        lazy(N_("Photo du contrat signé")),
        hint=lazy(N_("Elle est gardée sous clé. Tu peux l'ajouter ou non.")),
    )


class InsureForm(Form):
    """The insurer's yes."""

    insured_from = Day(lazy(N_("Assurance à partir du")))
    insured_until = Day(
        lazy(N_("Jusqu'au")), required=False, hint=lazy(N_("Vide : jusqu'à la fin du contrat."))
    )


class RenewForm(Form):
    """What follows a contract."""

    starts_on = Day(lazy(N_("Début")))
    ends_on = Day(lazy(N_("Fin")))


class EndForm(Form):
    """The end of a contract before its day."""

    ended_on = Day(lazy(N_("Dernier jour")))
    reason = Text(lazy(N_("Pourquoi ?")), required=False)


class RefuseForm(Form):
    """A no from the carrier or the insurer."""

    reason = Text(lazy(N_("Pourquoi ?")), hint=lazy(N_("La personne lit cette réponse.")))


class OwnCardForm(Form):
    """One's own card."""

    version = Version()
    display_name = Text(lazy(N_("Prénom ou surnom")), render_kw={"autocomplete": "nickname"})
    family_name = Text(
        lazy(N_("Nom de famille")), required=False, render_kw={"autocomplete": "family-name"}
    )
    phone = Text(
        lazy(N_("Téléphone")), required=False, kind="tel", render_kw={"autocomplete": "tel"}
    )
    email = Text(
        lazy(N_("Adresse mail")), required=False, kind="email", render_kw={"autocomplete": "email"}
    )
    address = Text(
        lazy(N_("Adresse")), required=False, render_kw={"autocomplete": "street-address"}
    )
    postcode = Text(
        lazy(N_("Code postal")),
        required=False,
        longest=12,
        render_kw={"autocomplete": "postal-code"},
    )
    town = Text(lazy(N_("Ville")), required=False, render_kw={"autocomplete": "address-level2"})
    language = OneOf(lazy(N_("Langue")), choices=LANGUAGES, default="fr")
    skills = LongText(lazy(N_("Ce que j'aime et sais faire")), required=False)
    shares_contact = YesNo(lazy(N_("Tout le KPA peut voir mon téléphone et mon mail")))
