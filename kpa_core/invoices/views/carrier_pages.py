"""Pages about the bodies that invoice: who they are, what papers say of them, their series."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, url_for

from kpa_core import clock
from kpa_core.errors import N_
from kpa_core.i18n import gettext
from kpa_core.invoices.carrier import carriers, series
from kpa_core.invoices.carrier.identity import LABELS, REGIMES, regime_of
from kpa_core.invoices.models import Series
from kpa_core.invoices.views.forms import (
    Identity,
    IdentityForm,
    NewCarrierForm,
    SeriesForm,
    Terms,
    TermsForm,
)
from kpa_core.pages import Pages, current_work, page, say, see

FORM = "invoices/form.html"


def add_to(pages: Pages) -> None:
    """Add the pages about carriers."""
    _reading(pages)
    _writing(pages)
    _series(pages)


def _reading(pages: Pages) -> None:
    @pages.get("/maisons", needs="carrier.read", endpoint="carriers")
    def show_carriers() -> Response:
        work = current_work()
        found = list(work.session.scalars(carriers.visible_carriers(work)))
        return page("invoices/carriers.html", found=found, modes=carriers.MODE_LABELS)

    @pages.get("/maisons/<uuid:carrier_id>", needs="carrier.read")
    def carrier(carrier_id: UUID) -> Response:
        work = current_work()
        found = carriers.find_carrier(work, carrier_id)
        said = carriers.identity_on(work.session, found, clock.today(found.timezone))
        return page(
            "invoices/carrier.html",
            carrier=found,
            mode=carriers.MODE_LABELS[found.mode],
            said=said,
            labels=LABELS,
            regimes=REGIMES,
            series=series.series_of(work.session, found),
        )


def _writing(pages: Pages) -> None:
    @pages.form(
        "/maisons/nouvelle",
        NewCarrierForm,
        needs="carrier.add",
        template=FORM,
        fill=lambda: {
            "title": gettext(N_("Une maison qui facture")),
            "back": url_for("invoices.carriers"),
            "start": {"mode": "draft_for_carrier"},
        },
    )
    def add_carrier(form: NewCarrierForm) -> Response:
        new = carriers.NewCarrier(
            name=form.name.data, identity=_identity(form, form.name.data), **_terms(form)
        )
        found = carriers.add_carrier(current_work(), new, source=form.source.data or "")
        say(N_("{name} est notée."), name=found.name)
        return see("invoices.carrier", carrier_id=found.id)

    @pages.form(
        "/maisons/<uuid:carrier_id>/changer",
        TermsForm,
        needs="carrier.write",
        template=FORM,
        fill=lambda carrier_id: _about(carrier_id, N_("Comment on facture avec elle")),
    )
    def change_carrier(form: TermsForm, carrier_id: UUID) -> Response:
        version = int(form.version.data or 0)
        changes = {**_terms(form), "ends_on": form.ends_on.data}
        carriers.change_carrier(current_work(), carrier_id, version, changes)
        say(N_("C'est noté."))
        return see("invoices.carrier", carrier_id=carrier_id)

    @pages.form(
        "/maisons/<uuid:carrier_id>/identite",
        IdentityForm,
        needs="carrier.write",
        template=FORM,
        fill=_said,
    )
    def change_identity(form: IdentityForm, carrier_id: UUID) -> Response:
        carriers.set_identity(
            current_work(),
            carrier_id,
            _identity(form, form.name.data),
            starts_on=form.starts_on.data,
            source=form.source.data or "",
        )
        say(N_("C'est noté. Les papiers d'avant ne changent pas."))
        return see("invoices.carrier", carrier_id=carrier_id)


def _series(pages: Pages) -> None:
    @pages.form(
        "/maisons/<uuid:carrier_id>/serie",
        SeriesForm,
        needs="carrier.write",
        template=FORM,
        fill=lambda carrier_id: _about(carrier_id, N_("Une série de numéros")),
    )
    def grant_series(form: SeriesForm, carrier_id: UUID) -> Response:
        row = series.grant_series(
            current_work(),
            carrier_id,
            code=form.code.data,
            pattern=form.pattern.data,
            yearly=form.yearly.data,
            source=form.source.data,
        )
        say(N_("La série {code} est ouverte."), code=row.code)
        return see("invoices.carrier", carrier_id=carrier_id)

    @pages.post("/maisons/series/<uuid:series_id>/fermer", needs="carrier.write")
    def close_series(series_id: UUID) -> Response:
        row: Series = series.close_series(current_work(), series_id)
        say(N_("La série {code} est fermée. Ses factures restent."), code=row.code)
        return see("invoices.carrier", carrier_id=row.carrier_id)


def _about(carrier_id: UUID, title: str) -> dict[str, Any]:
    found = carriers.find_carrier(current_work(), carrier_id, "carrier.write")
    return {
        "title": gettext(title),
        "aside": found.name,
        "back": url_for("invoices.carrier", carrier_id=carrier_id),
        "start": found,
    }


def _said(carrier_id: UUID) -> dict[str, Any]:
    work = current_work()
    found = carriers.find_carrier(work, carrier_id, "carrier.write")
    today = clock.today(found.timezone)
    row = carriers.identity_on(work.session, found, today)
    known = dict(row.identity) if row else {"name": found.name}
    start: dict[str, Any] = {
        **known,
        "address": "\n".join(known.get("address", ())),
        "starts_on": today,
    }
    if row:
        start["vat_regime"] = regime_of(known)
    return {**_about(carrier_id, N_("Ce que disent nos papiers")), "start": start}


def _identity(form: Identity, name: str) -> dict[str, Any]:
    names = [one for one in LABELS if one in form and one != "name"]
    return {"name": name, **{one: form[one].data or None for one in names}}


def _terms(form: Terms) -> dict[str, Any]:
    texts = ("analytic_code", "late_penalty", "paid_when", "ask_whom", "email")
    return {
        "mode": form.mode.data,
        "payment_days": form.payment_days.data,
        "quote_days": form.quote_days.data,
        "emits_from": form.emits_from.data,
        **{name: form[name].data or "" for name in texts},
    }
