"""Pages about the group's pots, and about what a carrier keeps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, url_for

from kpa_core.errors import N_
from kpa_core.i18n import gettext
from kpa_core.invoices.carrier import carriers
from kpa_core.pages import Pages, current_work, page, say, see
from kpa_core.sharing import accounts, advances, pots, scales
from kpa_core.sharing.tiers import read_tiers
from kpa_core.sharing.views.forms import PotForm, PutInForm, ScaleForm, TransferForm

FORM = "sharing/form.html"


def add_to(pages: Pages) -> None:
    """Add the pages of pots and fee scales."""
    _reading(pages)
    _moving(pages)
    _scales(pages)


def _reading(pages: Pages) -> None:
    @pages.get("/argent", needs="pot.read", endpoint="pots")
    def show_pots() -> Response:
        work = current_work()
        return page(
            "sharing/pots.html",
            pots=pots.pots(work),
            kinds=accounts.POTS,
            owed=advances.owed(work),
            activities=pots.activities_of(work),
        )

    @pages.get("/argent/<uuid:pot_id>", needs="pot.read")
    def pot(pot_id: UUID) -> Response:
        work = current_work()
        found = pots.find_pot(work, pot_id)
        lines = pots.history(work, pot_id)
        return page(
            "sharing/pot.html",
            pot=found,
            held=lines[0].held if lines else 0,
            kind=accounts.POTS[found.kind],
            lines=lines,
            moves=accounts.MOVES,
        )


def _moving(pages: Pages) -> None:
    @pages.form(
        "/argent/nouvelle",
        PotForm,
        needs="payment.record",
        template=FORM,
        fill=lambda: {
            "title": gettext(N_("Ouvrir une cagnotte")),
            "back": url_for("sharing.pots"),
            "choices": {"carrier_id": _carriers(), "activity_id": _activities()},
        },
    )
    def open_pot(form: PotForm) -> Response:
        pot = pots.open_pot(
            current_work(),
            form.carrier_id.data,
            form.kind.data,
            form.name.data,
            form.activity_id.data,
        )
        say(N_("La cagnotte « {name} » est ouverte."), name=pot.name)
        return see("sharing.pot", pot_id=pot.id)

    @pages.form(
        "/argent/<uuid:pot_id>/ajouter",
        PutInForm,
        needs="payment.confirm",
        template=FORM,
        fill=lambda pot_id: _about(pot_id, N_("Ajouter de l'argent : {name}")),
    )
    def put_in(form: PutInForm, pot_id: UUID) -> Response:
        pots.put_in(current_work(), pot_id, form.cents.data, form.why.data)
        say(N_("L'argent est dans la cagnotte."))
        return see("sharing.pot", pot_id=pot_id)

    @pages.form(
        "/argent/<uuid:pot_id>/deplacer",
        TransferForm,
        needs="payment.record",
        template=FORM,
        fill=lambda pot_id: {
            **_about(pot_id, N_("Passer de l'argent de « {name} » à une autre cagnotte")),
            "choices": {"to_id": _others(pot_id)},
        },
    )
    def transfer(form: TransferForm, pot_id: UUID) -> Response:
        pots.transfer(current_work(), pot_id, form.to_id.data, form.cents.data, form.why.data)
        say(N_("C'est noté."))
        return see("sharing.pot", pot_id=pot_id)


def _scales(pages: Pages) -> None:
    @pages.get("/maisons/<uuid:carrier_id>/bareme", needs="carrier.read")
    def scale(carrier_id: UUID) -> Response:
        work = current_work()
        return page(
            "sharing/scale.html",
            carrier=carriers.find_carrier(work, carrier_id),
            scales=[(one, scales.tiers_of(one)) for one in scales.scales_of(work, carrier_id)],
            today=work.today,
        )

    @pages.form(
        "/maisons/<uuid:carrier_id>/bareme/nouveau",
        ScaleForm,
        needs="carrier.write",
        template=FORM,
        fill=lambda carrier_id: {
            "title": gettext(N_("Écrire un nouveau barème")),
            "back": url_for("sharing.scale", carrier_id=carrier_id),
            "start": {"starts_on": current_work().today, "base": "margin", "period": "year"},
        },
    )
    def add_scale(form: ScaleForm, carrier_id: UUID) -> Response:
        new = scales.NewScale(
            starts_on=form.starts_on.data,
            tiers=read_tiers(form.tiers.data),
            base=form.base.data,
            period=form.period.data,
            source=form.source.data,
        )
        scales.add_scale(current_work(), carrier_id, new)
        say(N_("Le nouveau barème est noté. Les partages finis ne changent pas."))
        return see("sharing.scale", carrier_id=carrier_id)


def _about(pot_id: UUID, title: str) -> dict[str, Any]:
    pot = pots.find_pot(current_work(), pot_id)
    return {
        "title": gettext(title).format(name=pot.name),
        "back": url_for("sharing.pot", pot_id=pot_id),
    }


def _others(pot_id: UUID) -> list[tuple[UUID, str]]:
    work = current_work()
    carrier_id = pots.find_pot(work, pot_id).carrier_id
    return [
        (one.pot.id, one.pot.name)
        for one in pots.pots(work)
        if one.pot.carrier_id == carrier_id and one.pot.id != pot_id
    ]


def _carriers() -> list[tuple[UUID, str]]:
    work = current_work()
    return [(one.id, one.name) for one in work.session.scalars(carriers.visible_carriers(work))]


def _activities() -> list[tuple[UUID | str, str]]:
    none = gettext(N_("Aucune en particulier"))
    return [("", none), *((one.id, one.title) for one in pots.activities_of(current_work()))]
