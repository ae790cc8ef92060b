"""Every command of the core: where it is, and its first line in both languages."""

from __future__ import annotations

from typing import NamedTuple

OFFLINE = "kpa.offline"
"""The entry points in which a plugin names its commands for people without an instance."""


class Entry(NamedTuple):
    """One command or group."""

    module: str
    attribute: str
    french: str
    english: str


NO_ACTIVITY = frozenset(
    ("activities", "orders", "tasks", "hours", "carriers", "quotes", "invoices", "payments")
)
NO_MONEY = frozenset(("expenses", "shares", "pots", "charter"))
NOT_IN: dict[str, frozenset[str]] = {"network": NO_ACTIVITY | NO_MONEY}
"""The commands that a kind of instance has not, as it has not their features."""

CORE: dict[str, Entry] = {
    "new": Entry("kpa_core.cli.new", "new", "Créer un KPA.", "Make a KPA."),
    "demo": Entry("kpa_core.cli.demo", "demo", "Créer un KPA d'exemple.", "Make an example KPA."),
    "serve": Entry("kpa_core.cli.serve", "serve", "Ouvrir le site.", "Serve the site."),
    "worker": Entry(
        "kpa_core.cli.serve", "worker", "Faire les travaux en attente.", "Run the jobs."
    ),
    "migrate": Entry(
        "kpa_core.cli.database", "migrate", "Mettre la base à jour.", "Upgrade the database."
    ),
    "doctor": Entry(
        "kpa_core.cli.database", "doctor", "Voir si tout va bien.", "See whether all is well."
    ),
    "backup": Entry("kpa_core.cli.backup", "backup", "Faire une sauvegarde.", "Make a backup."),
    "restore": Entry(
        "kpa_core.cli.backup", "restore", "Remettre une sauvegarde.", "Restore a backup."
    ),
    "sign-in": Entry("kpa_core.accounts.cli", "sign_in", "Se connecter.", "Sign in."),
    "sign-out": Entry("kpa_core.accounts.cli", "sign_out", "Se déconnecter.", "Sign out."),
    "people": Entry("kpa_core.accounts.cli", "people", "Les personnes.", "People."),
    "activities": Entry("kpa_core.activities.cli", "activities", "Les activités.", "Activities."),
    "orders": Entry("kpa_core.activities.cli", "orders", "Les commandes.", "Orders."),
    "tasks": Entry("kpa_core.activities.cli", "tasks", "Le planning.", "The planning."),
    "hours": Entry("kpa_core.activities.cli", "hours", "Les heures.", "Hours."),
    "carriers": Entry(
        "kpa_core.invoices.cli", "carriers", "Les maisons qui facturent.", "Carriers."
    ),
    "quotes": Entry("kpa_core.invoices.cli", "quotes", "Les devis.", "Quotes."),
    "invoices": Entry("kpa_core.sharing.cli", "invoices", "Les factures.", "Invoices."),
    "payments": Entry("kpa_core.invoices.cli", "payments", "Les paiements.", "Payments."),
    "expenses": Entry("kpa_core.sharing.cli", "expenses", "Les achats.", "Expenses."),
    "shares": Entry("kpa_core.sharing.cli", "shares", "Les partages.", "Share-outs."),
    "pots": Entry("kpa_core.sharing.cli", "pots", "Les cagnottes.", "Pots."),
    "charter": Entry(
        "kpa_core.sharing.cli", "charter", "Les règles du groupe.", "The group's rules."
    ),
    "plugin": Entry("kpa_core.cli.plugin", "plugin", "Les modules.", "Plugins."),
    "audit": Entry("kpa_core.cli.database", "audit", "Le journal.", "The audit log."),
    "outbox": Entry(
        "kpa_core.cli.database", "outbox", "Ce qui attend de partir.", "What waits to leave."
    ),
}
