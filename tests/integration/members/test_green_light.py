"""The green light: a loaded module, a signature, an insurance, on this very day."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from kpa_core.contracts import EngagementKind, Problem
from kpa_core.errors import N_, Refused
from kpa_core.hookspecs import hookimpl
from kpa_core.members import engagements, greenlight
from kpa_core.members.engagements import NewEngagement
from kpa_core.members.models import Engagement
from kpa_core.plugins import Plugin

A_MONTH = timedelta(days=30)


def check(work, person, engagement, day):
    if person.birth_date is None:
        return [Problem(N_("On ne connaît pas l'âge de {name}."), {"name": person.display_name})]
    if engagement.terms.get("other_job"):
        return [Problem(N_("Un autre travail."), todo=N_("Choisis."))]
    return []


class Rules(Plugin):
    """Rules for two kinds of contract."""

    name = "rules"
    api_version = 1

    @hookimpl
    def register_engagement_kinds(self):
        return [
            EngagementKind("test", "Essai", "Pour essayer.", True, check),
            EngagementKind("help", "Coup de main", "Sans paie.", False, check, renewable=False),
        ]


@pytest.fixture
def kpa(make_kpa):
    return make_kpa(plugins=[Rules])


@pytest.fixture
def ali(kpa):
    return kpa.person("Ali", "animator")


@pytest.fixture
def awa(kpa):
    with kpa.work() as work:
        return kpa.person("Awa", birth=work.today.replace(year=work.today.year - 30, day=1))


def contract(kpa, actor, person, kind="test", *, sign=True, insure=True, **terms):
    with kpa.work(actor) as work:
        day = work.today
        made = engagements.draft(
            work,
            NewEngagement(person.party_id, kind, day - A_MONTH, day + A_MONTH, None, terms),
        )
        if sign:
            engagements.sign(work, made.id, day - A_MONTH)
        if insure:
            engagements.insure(work, made.id, day - A_MONTH)
        return made


def light(kpa, person, after=0):
    with kpa.work() as work:
        return greenlight.green_light(work, person.party_id, work.today + timedelta(days=after))


def states(found):
    return {one.name: one.state for one in found.lights}


def test_no_contract_no_light(kpa, awa):
    found = light(kpa, awa)
    assert not found.ok
    assert set(states(found).values()) == {"waiting"}
    assert found.reason == "Il n'y a pas encore de contrat. Prépare-le avec la maison qui facture."


def test_signed_and_insured_is_green_and_says_so(kpa, ali, awa):
    contract(kpa, ali, awa)
    found = light(kpa, awa)
    assert found.ok
    assert found.sentence == "Feu vert. Awa peut travailler pour un client."
    with kpa.work(awa) as work:
        own = greenlight.green_light(work, awa.party_id, work.today)
    assert own.sentence == "Feu vert. Tu peux travailler pour un client."


@pytest.mark.parametrize(
    ("sign", "insure", "off"),
    [(False, True, "contract"), (True, False, "insurance"), (False, False, "contract")],
)
def test_each_step_is_needed_and_named(kpa, ali, awa, sign, insure, off):
    contract(kpa, ali, awa, sign=sign, insure=insure)
    found = light(kpa, awa)
    assert not found.ok
    assert states(found)[off] == "waiting"
    assert "pas encore" in found.reason


@pytest.mark.parametrize(("after", "ok"), [(-31, False), (-30, True), (30, True), (31, False)])
def test_the_light_is_for_one_day(kpa, ali, awa, after, ok):
    contract(kpa, ali, awa)
    assert light(kpa, awa, after).ok is ok


def test_unpaid_work_gives_no_light_for_paid_work(kpa, ali, awa):
    contract(kpa, ali, awa, "help")
    assert states(light(kpa, awa))["contract"] == "refused"


def test_the_kinds_own_reason_turns_it_off(kpa, ali, awa):
    contract(kpa, ali, awa, other_job=True)
    found = light(kpa, awa)
    assert states(found) == {"papers": "refused", "contract": "ok", "insurance": "ok"}
    assert found.reason == "Un autre travail. Choisis."


def test_the_kind_decides_about_an_unknown_age(kpa, ali):
    zoe = kpa.person("Zoé")
    contract(kpa, ali, zoe)
    assert light(kpa, zoe).reason == "On ne connaît pas l'âge de Zoé."


def test_the_best_contract_counts(kpa, ali, awa):
    contract(kpa, ali, awa, sign=False)
    good = contract(kpa, ali, awa)
    contract(kpa, ali, awa, insure=False)
    found = light(kpa, awa)
    assert found.ok
    assert found.engagement_id == good.id


# --- fail closed ----------------------------------------------------------------------------------


def test_without_the_module_there_is_no_light_and_the_sentence_says_why(kpa, make_kpa, ali, awa):
    made = contract(kpa, ali, awa)
    kpa.instance.plugins.refuse("rules", Refused("retiré"))
    found = light(kpa, awa)
    assert not found.ok
    assert set(states(found).values()) == {"refused"}
    assert "Le module qui connaît les règles du contrat « test » n'est pas là." in found.reason
    with kpa.work(ali) as work, pytest.raises(Refused, match="n'est pas là"):
        engagements.draft(work, NewEngagement(awa.party_id, "test", made.starts_on, made.ends_on))


def test_a_stopped_module_gives_no_light(kpa, ali, awa):
    contract(kpa, ali, awa)
    kpa.instance.plugins._stop("rules", "trop lent")
    assert not light(kpa, awa).ok


def test_a_kind_nobody_offers_gives_no_light(kpa, awa):
    with kpa.work() as work, work.transaction() as session:
        session.add(
            Engagement(
                person_id=awa.party_id,
                kind="unheard",
                state="signed",
                starts_on=work.today,
                ends_on=work.today,
                signed_on=work.today,
                insured_from=work.today,
            )
        )
    assert not light(kpa, awa).ok


def check_with(kpa, monkeypatch, function):
    """Let the rules of the contract be this."""
    plugin, kind = kpa.instance.registered.engagement_kinds["test"]
    kinds = {"test": (plugin, replace(kind, check=function))}
    monkeypatch.setattr(kpa.instance.registered, "engagement_kinds", kinds)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (RuntimeError("x"), "degraded"),
        (Refused("y"), "loaded"),
        (SystemExit(1), "stopped"),
        (["not a problem"], "degraded"),
        (None, "degraded"),
    ],
)
def test_rules_that_break_give_no_light_and_name_their_plugin(
    kpa, ali, awa, answer, state, monkeypatch
):
    contract(kpa, ali, awa)

    def breaks(*_facts):
        if isinstance(answer, BaseException):
            raise answer
        return answer

    check_with(kpa, monkeypatch, breaks)
    assert not light(kpa, awa).ok
    assert kpa.instance.plugins.states["rules"].state == state


def test_rules_that_hang_are_watched(kpa, ali, awa, monkeypatch):
    contract(kpa, ali, awa)
    check_with(kpa, monkeypatch, lambda *_: time.sleep(0.4) or [])
    monkeypatch.setattr(kpa.instance.plugins._watch, "seconds", 0.1)
    light(kpa, awa)
    state = kpa.instance.plugins.states["rules"]
    assert (state.state, "check test" in state.reason) == ("stopped", True)
    assert not light(kpa, awa).ok  # from now on nobody waits for them


def test_a_lost_key_gives_no_light(kpa, ali, awa):
    from kpa_core.vault import Vault, new_key

    contract(kpa, ali, awa)
    kpa.instance.vault = Vault(new_key())
    assert not light(kpa, awa).ok


# --- the life of a contract -----------------------------------------------------------------------


def test_a_refused_contract_gives_no_light_and_tells_the_person(kpa, ali, awa):
    made = contract(kpa, ali, awa)
    with kpa.work(ali) as work:
        engagements.refuse(work, made.id, "l'assurance a dit non")
    assert not light(kpa, awa).ok


def test_a_contract_ended_early_ends_the_light_the_day_after(kpa, ali, awa):
    made = contract(kpa, ali, awa)
    with kpa.work(ali) as work:
        engagements.end(work, made.id, work.today)
    assert light(kpa, awa).ok
    assert not light(kpa, awa, 1).ok


def test_what_follows_starts_the_day_after_and_counts(kpa, ali, awa):
    made = contract(kpa, ali, awa)
    with kpa.work(ali) as work:
        after = engagements.renew(work, made.id, made.ends_on + A_MONTH)
        assert after.starts_on == made.ends_on + timedelta(days=1)
        assert (after.renewal_number, after.renews_id, after.state) == (1, made.id, "draft")
        assert greenlight.facts_of(work.session, after).first_starts_on == made.starts_on
        with pytest.raises(Refused, match="déjà renouvelé"):
            engagements.renew(work, made.id, made.ends_on + A_MONTH)


def test_what_cannot_be_renewed_is_refused(kpa, ali, awa):
    made = contract(kpa, ali, awa, "help")
    with kpa.work(ali) as work, pytest.raises(Refused, match="ne se renouvelle pas"):
        engagements.renew(work, made.id, made.ends_on + A_MONTH)


REFUSED = {
    "dates swapped": (
        lambda w, p, d: engagements.draft(w, NewEngagement(p, "test", d, d - A_MONTH)),
        "ends_on",
    ),
    "unknown kind": (lambda w, p, d: engagements.draft(w, NewEngagement(p, "cap", d, d)), "kind"),
}


@pytest.mark.parametrize(("act", "field"), REFUSED.values(), ids=REFUSED)
def test_wrong_contracts_are_refused_beside_their_field(kpa, ali, awa, act, field):
    with kpa.work(ali) as work, pytest.raises(Refused) as refused:
        act(work, awa.party_id, work.today)
    assert refused.value.field == field


def test_a_signature_of_tomorrow_is_refused(kpa, ali, awa):
    made = contract(kpa, ali, awa, sign=False)
    with kpa.work(ali) as work, pytest.raises(Refused) as refused:
        engagements.sign(work, made.id, work.today + timedelta(days=1))
    assert refused.value.field == "signed_on"


def test_an_insurance_with_swapped_dates_is_refused(kpa, ali, awa):
    made = contract(kpa, ali, awa, insure=False)
    with kpa.work(ali) as work, pytest.raises(Refused) as refused:
        engagements.insure(work, made.id, work.today, work.today - timedelta(days=1))
    assert refused.value.field == "insured_until"


def test_nothing_happens_to_a_contract_that_is_over(kpa, ali, awa):
    made = contract(kpa, ali, awa)
    with kpa.work(ali) as work:
        engagements.end(work, made.id, work.today)
        for act in (
            lambda: engagements.sign(work, made.id, work.today),
            lambda: engagements.insure(work, made.id, work.today),
            lambda: engagements.refuse(work, made.id, "non"),
            lambda: engagements.end(work, made.id, work.today),
        ):
            with pytest.raises(Refused, match="n'en est plus là"):
                act()


def test_each_step_leaves_one_trace_without_what_was_answered(kpa, ali, awa):
    import sqlalchemy as sa

    from kpa_core.audit import AuditEntry

    made = contract(kpa, ali, awa, other_job=True)
    with kpa.work(ali) as work:
        engagements.answer(work, made.id, {"secret": "réponse"})
        query = sa.select(AuditEntry).where(AuditEntry.capability == "engagement.write")
        entries = list(work.session.scalars(query.order_by(AuditEntry.seq)))
    assert [sorted(one.after) for one in entries] == [
        ["kind", "state", "until"],
        ["signed_on", "state"],
        ["insured_from", "insured_until"],
        ["terms"],
    ]
    assert {one.person_id for one in entries} == {awa.party_id}
    assert "réponse" not in repr([one.after for one in entries])
