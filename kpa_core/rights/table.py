"""The one table of rights: it is the code, the documentation and the test.

A row names a capability, says it in a sentence, and maps each role to where it holds: ``all``,
``activity`` (the activity of the role; everywhere for a role given for the whole KPA), ``carrier``
(the carrier of the role) or ``self`` (things about the person). A role that is not named has
nothing: deny by default. Capabilities in ``LOGGED`` leave an audit entry when refused.

Roles of a person: ``person`` (anyone signed in), ``member``, ``participant`` (of an activity),
``referent``, ``treasurer``, ``animator``, ``host`` (the carrier's people), ``supporter`` (carrying
structure), ``admin`` (runs the machine through the pages). Without an account: ``visitor``,
``operator`` (runs ``kpa`` on the machine). Peers hold nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass

from kpa_core.errors import N_

ROLES = (
    "visitor",
    "person",
    "member",
    "participant",
    "referent",
    "treasurer",
    "animator",
    "host",
    "supporter",
    "admin",
    "operator",
)
REACHES = ("all", "activity", "carrier", "self")


@dataclass(frozen=True)
class Right:
    """One row: a capability, its sentence, and who holds it where."""

    key: str
    sentence: str
    holders: dict[str, str]


def _row(key: str, sentence: str, **holders: str) -> Right:
    return Right(key, sentence, holders)


DOERS = {"participant": "activity", "referent": "activity", "animator": "activity"}
MONEY = {"participant": "activity", "referent": "activity", "treasurer": "activity"}
TEAM = {**DOERS, "treasurer": "activity"}
TEAM_ANYWHERE = dict.fromkeys(TEAM, "all")

CORE: tuple[Right, ...] = (
    # --- everyone ---
    _row("public.read", N_("Lire les pages publiques."), visitor="all"),
    _row("public.ask", N_("Envoyer une demande au KPA."), visitor="all"),
    _row("public.sign", N_("Répondre à un devis reçu par lien."), visitor="all"),
    _row("account.enter", N_("Se connecter."), visitor="all"),
    _row("account.own", N_("Voir et fermer sa propre connexion."), person="self"),
    _row("home.read", N_("Voir la prochaine chose à faire."), person="all"),
    # --- people ---
    _row("member.list", N_("Voir qui est dans le KPA."), member="all", animator="all", admin="all"),
    _row(
        "member.read",
        N_("Voir la fiche d'une personne."),
        person="self",
        **TEAM,
    ),
    _row("member.welcome", N_("Accueillir une personne."), animator="all"),
    _row("member.write", N_("Changer la fiche d'une personne."), animator="activity"),
    _row(
        "member.own", N_("Voir, copier ou effacer ce que le logiciel sait de soi."), person="self"
    ),
    _row("member.erase", N_("Effacer les données d'une personne."), animator="activity"),
    _row("member.merge", N_("Réunir deux fiches de la même personne."), animator="activity"),
    _row(
        "member.card",
        N_("Donner ou remplacer une carte de connexion."),
        referent="activity",
        animator="activity",
    ),
    _row(
        "role.grant.participant",
        N_("Faire entrer dans une activité."),
        referent="activity",
        animator="activity",
    ),
    _row("role.grant.member", N_("Donner le rôle de membre."), referent="all", animator="all"),
    _row("role.grant.referent", N_("Donner le rôle de référent·e."), animator="activity"),
    _row("role.grant.treasurer", N_("Donner le rôle de trésorier·e."), host="carrier"),
    _row(
        "role.grant.instance", N_("Donner un rôle pour tout le KPA."), admin="all", operator="all"
    ),
    _row(
        "minor.read",
        N_("Voir la fiche d'une personne mineure."),
        person="self",
        animator="activity",
    ),
    _row(
        "partner.read",
        N_("Voir les partenaires."),
        member="all",
        animator="all",
        host="all",
        supporter="all",
        admin="all",
        operator="all",
    ),
    _row(
        "partner.write", N_("Changer les partenaires."), animator="all", admin="all", operator="all"
    ),
    _row("cohort.read", N_("Voir les groupes."), member="all", animator="all", supporter="all"),
    _row("cohort.write", N_("Ouvrir ou fermer un groupe."), animator="all"),
    _row(
        "engagement.read",
        N_("Voir les contrats et le feu vert."),
        person="self",
        referent="activity",
        animator="activity",
        host="carrier",
    ),
    _row(
        "engagement.write",
        N_("Préparer, signer, assurer un contrat."),
        animator="activity",
        host="carrier",
    ),
    # --- activities ---
    _row("activity.list", N_("Voir les activités."), member="all", animator="all", supporter="all"),
    _row("activity.read", N_("Voir une activité."), **TEAM),
    _row("activity.propose", N_("Proposer une activité."), member="all", animator="all"),
    _row("activity.write", N_("Changer une activité ou ses offres."), **DOERS),
    _row(
        "activity.publish",
        N_("Publier ou archiver une offre."),
        referent="activity",
        animator="activity",
    ),
    _row("customer.read", N_("Voir les clients."), **TEAM_ANYWHERE),
    _row(
        "customer.write",
        N_("Changer un client."),
        participant="all",
        referent="all",
        animator="all",
    ),
    _row("order.read", N_("Voir une commande."), **TEAM, host="carrier"),
    _row("order.write", N_("Préparer une commande et son devis."), **TEAM),
    _row(
        "quote.approve",
        N_("Donner son accord sur un devis."),
        participant="activity",
        referent="activity",
    ),
    _row("quote.send", N_("Envoyer un devis, noter la réponse du client."), **TEAM),
    _row("task.read", N_("Voir le planning."), **TEAM),
    _row("task.plan", N_("Préparer le planning, confier une tâche."), **DOERS),
    _row("task.answer", N_("Dire si on vient."), participant="activity", referent="activity"),
    _row("contribution.read", N_("Voir les heures."), **TEAM),
    _row("contribution.write", N_("Noter des heures."), **TEAM),
    _row("impact.write", N_("Noter un résultat utile."), **DOERS),
    # --- money ---
    _row(
        "carrier.read",
        N_("Voir la maison qui facture."),
        **TEAM_ANYWHERE,
        host="carrier",
        operator="all",
    ),
    _row("carrier.add", N_("Ajouter une maison qui facture."), animator="all", operator="all"),
    _row(
        "carrier.choose",
        N_("Choisir la maison qui facture pour une activité."),
        animator="activity",
        host="carrier",
    ),
    _row(
        "carrier.write",
        N_("Changer la maison qui facture, ses séries, son barème."),
        host="carrier",
        operator="all",
    ),
    _row("document.read", N_("Lire devis et factures."), **TEAM, host="carrier"),
    _row("invoice.issue", N_("Émettre une facture ou la confier."), **MONEY, host="carrier"),
    _row("invoice.credit", N_("Faire un avoir."), **MONEY, host="carrier"),
    _row(
        "invoice.answer",
        N_("Noter le numéro donné par la maison qui facture."),
        referent="activity",
        treasurer="activity",
        host="carrier",
    ),
    _row("payment.record", N_("Noter un paiement."), treasurer="activity", host="carrier"),
    _row("payment.confirm", N_("Confirmer que l'argent est arrivé."), host="carrier"),
    _row("expense.read", N_("Voir les achats."), **TEAM, host="carrier"),
    _row("expense.write", N_("Noter un achat et son ticket."), **TEAM),
    _row(
        "pot.read",
        N_("Voir les cagnottes."),
        **{**TEAM, "animator": "all"},
        member="all",
        host="carrier",
    ),
    _row("share.read", N_("Voir un partage."), **TEAM, host="carrier"),
    _row("share.propose", N_("Proposer un partage."), referent="activity", treasurer="activity"),
    _row("share.answer", N_("Répondre pour sa part."), **MONEY),
    _row(
        "share.close",
        N_("Valider un partage proposé par une autre personne."),
        treasurer="activity",
        animator="activity",
        host="carrier",
    ),
    _row(
        "pay.request",
        N_("Envoyer les demandes de paie du mois."),
        referent="activity",
        treasurer="activity",
        animator="activity",
        host="carrier",
    ),
    _row(
        "charter.read", N_("Lire les règles du groupe."), member="all", animator="all", host="all"
    ),
    _row("charter.write", N_("Changer une règle du groupe."), referent="all", animator="all"),
    # --- the house ---
    _row(
        "told.read",
        N_("Voir qui n'a pas été prévenu."),
        referent="activity",
        animator="activity",
    ),
    _row("audit.own", N_("Voir qui a ouvert sa fiche."), person="self"),
    _row(
        "audit.read",
        N_("Lire ce que le journal dit de l'argent."),
        referent="activity",
        treasurer="activity",
        animator="activity",
        host="carrier",
    ),
    _row(
        "audit.all",
        N_("Lire tout le journal d'une activité."),
        referent="activity",
        animator="activity",
    ),
    _row("house.read", N_("Voir si la machine va bien."), admin="all", operator="all"),
    _row(
        "house.operate",
        N_("Sauver, restaurer, mettre à jour, relancer un envoi."),
        admin="all",
        operator="all",
    ),
)

ABOUT_MONEY = (
    "quote.",
    "invoice.",
    "payment.",
    "expense.",
    "pot.",
    "share.",
    "pay.",
    "carrier.",
)
"""The acts that whoever reads only the log's money sees."""

LOGGED = (
    "invoice.",
    "payment.",
    "share.close",
    "role.",
    "member.erase",
    "minor.",
    "carrier.add",
    "carrier.write",
    "engagement.write",
    "house.",
)
"""Refusals of these are kept in the audit log."""
