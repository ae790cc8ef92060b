"""The story's opening: a KPA with its people, partners, carriers, activities and contracts."""

from __future__ import annotations

from dataclasses import replace

from kpa_core.demo import cast
from kpa_core.demo.cast import Crew, Someone
from kpa_core.demo.stage import Stage
from kpa_core.invoices.carrier import carriers, series
from kpa_core.work import OPERATOR

ANIMATOR = cast.PEOPLE[0].name
BUFFETS = cast.ACTIVITIES[0].title
ENGAGEMENT_KIND = "cape"


def welcome_everyone(stage: Stage) -> None:
    """The animator welcomes the others; each gets a card to sign in."""
    for someone in cast.PEOPLE[1:]:
        born = stage.today.replace(year=stage.today.year - someone.age, day=1)
        shown = stage.do(
            ANIMATOR,
            "/membres/nouveau",
            display_name=someone.name,
            family_name=someone.family_name,
            phone=someone.phone,
            birth_date=born.isoformat(),
            language=someone.language,
        )
        stage.ids[someone.name] = shown.id_in_url()


def name_partners(stage: Stage) -> None:
    """The animator writes who carries, hosts and helps the KPA."""
    for name, kind in cast.PARTNERS:
        stage.do(ANIMATOR, "/partenaires/nouveau", name=name, kind=kind)


def name_carriers(stage: Stage, mode: str = "draft_for_carrier") -> None:
    """Whoever runs the machine notes the carriers, once, as their contracts say."""
    with stage.instance.work(OPERATOR) as work:
        for facts in (replace(cast.CARRIER, mode=mode), *cast.CARRIERS[1:]):
            carrier = carriers.add_carrier(work, facts, source="Exemple")
            stage.ids[facts.name] = str(carrier.id)
            if facts.mode != "draft_for_carrier":
                pattern = f"{facts.analytic_code}-{{year}}-{{number:04}}"
                series.grant_series(work, carrier.id, code="EX", pattern=pattern, source="Exemple")


def start_activities(stage: Stage) -> None:
    """The animator starts the activities of the four KPAs and publishes their offers."""
    for activity in cast.ACTIVITIES:
        shown = stage.do(
            ANIMATOR,
            "/activites/nouvelle",
            title=activity.title,
            kind=activity.kind,
            description=f"{activity.description} ({activity.from_kpa})",
            **({"grant_funded": "y"} if activity.grant_funded else {}),
        )
        stage.ids[activity.title] = activity_id = shown.id_in_url()
        for title, sentence, price, unit, vat in activity.offers:
            _offer(stage, activity_id, title, sentence, price, unit, vat)
        page = f"/activites/{activity_id}"
        for state in ("prototype", "offer"):
            stage.do(ANIMATOR, f"{page}/etat", page=page, state=state)


def choose_carriers(stage: Stage) -> None:
    """The animator chooses who invoices for each activity."""
    for activity in cast.ACTIVITIES:
        carrier = cast.CARRIER_OF.get(activity.from_kpa, cast.CARRIER)
        url = f"/activites/{stage.ids[activity.title]}/maison"
        stage.do(ANIMATOR, url, carrier_id=stage.ids[carrier.name])


def _offer(
    stage: Stage, activity_id: str, title: str, sentence: str, price: str, unit: str, vat: str
) -> None:
    shown = stage.do(
        ANIMATOR,
        f"/activites/{activity_id}/offres/nouvelle",
        title=title,
        sentence=sentence,
        unit_price_cents=price,
        unit=unit,
        price_basis="net",
        vat_rate_bp=vat,
        lead_days="0",
    )
    offer_id = max(shown.ids("/offres/", "/etat"))  # ids follow time: the newest is the last
    stage.do(
        ANIMATOR, f"/offres/{offer_id}/etat", page=f"/activites/{activity_id}", state="published"
    )


