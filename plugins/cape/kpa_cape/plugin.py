"""The plugin's class: which hook answers with which module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import click

from kpa_cape import cli, letters, people, reminding, views
from kpa_cape.checks import check_engagement, check_task
from kpa_cape.kinds import KINDS, Kind
from kpa_cape.papers import FULL_TIME
from kpa_cape.policies import POLICY, unreadable
from kpa_cape.portrait import contracts_of
from kpa_cape.settings import Settings
from kpa_cape.texts import CATALOGUES, Said, lazy
from kpa_cape.works import WORKS
from kpa_core.api import (
    N_,
    Assignment,
    Capability,
    Card,
    EngagementKind,
    Health,
    Job,
    MemberRef,
    MenuItem,
    Migrations,
    NotifyChannel,
    Pages,
    PersonalItem,
    Plugin,
    PluginWork,
    Problem,
    Question,
    hookimpl,
)


class CapePlugin(Plugin):
    """CAPE, CJS et bénévoles : le feu vert et la protection des mineur·es."""

    name: ClassVar[str] = "cape"
    api_version: ClassVar[int] = 1
    Settings: ClassVar[type] = Settings

    @hookimpl
    def register_engagement_kinds(self) -> Iterable[EngagementKind]:
        """Bring the three kinds of engagement."""
        return [_offered(kind) for kind in KINDS.values()]

    @hookimpl
    def register_capabilities(self) -> Iterable[Capability]:
        """Bring the rights on policies, letters and reminders."""
        return [
            Capability(
                POLICY,
                lazy(N_("Écrire ce que la maison qui facture demande en plus de la loi.")),
                {"host": "carrier"},
            ),
            Capability(
                letters.LETTER,
                lazy(N_("Imprimer une lettre et noter qu'elle est remise.")),
                {"referent": "activity", "animator": "activity"},
            ),
            Capability(
                reminding.REMIND,
                lazy(N_("Envoyer les rappels de fin de contrat maintenant.")),
                {"animator": "all", "operator": "all"},
            ),
        ]

    @hookimpl
    def register_blueprints(self) -> Iterable[Pages]:
        """Bring the pages under ``/cape``."""
        return [views.blueprint()]

    @hookimpl
    def register_commands(self, group: click.Group) -> None:
        """Bring ``kpa cape``."""
        cli.add_commands(group)

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        """Bring the daily look for contracts that end."""
        return [Job(reminding.REMIND, reminding.remind, every="daily")]

    @hookimpl
    def migrations(self) -> Migrations:
        """Say where the tables' history is."""
        return Migrations(Path(__file__).parent / "migrations")

    @hookimpl
    def translations(self) -> Path:
        """Say where the catalogues are."""
        return CATALOGUES

    @hookimpl
    def notify_channels(self) -> Iterable[NotifyChannel]:
        """Reach on paper those nothing else reaches."""
        return [letters.channel(without_email=self.settings.letters_without_email)]

    @hookimpl
    def menu_items(self) -> Iterable[MenuItem]:
        """Offer the letters and the policies to who may open them."""
        return [
            MenuItem(lazy(N_("Lettres à remettre")), "/cape/courriers", letters.LETTER, 70),
            MenuItem(lazy(N_("Règles des contrats")), "/cape/maisons", POLICY, 71),
        ]

    @hookimpl
    def member_cards(self, work: PluginWork, member: MemberRef) -> Iterable[Card] | None:
        """Show a person's running contracts, with all that is said of them."""
        running = [one for one in contracts_of(work, member.id) if not one.is_over]
        if not running:
            return None
        data = {"contracts": running, "person_id": member.id}
        return [Card(lazy(N_("Contrat et droits")), "cape/card.html", "engagement.read", data)]

    @hookimpl
    def check_assignment(self, work: PluginWork, assignment: Assignment) -> Iterable[Problem]:
        """Protect people of 16 and 17."""
        return check_task(work, assignment)

    @hookimpl
    def health_checks(self, work: PluginWork) -> Iterator[Health]:
        """Count the contracts that end, and see that every policy can be read."""
        soon = len(reminding.ending_soon(work))
        said = Said(N_("Finissent dans 30 jours, sans suite : {count}."), {"count": soon})
        yield Health("cape contracts", True, said if soon else "")
        broken = len(unreadable(work))
        said = Said(N_("Règles de contrat illisibles : {count}. Réécris-les."), {"count": broken})
        yield Health("cape policies", not broken, said if broken else "")

    @hookimpl
    def personal_data(self, work: PluginWork, person_id: UUID) -> Iterable[PersonalItem]:
        """Tell the letters written to a person."""
        return people.personal_data(work, person_id)

    @hookimpl
    def erase_personal_data(self, work: PluginWork, person_id: UUID) -> None:
        """Forget the letters written to a person."""
        people.erase_personal_data(work, person_id)


def _offered(kind: Kind) -> EngagementKind:
    terms: dict[str, Any] = {}
    if kind.follows_cape_law:
        terms["questions"] = (
            Question(FULL_TIME, lazy(N_("A-t-il ou a-t-elle un emploi à temps plein ?"))),
        )
    return EngagementKind(
        key=kind.key,
        label=lazy(kind.label),
        sentence=lazy(kind.sentence),
        paid_work=kind.paid_work,
        check=check_engagement,
        reminders=kind.reminders,
        renewable=kind.renewable,
        task_tags=tuple((work.tag, lazy(work.label)) for work in WORKS),
        **terms,
    )
