from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_cape.days import last_day
from kpa_cape.engagement import latest_end, problems, renewal
from kpa_cape.policy import CarrierPolicy, read_policy
from kpa_core.api import EngagementFacts, Misuse, PersonFacts

MakeCape = Callable[..., EngagementFacts]
DAY = date(2026, 5, 20)
LAW = CarrierPolicy()


def d(text: str) -> date:
    return date.fromisoformat(text)


ALLOWED: dict[str, dict[str, Any]] = {
    "a year to the day": {"starts_on": d("2026-01-05"), "ends_on": d("2027-01-04")},
    "a year from 29 February": {"starts_on": d("2024-02-29"), "ends_on": d("2025-02-28")},
    "one day": {"starts_on": d("2026-01-05"), "ends_on": d("2026-01-05")},
    "the second renewal, to the last day of 36 months": {
        "starts_on": d("2026-01-05"),
        "ends_on": d("2027-01-04"),
        "first_starts_on": d("2024-01-05"),
        "renewal_number": 2,
    },
    "a short second renewal": {
        "starts_on": d("2026-05-05"),
        "ends_on": d("2026-06-04"),
        "first_starts_on": d("2026-01-05"),
        "renewal_number": 2,
    },
    "36 months from 29 February": {
        "starts_on": d("2026-03-01"),
        "ends_on": d("2027-02-28"),
        "first_starts_on": d("2024-02-29"),
        "renewal_number": 2,
    },
}

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a year and a day": (
        {"starts_on": d("2026-01-05"), "ends_on": d("2027-01-05")},
        "Ce contrat dure trop longtemps : 12 mois au plus.",
    ),
    "a year and a day from 29 February": (
        {"starts_on": d("2024-02-29"), "ends_on": d("2025-03-01")},
        "Ce contrat dure trop longtemps : 12 mois au plus.",
    ),
    "36 months and a day": (
        {
            "starts_on": d("2026-03-01"),
            "ends_on": d("2027-01-05"),
            "first_starts_on": d("2024-01-05"),
            "renewal_number": 2,
        },
        "Avec les contrats d'avant, c'est trop long : 36 mois en tout.",
    ),
    "a third renewal, even of short terms": (
        {
            "starts_on": d("2026-04-05"),
            "ends_on": d("2026-05-04"),
            "first_starts_on": d("2026-01-05"),
            "renewal_number": 3,
        },
        "Un contrat se renouvelle 2 fois au plus. Celui-ci est de trop.",
    ),
    "dates swapped": (
        {"starts_on": d("2026-05-05"), "ends_on": d("2026-05-04")},
        "Le contrat finit le 04/05/2026, avant son début le 05/05/2026.",
    ),
    "a first contract with an older start": (
        {"first_starts_on": d("2025-01-05")},
        "Renouvellement n° 0, premier contrat du 05/01/2025 : cela ne va pas ensemble.",
    ),
    "a renewal without an older start": (
        {"renewal_number": 1},
        "Renouvellement n° 1, premier contrat du 05/01/2026 : cela ne va pas ensemble.",
    ),
    "a renewal before the first contract": (
        {"renewal_number": 1, "first_starts_on": d("2026-01-06")},
        "Renouvellement n° 1, premier contrat du 06/01/2026 : cela ne va pas ensemble.",
    ),
    "a negative renewal": (
        {"renewal_number": -1, "first_starts_on": d("2025-01-05")},
        "Renouvellement n° -1, premier contrat du 05/01/2025 : cela ne va pas ensemble.",
    ),
    "a full-time job beside": (
        {"terms": {"full_time_employee": True}},
        "Amina a déjà un emploi à temps plein. Le CAPE n'est alors pas possible.",
    ),
    "nobody asked about a full-time job": (
        {"terms": {}},
        "On ne sait pas si Amina a un emploi à temps plein.",
    ),
    "an answer that is neither yes nor no": (
        {"terms": {"full_time_employee": "non"}},
        "On ne sait pas si Amina a un emploi à temps plein.",
    ),
}


