"""A second job, for a second carrier: forty printed T-shirts, invoiced by us in its series.

The carrier lent La Cape a series of numbers, and takes another share than the first one.
"""

from __future__ import annotations

from kpa_core.demo import cast
from kpa_core.demo.opening import ANIMATOR, name_crew
from kpa_core.demo.stage import Stage

REFERENT, TREASURER, HOST = "Amina", "Fatou", "Claire"
PRINTERS = ("Samir", "Inès")
GROSS = "576,00"
SCREENS = cast.ACTIVITIES[2].title


def tell(stage: Stage) -> str:
    """Tell it from the order to the closed share-out; return the order's id."""
    name_crew(stage, SCREENS, cast.Crew(REFERENT, PRINTERS, TREASURER))
    order_id = _order(stage)
    order = f"/commandes/{order_id}"
    for name in (REFERENT, PRINTERS[0]):
        stage.do(name, f"{order}/accord", page=order)
    stage.do(REFERENT, f"{order}/devis", page=f"{order}/papier")
    quote_id = stage.see(REFERENT, order).ids("/documents/")[0]
    stage.do(REFERENT, f"/documents/{quote_id}/reponse", answer="accepted", name="Mme Leroy")
    people = [stage.ids[name] for name in PRINTERS]
    stage.do(REFERENT, f"{order}/heures", people=people, minutes="5h", day=stage.day(), kind="sale")
    stage.do(REFERENT, f"{order}/etape", page=order, state="done")
    stage.do(TREASURER, f"{order}/facture", page=f"{order}/papier")
    known = stage.see(TREASURER, order).ids("/documents/")
    invoice_id = next(one for one in known if one != quote_id)
    stage.do(
        HOST,
        f"/documents/{invoice_id}/paiement",
        way="in",
        amount=GROSS,
        received_on=stage.day(),
        method="transfer",
    )
    _share(stage, order)
    return order_id


def _order(stage: Stage) -> str:
    shown = stage.do(REFERENT, "/clients/nouveau", **cast.SCHOOL)
    customer_id = shown.id_in_url()
    shown = stage.do(
        REFERENT,
        "/commandes/nouvelle",
        activity_id=stage.ids[SCREENS],
        customer_id=customer_id,
        title="Quarante tee-shirts pour la fête de l'école",
        day=stage.day(),
    )
    order_id = shown.id_in_url()
    stage.do(
        REFERENT,
        f"/commandes/{order_id}/lignes/nouvelle",
        label="Tee-shirt imprimé",
        quantity="40",
        unit="pièce",
        unit_price_cents="12,00",
        price_basis="net",
        vat_rate_bp="20",
        nature="goods",
        planned_cost_cents="0",
    )
    return order_id


def _share(stage: Stage, order: str) -> None:
    page = f"{order}/partage"
    stage.do(TREASURER, f"{page}/proposer", confirm_no_expenses="y")
    for name in PRINTERS:
        for allocation_id in stage.see(name, page).ids("/parts/", "/repondre"):
            stage.do(name, f"/parts/{allocation_id}/repondre", page=page, answer="agreed")
    share_out_id = stage.see(ANIMATOR, page).ids("/partages/")[0]
    stage.do(ANIMATOR, f"/partages/{share_out_id}/valider")