def give_roles(stage: Stage) -> None:
    """The animator names who does what; the carrier's person names the treasurer."""
    for someone in cast.PEOPLE[1:]:
        for role in someone.roles:
            if role in ("referent", "participant"):
                _place(stage, someone, role)
            elif role == "host":
                for carrier in cast.CARRIERS:
                    _host(stage, someone, carrier.name)
    host = next(one for one in cast.PEOPLE if "host" in one.roles)
    scales = (cast.CARRIER_TIERS, cast.COUVEUSE_TIERS, cast.OWN_TIERS)
    for carrier, tiers in zip(cast.CARRIERS, scales, strict=True):
        stage.do(
            host.name,
            f"/maisons/{stage.ids[carrier.name]}/bareme/nouveau",
            starts_on=stage.day(),
            base="margin",
            period="year",
            tiers=tiers,
            source=cast.TIERS_SOURCE,
        )
    for someone in cast.PEOPLE:
        if "treasurer" in someone.roles:
            _place(stage, someone, "participant")
            stage.do(
                host.name,
                "/roles/tresorerie",
                person_id=stage.ids[someone.name],
                kind="treasurer",
                activity_id=stage.ids[BUFFETS],
                starts_on=stage.day(),
            )


def name_crew(stage: Stage, activity: str, crew: Crew) -> None:
    """The animator places the people of an activity; the carrier's person names the treasurer."""
    activity_id = stage.ids[activity]
    url = f"/activites/{activity_id}/personnes"
    stage.do(ANIMATOR, url, person_id=stage.ids[crew.referent], kind="referent")
    for name in (*crew.participants, crew.treasurer):
        stage.do(ANIMATOR, url, person_id=stage.ids[name], kind="participant")
    host = next(one for one in cast.PEOPLE if "host" in one.roles)
    stage.do(
        host.name,
        "/roles/tresorerie",
        person_id=stage.ids[crew.treasurer],
        kind="treasurer",
        activity_id=activity_id,
        starts_on=stage.day(),
    )


def _place(stage: Stage, someone: Someone, role: str) -> None:
    url = f"/activites/{stage.ids[BUFFETS]}/personnes"
    stage.do(ANIMATOR, url, person_id=stage.ids[someone.name], kind=role)


def _host(stage: Stage, someone: Someone, carrier: str) -> None:
    stage.do(
        ANIMATOR,
        "/roles/kpa",
        person_id=stage.ids[someone.name],
        kind="host",
        carrier_id=stage.ids[carrier],
        starts_on=stage.day(),
    )


def sign_contracts(stage: Stage) -> None:
    """Contracts are prepared, signed, and insured: only then is there a green light."""
    for someone in cast.PEOPLE:
        if someone.engaged:
            sign_contract(stage, someone)


def sign_contract(stage: Stage, someone: Someone) -> None:
    """One person's contract, from the paper to the insurance."""
    shown = stage.do(
        ANIMATOR,
        "/contrats/nouveau",
        person_id=stage.ids[someone.name],
        kind=ENGAGEMENT_KIND,
        carrier_id=stage.ids[cast.CARRIER.name],
        starts_on=stage.day(-30),
        ends_on=stage.day(300),
    )
    contract = f"/contrats/{shown.id_in_url()}"
    stage.do(
        ANIMATOR, f"{contract}/reponse", page=contract, question="full_time_employee", answer="no"
    )
    stage.do(ANIMATOR, f"{contract}/signer", signed_on=stage.day(-30))
    stage.do(ANIMATOR, f"{contract}/assurer", insured_from=stage.day(-29))


def open_the_kpa(stage: Stage, mode: str = "draft_for_carrier") -> None:
    """Tell the whole opening."""
    name_carriers(stage, mode)
    welcome_everyone(stage)
    name_partners(stage)
    start_activities(stage)
    choose_carriers(stage)
    give_roles(stage)
    for activity, crew in cast.CREWS.items():
        name_crew(stage, activity, crew)
    sign_contracts(stage)