def said(
    person: PersonFacts, engagement: EngagementFacts, policy: CarrierPolicy = LAW
) -> list[str]:
    found = list(problems(person, engagement, DAY, policy))
    assert all(one.todo.format(**one.params) for one in found)
    return [one.message.format(**one.params) for one in found]


@pytest.mark.parametrize("changes", ALLOWED.values(), ids=ALLOWED)
def test_a_cape_inside_the_law_stands(
    changes: dict[str, Any], amina: PersonFacts, cape: MakeCape
) -> None:
    assert said(amina, cape(**changes)) == []


@pytest.mark.parametrize(("changes", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_cape_outside_the_law_says_why(
    changes: dict[str, Any], sentence: str, amina: PersonFacts, cape: MakeCape
) -> None:
    assert said(amina, cape(**changes)) == [sentence]
    assert all(one.blocking for one in problems(amina, cape(**changes), DAY, LAW))


def test_a_contract_too_long_is_told_its_last_day(amina: PersonFacts, cape: MakeCape) -> None:
    (found,) = problems(amina, cape(ends_on=d("2027-03-01")), DAY, LAW)
    assert found.todo.format(**found.params) == (
        "Raccourcis le contrat : il finit au plus tard le 04/01/2027."
    )
    assert "L127-2" in found.source


def test_a_contract_after_the_36_months_has_no_last_day(amina: PersonFacts, cape: MakeCape) -> None:
    late = cape(starts_on=d("2027-01-05"), ends_on=d("2027-06-01"), renewal_number=2)
    late = replace(late, first_starts_on=d("2024-01-05"))
    (found,) = problems(amina, late, DAY, LAW)
    assert found.todo == "Parle de la suite avec la maison qui facture."


@pytest.mark.parametrize(
    ("born", "signed", "refused"),
    [
        ("2010-01-05", "2026-01-05", False),
        ("2010-01-06", "2026-01-05", True),
        ("2010-01-05", "2026-01-04", True),
        ("2010-01-06", None, True),
    ],
    ids=["sixteen that day", "a day too young", "signed a day too young", "not signed yet"],
)
def test_the_contract_is_signed_and_starts_at_sixteen(
    born: str, signed: str | None, refused: bool, samir: PersonFacts, cape: MakeCape
) -> None:
    person = replace(samir, birth_date=d(born), guardian_consent_on=d("2026-01-01"))
    engagement = cape(signed_on=d(signed) if signed else None)
    expected = ["Au début du contrat, Samir n'a pas 16 ans."] if refused else []
    assert said(person, engagement) == expected


def test_an_unknown_birth_date_is_a_question(amina: PersonFacts, cape: MakeCape) -> None:
    person = replace(amina, birth_date=None)
    assert said(person, cape()) == ["On ne connaît pas la date de naissance de Amina."]


@pytest.mark.parametrize(
    ("consent", "choice", "missing"),
    [
        (None, "paid_work", True),
        (None, "always", True),
        (None, "never", False),
        ("2026-05-20", "paid_work", False),
        ("2026-05-21", "paid_work", True),
    ],
)
def test_the_carrier_decides_about_a_guardians_consent(
    consent: str | None, choice: str, missing: bool, samir: PersonFacts, cape: MakeCape
) -> None:
    person = replace(samir, guardian_consent_on=d(consent) if consent else None)
    engagement = cape(starts_on=d("2026-04-01"), ends_on=d("2026-12-31"), signed_on=d("2026-04-01"))
    found = said(person, engagement, read_policy({"guardian_consent": choice}))
    assert found == (["Samir a 16 ans. L'accord d'un parent manque."] if missing else [])


def test_consent_is_no_longer_asked_at_eighteen(samir: PersonFacts, cape: MakeCape) -> None:
    person = replace(samir, guardian_consent_on=None, birth_date=d("2008-05-20"))
    assert said(person, cape()) == []
    person = replace(person, birth_date=d("2008-05-21"))
    assert said(person, cape()) == ["Samir a 17 ans. L'accord d'un parent manque."]


def test_a_stricter_carrier_is_obeyed(amina: PersonFacts, cape: MakeCape) -> None:
    assert said(amina, cape(), read_policy({"cape_months": 6})) == [
        "Ce contrat dure trop longtemps : 6 mois au plus."
    ]
    (found,) = problems(amina, cape(), DAY, read_policy({"cape_months": 6}))
    assert found.source == "Règle de la maison qui facture"


CJS_REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "from May": (
        {"starts_on": d("2026-05-31")},
        "La CJS va de juin à septembre. Ces dates sortent de l'été.",
    ),
    "into October": (
        {"ends_on": d("2026-10-01")},
        "La CJS va de juin à septembre. Ces dates sortent de l'été.",
    ),
    "two summers": (
        {"ends_on": d("2027-05-31")},
        "La CJS va de juin à septembre. Ces dates sortent de l'été.",
    ),
    "renewed": (
        {"renewal_number": 1, "first_starts_on": d("2025-07-01")},
        "La CJS ne se renouvelle pas.",
    ),
    "a full-time job beside": (
        {"terms": {"full_time_employee": True}},
        "Samir a déjà un emploi à temps plein. Le CAPE n'est alors pas possible.",
    ),
}


def cjs(cape: MakeCape, **changes: Any) -> EngagementFacts:
    summer: dict[str, Any] = {"starts_on": d("2026-06-01"), "ends_on": d("2026-09-30")}
    return cape(kind="cjs", signed_on=d("2026-05-25"), **{**summer, **changes})


def test_a_summer_cohort_at_sixteen_stands(samir: PersonFacts, cape: MakeCape) -> None:
    assert said(samir, cjs(cape)) == []


@pytest.mark.parametrize(("changes", "sentence"), CJS_REFUSED.values(), ids=CJS_REFUSED)
def test_a_summer_cohort_has_its_season_and_ages(
    changes: dict[str, Any], sentence: str, samir: PersonFacts, cape: MakeCape
) -> None:
    assert said(samir, cjs(cape, **changes)) == [sentence]


def test_a_summer_cohort_is_over_at_nineteen(samir: PersonFacts, cape: MakeCape) -> None:
    assert said(replace(samir, birth_date=d("2007-06-02")), cjs(cape)) == []
    assert said(replace(samir, birth_date=d("2007-06-01")), cjs(cape)) == [
        "Au début du contrat, Samir a plus de 18 ans. La CJS est pour les jeunes."
    ]


def test_a_volunteer_needs_no_term_and_no_end_of_law(samir: PersonFacts, cape: MakeCape) -> None:
    volunteer = cape(
        kind="benevole",
        starts_on=d("2026-04-01"),
        ends_on=d("2036-04-01"),
        terms={},
        signed_on=None,
    )
    without_consent = replace(samir, guardian_consent_on=None)
    assert said(without_consent, volunteer) == []
    always = read_policy({"guardian_consent": "always"})
    assert said(without_consent, volunteer, always) == [
        "Samir a 16 ans. L'accord d'un parent manque."
    ]
    (question,) = problems(replace(samir, birth_date=None), volunteer, DAY, LAW)
    assert not question.blocking


def test_a_kind_of_somebody_else_is_never_answered(amina: PersonFacts, cape: MakeCape) -> None:
    with pytest.raises(Misuse, match="salarie"):
        list(problems(amina, cape(kind="salarie"), DAY, LAW))


LIGHTS: dict[str, tuple[dict[str, Any], str, bool]] = {
    "too long": ({"ends_on": d("2027-01-05")}, "contract", False),
    "too many renewals": (
        {"renewal_number": 3, "first_starts_on": d("2025-01-05")},
        "contract",
        False,
    ),
    "a full-time job": ({"terms": {"full_time_employee": True}}, "papers", False),
    "a question nobody asked": ({"terms": {}}, "papers", True),
}


@pytest.mark.parametrize(("changes", "light", "waiting"), LIGHTS.values(), ids=LIGHTS)
def test_each_problem_puts_out_its_light_and_says_whether_it_waits(
    changes: dict[str, Any], light: str, waiting: bool, amina: PersonFacts, cape: MakeCape
) -> None:
    (found,) = problems(amina, cape(**changes), DAY, LAW)
    assert (found.light, found.waiting, found.blocking) == (light, waiting, True)


def test_a_consent_that_is_missing_waits(samir: PersonFacts, cape: MakeCape) -> None:
    person = replace(samir, guardian_consent_on=None)
    started = d("2026-04-01")
    (found,) = problems(person, cape(starts_on=started, signed_on=started), DAY, LAW)
    assert (found.light, found.waiting) == ("papers", True)


def test_a_late_signature_is_said_and_does_not_block(amina: PersonFacts, cape: MakeCape) -> None:
    (found,) = problems(amina, cape(signed_on=d("2026-01-06")), DAY, LAW)
    assert (found.light, found.blocking) == ("contract", False)
    assert found.message.format(**found.params) == (
        "Le contrat est signé le 06/01/2026, après son début le 05/01/2026."
    )


@pytest.mark.parametrize(
    ("changes", "left", "last_end"),
    [
        ({}, 2, "2028-01-04"),
        ({"ends_on": d("2026-02-04")}, 2, "2027-02-04"),
        ({"renewal_number": 1, "first_starts_on": d("2025-01-05")}, 1, "2028-01-04"),
        ({"renewal_number": 1, "first_starts_on": d("2024-06-05")}, 1, "2027-06-04"),
        ({"renewal_number": 2, "first_starts_on": d("2024-01-05")}, 0, None),
        ({"renewal_number": 1, "first_starts_on": d("2024-01-05")}, 0, None),
        ({"kind": "cjs"}, 0, None),
        ({"kind": "benevole"}, 0, None),
    ],
    ids=[
        "after a first year",
        "after a short first term, one renewal is used up all the same",
        "after one renewal",
        "the 36 months cut the last one",
        "after two renewals",
        "nothing left of the 36 months",
        "a summer cohort",
        "a volunteer",
    ],
)
def test_what_renewal_is_left(
    changes: dict[str, Any], left: int, last_end: str | None, cape: MakeCape
) -> None:
    engagement = replace(cape(), **changes)
    found = renewal(engagement, LAW)
    assert found.left == left
    assert found.last_end == (d(last_end) if last_end else None)


@given(st.dates(d("2020-01-01"), d("2040-01-01")), st.lists(st.integers(1, 400), max_size=5))
def test_renewals_taken_to_their_last_day_always_stand_and_never_pass_36_months(
    first: date, lengths: list[int]
) -> None:
    person = PersonFacts(id=CAPE_ID, display_name="Amina", birth_date=d("1988-07-02"))
    current = _engagement(first, min(last_day(first, 12), last_day(first, 36)), 0, first)
    for length in lengths:
        assert not list(problems(person, current, current.starts_on, LAW))
        assert current.ends_on <= last_day(first, 36)
        coming = renewal(current, LAW)
        if coming.last_end is None:
            assert current.renewal_number == 2 or current.ends_on == last_day(first, 36)
            return
        widest = latest_end(coming.starts_on, first, LAW)
        assert coming.last_end == widest
        end = min(widest, date.fromordinal(coming.starts_on.toordinal() + length))
        current = _engagement(coming.starts_on, end, current.renewal_number + 1, first)


CAPE_ID = UUID(int=7)


def _engagement(start: date, end: date, number: int, first: date) -> EngagementFacts:
    return EngagementFacts(
        id=CAPE_ID,
        person_id=CAPE_ID,
        kind="cape",
        carrier_id=None,
        starts_on=start,
        ends_on=end,
        renewal_number=number,
        first_starts_on=first,
        signed_on=start,
        insured_from=start,
        insured_until=None,
        terms={"full_time_employee": False},
    )
