"""Pages about the group's rules: what holds today, since when, who decided, how to change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, url_for

from kpa_core.errors import N_
from kpa_core.i18n import gettext
from kpa_core.pages import Pages, current_work, page, say, see
from kpa_core.pages.forms import Form
from kpa_core.sharing import group_rules, pots, share_rules
from kpa_core.sharing.views.forms import (
    ApprovalsForm,
    CommonPotForm,
    CutOffForm,
    IssuersForm,
    SecondPersonForm,
    ShareRuleForm,
)

FORM = "sharing/form.html"


@dataclass(frozen=True)
class RulePage:
    """The form of one rule of the charter, at its own address."""

    key: str
    address: str
    form: type[Form]


PAGES = (
    RulePage("quote.approvals", "devis", ApprovalsForm),
    RulePage("invoice.issuers", "factures", IssuersForm),
    RulePage("pot.common", "cagnotte", CommonPotForm),
    RulePage("share.second_person", "validation", SecondPersonForm),
    RulePage("pay.cut_off_day", "paie", CutOffForm),
)


def add_to(pages: Pages) -> None:
    """Add the pages of rules."""

    @pages.get("/regles", needs="charter.read", endpoint="rules")
    def show_rules() -> Response:
        work = current_work()
        addresses = {one.key: one.address for one in PAGES}
        rules = [
            (rule, f"/regles/{addresses[rule.key]}" if rule.key in addresses else "/regles/partage")
            for rule in group_rules.rules(work)
        ]
        return page("sharing/rules.html", rules=rules, versions=share_rules.versions(work))

    @pages.form(
        "/regles/partage",
        ShareRuleForm,
        needs="charter.write",
        template=FORM,
        fill=_share_rule,
    )
    def choose_share_rule(form: ShareRuleForm) -> Response:
        share_rules.choose(
            current_work(),
            form.key.data,
            starts_on=form.starts_on.data,
            voted=form.source.data,
            activity_id=form.activity_id.data,
        )
        say(N_("La règle est changée. Les partages finis ne changent pas."))
        return see("sharing.rules")

    for one in PAGES:
        _add(pages, one)


def _add(pages: Pages, one: RulePage) -> None:
    def change(form: Form) -> Response:
        value = {name: form[name].data for name in group_rules.fields_of(one.key)}
        group_rules.change(
            current_work(),
            one.key,
            value,
            starts_on=form["starts_on"].data,
            source=form["source"].data,
        )
        say(N_("La règle est changée. Les partages finis ne changent pas."))
        return see("sharing.rules")

    def fill() -> dict[str, Any]:
        work = current_work()
        rule = group_rules.rule(work, one.key)
        return {
            "title": gettext(rule.sentence),
            "back": url_for("sharing.rules"),
            "start": {**rule.value, "starts_on": group_rules.first_day(work, one.key)},
        }

    pages.form(
        f"/regles/{one.address}",
        one.form,
        needs="charter.write",
        template=FORM,
        fill=fill,
        endpoint=f"change_{one.key.replace('.', '_')}",
    )(change)


def _share_rule() -> dict[str, Any]:
    work = current_work()
    activities = [(one.id, one.title) for one in pots.activities_of(work)]
    return {
        "title": gettext(N_("Comment on calcule les parts")),
        "back": url_for("sharing.rules"),
        "choices": {"activity_id": [("", gettext(N_("Toutes les activités"))), *activities]},
        "start": {"key": "hours", "starts_on": share_rules.first_day(work)},
    }
