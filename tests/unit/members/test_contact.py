"""Phone numbers and addresses are kept in one form, whatever people type."""

from __future__ import annotations

import pytest

from kpa_core.errors import Refused
from kpa_core.members import contact

PHONES = {
    "06 12 34 56 78": "+33612345678",
    "06.12.34.56.78": "+33612345678",
    "+33 6 12 34 56 78": "+33612345678",
    "+33 (0)6 12 34 56 78": "+33612345678",
    "0033612345678": "+33612345678",
    "+212 612-345678": "+212612345678",
    "": "",
}
NOT_PHONES = ("12", "06 12 34 56", "abcdefghij", "+0612345678", "+33 12", "٠٦١٢٣٤٥٦٧٨")
NOT_MAILS = (
    "awa",
    "awa@",
    "@exemple.fr",
    "awa@exemple",
    "a wa@exemple.fr",
    "a@b,c.fr",
    "x" * 250 + "@e.fr",
)


@pytest.mark.parametrize(("typed", "kept"), PHONES.items())
def test_a_number_has_one_form(typed, kept):
    assert contact.phone(typed) == kept


@pytest.mark.parametrize("typed", NOT_PHONES)
def test_what_is_no_number_is_refused_beside_its_field(typed):
    with pytest.raises(Refused) as refused:
        contact.phone(typed)
    assert refused.value.field == "phone"


def test_a_mail_keeps_its_name_and_lowers_its_domain():
    assert contact.email("  Awa@Exemple.FR ") == "Awa@exemple.fr"


@pytest.mark.parametrize("typed", NOT_MAILS)
def test_what_is_no_mail_is_refused_beside_its_field(typed):
    with pytest.raises(Refused) as refused:
        contact.email(typed)
    assert refused.value.field == "email"


def test_a_number_is_shown_as_people_read_it():
    assert contact.shown_phone("+33612345678") == "06 12 34 56 78"
    assert contact.shown_phone("+212612345678") == "+212612345678"
