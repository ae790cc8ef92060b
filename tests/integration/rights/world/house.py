"""Activities, carriers, partners, groups, contracts, messages: what surrounds the work."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from kpa_core import clock
from kpa_core.accounts import messages, sessions
from kpa_core.activities import activities, calendars, customers
from kpa_core.errors import N_
from kpa_core.invoices import links
from kpa_core.invoices.carrier import carrier_links, carriers, series
from kpa_core.invoices.models import Document
from kpa_core.members import cohorts, engagements, partners, roles, service
from kpa_core.outbox import JobRow
from kpa_core.remotes import RemoteRow
from kpa_core.sharing import scales
from kpa_core.sharing.fees import Tier
from kpa_core.testing import TestKpa
from kpa_core.work import Work
from world.people import years_ago
from world.photos import PHOTO
from world.places import Place, Where

if TYPE_CHECKING:
    from world.build import World

SIRENS = {"A": ("732829320", "FR44732829320"), "B": ("404833048", "FR83404833048")}


def start(kpa: TestKpa, letter: str) -> Place:
    """Make an activity with its carrier."""
    siren, vat = SIRENS[letter]
    with kpa.work() as work, work.transaction():
        carrier = carriers.add_carrier(
            work,
            carriers.NewCarrier(
                name=f"Maison {letter}",
                mode="delegated_series",
                identity={
                    "address": [f"{letter} rue de la Maison", "59000 Lille"],
                    "siren": siren,
                    "vat_number": vat,
                },
                paid_when=f"CanariPaieQuand{letter}",
                ask_whom=f"CanariDemandeA{letter}",
            ),
            source="Kbis",
        )
        granted = series.grant_series(
            work, carrier.id, code=letter, pattern=letter + "{year}-{number:04}", source="mandat"
        )
        tiers = [Tier(None, 1150)]
        scales.add_scale(
            work, carrier.id, scales.NewScale(years_ago(1), tiers, source=f"CanariBareme{letter}")
        )
        new = activities.NewActivity(
            f"Activité {letter}", "catering", description=f"CanariActivite{letter}"
        )
        activity = activities.propose_activity(work, new)
        activities.set_carrier(work, activity.id, carrier.id)
        activities.set_state(work, activity.id, "running")
    place = Place(letter, activity.id, carrier.id)
    place.ids.update(
        activity_id=activity.id,
        carrier_id=carrier.id,
        policy_carrier_id=carrier.id,
        series_id=granted.id,
    )
    return place


def fill(world: World) -> None:
    """Put people into groups and contracts, and write to them."""
    for place in (world.a, world.b):
        who = world.cast[f"participant_{place.letter.lower()}"].person
        assert who is not None
        place.ids["person_id"] = who
        _bodies(world, place)
        _minor(world, place)
        for key, one in world.cast.items():
            if one.person and key.endswith(place.letter.lower()) and key[:4] != "host":
                _contract(world, place, key)


def furnish(world: World) -> None:
    """Add what can only be told at the end: roles, messages, links."""
    for place in (world.a, world.b):
        low = place.letter.lower()
        person = place.ids["person_id"]
        with world.work() as work:
            place.ids["role_id"] = _role(work, person, "participant")
            _other_roles(world, place, work)
            said = N_("Bonjour {name}. {hidden}")
            message = messages.send(
                work, person, "test.told", said, said, hidden=f"CanariMessage{place.letter}"
            )
            place.ids["message_id"] = message.id
            sleeping = JobRow(
                kind="house.scrub", key=f"stuck:{low}", payload={}, state="dead", due_at=clock.now()
            )
            away = RemoteRow(name=f"canari-{low}", failures=9, paused_until=clock.now())
            work.session.add_all([sleeping, away])
            work.session.flush()
            place.ids |= {"job_id": sleeping.id, "remote_id": away.id}
    with world.work("participant_a") as work:
        world.texts["agenda"] = calendars.open_calendar(work)
    quote = world.a.more["document_id:quote"]
    world.texts["quote"] = links.quote_token(world.kpa.instance, quote)
    handed = world.a.more["document_id:handover"]
    with world.work("host_a") as work:
        world.texts["month"] = f"{work.today:%Y-%m}"
        world.texts["handed"] = work.session.get_one(Document, handed).reference
        link = carrier_links.make_link(work, handed)
    world.texts["carrier"] = links.carrier_token(world.kpa.instance, link.id)
    invoice = world.a.ids["document_id"]
    world.texts["invoice"] = links.invoice_token(world.kpa.instance, invoice)


def name_sessions(world: World) -> None:
    """Name an open session of each place's person, once everyone is signed in."""
    for place in (world.a, world.b):
        with world.work() as work:
            place.ids["sign_in_id"] = sessions.open_sessions(work, place.ids["person_id"])[-1].id


def _other_roles(world: World, place: Place, work: Work) -> None:
    low = place.letter.lower()
    treasurer, host = world.cast[f"treasurer_{low}"].person, world.cast[f"host_{low}"].person
    place.more["role_id:treasurer"] = _role(work, treasurer, "treasurer")
    place.more["role_id:host"] = _role(work, host, "host")
    place.more["role_id:partner"] = _role(work, place.ids["partner_id"], "partner.lieu")
    here = frozenset({place.activity})
    place.elsewhere["role_id:treasurer"] = Where(here, place.carrier, treasurer)
    place.elsewhere["role_id:host"] = Where(carrier=place.carrier, person=host)
    place.elsewhere["role_id:partner"] = Where(person=place.ids["partner_id"])


def _role(work: Work, party: UUID | None, kind: str) -> UUID:
    assert party is not None
    held = roles.roles_of(work.session, party, work.today)
    return next(one.id for one in held if one.kind == kind)


def _bodies(world: World, place: Place) -> None:
    letter = place.letter
    with world.work() as work:
        partner = partners.add_partner(
            work,
            partners.NewPartner(
                f"Partenaire {letter}", "lieu", email=f"canaripartenaire{letter}@exemple.fr".lower()
            ),
        )
        cohort = cohorts.add_cohort(work, f"CanariGroupe{letter}", work.today)
        cohorts.place_person(work, cohort.id, place.ids["person_id"])
        customer = customers.add_customer(
            work,
            customers.NewCustomer(
                f"CanariClient{letter}",
                "public",
                contact_name=f"CanariContact{letter}",
                email=f"canariclient{letter}@exemple.fr".lower(),
                address="1 place de la Mairie",
                postcode="59000",
                town="Lille",
                siret={"A": "21590350100017", "B": "21670482500019"}.get(letter, "21590350100017"),
            ),
        )
        twin = customers.NewCustomer(f"Jumeau {letter}", "public", phone="0644000000")
        place.more["customer_id:2"] = customers.add_customer(work, twin).id
    place.ids.update(partner_id=partner.id, cohort_id=cohort.id, customer_id=customer.id)


def _minor(world: World, place: Place) -> None:
    """A person of 16 in the activity, with a parent who said yes."""
    letter = place.letter
    new = service.NewPerson(
        f"Yanis{letter}",
        family_name=f"FamilleMineur{letter}",
        phone="0622000001" if letter == "A" else "0622000002",
        birth_date=years_ago(16),
    )
    with world.work() as work:
        party = service.add_person(work, new)
        roles.give_role(
            work,
            party.id,
            "participant",
            starts_on=work.today,
            activity_id=place.activity,
        )
        service.record_consent(
            work,
            party.id,
            guardian_name=f"CanariParent{letter}",
            guardian_phone="0633000001" if letter == "A" else "0633000002",
            on=work.today,
        )
    place.more["person_id:minor"] = party.id


def _contract(world: World, place: Place, key: str) -> None:
    one = world.cast[key]
    assert one.person is not None
    with world.work() as work:
        first = work.today - timedelta(days=90)
        new = engagements.NewEngagement(
            one.person,
            "cape",
            first,
            first + timedelta(days=300),
            place.carrier,
            {"full_time_employee": False},
        )
        made = engagements.draft(work, new)
        engagements.sign(work, made.id, first, photo=PHOTO)
        engagements.insure(work, made.id, first)
        waits = engagements.draft(work, new)
    if one.person == place.ids["person_id"]:
        place.ids["engagement_id"] = made.id
        place.more["engagement_id:draft"] = waits.id
