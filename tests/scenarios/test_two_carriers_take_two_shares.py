"""Two carriers with two scales, in one KPA: a buffet handed over, T-shirts invoiced by us."""

from __future__ import annotations

import zipfile
from io import BytesIO
from uuid import UUID

import sqlalchemy as sa

from kpa_core.demo import buffet, cast, tshirts
from kpa_core.invoices import documents
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.exports import month_file, months
from kpa_core.invoices.models import Document
from kpa_core.invoices.paper.mentions import MANDATE_SUBJECT
from kpa_core.sharing.models import ShareOut
from kpa_core.work import KPA


def test_each_carrier_takes_its_own_share_and_gets_its_own_month(opened) -> None:
    stage = opened("draft_for_carrier")
    first, second = UUID(buffet.tell(stage)), UUID(tshirts.tell(stage))

    with stage.instance.work(KPA) as work:
        session = work.session
        fees = {
            order: session.scalar(sa.select(ShareOut.fee_cents).where(ShareOut.order_id == order))
            for order in (first, second)
        }
        assert fees == {first: 46_23, second: 38_40}
        invoice = session.scalars(sa.select(Document).where(Document.number.is_not(None))).one()
        assert invoice.number.startswith("CAPE-")
        notes = {one.subject: one.text for one in documents.snapshot_of(invoice).notes}
        maker, seller = cast.KPA_NAME, cast.COUVEUSE.name
        assert (
            notes[MANDATE_SUBJECT]
            == f"Facture établie par {maker} au nom et pour le compte de {seller}."
        )
        month = months.month_of(f"{invoice.issued_on:%Y-%m}")
        for facts, ending in (
            (cast.CARRIER, f"MOULINS-{month.name}-a-recopier.html"),
            (cast.COUVEUSE, f"CAPE-{invoice.number}.pdf"),
        ):
            file = BytesIO()
            month_file.write_month(work, carriers.carrier_named(work, facts.name), month, file)
            names = [one.split("/")[1] for one in zipfile.ZipFile(file).namelist()]
            assert ending in names
            code = facts.analytic_code
            assert all(one.startswith(code) or one == "index.html" for one in names)


def test_two_people_of_its_own_structure_say_yes_and_the_quote_leaves(opened) -> None:
    stage = opened("draft_for_carrier")
    for title, crew in cast.CREWS.items():
        shown = stage.do(
            crew.referent,
            "/commandes/nouvelle",
            activity_id=stage.ids[title],
            title="Un banc",
            day=stage.day(),
            **ordered_by(stage, crew.referent),
        )
        order = f"/commandes/{shown.id_in_url()}"
        stage.do(
            crew.referent,
            f"{order}/lignes/nouvelle",
            label="Banc",
            quantity="1",
            unit="pièce",
            unit_price_cents="140,00",
            price_basis="net",
            vat_rate_bp="20",
            nature="goods",
            planned_cost_cents="0",
        )
        for name in (crew.referent, crew.participants[0]):
            stage.do(name, f"{order}/accord", page=order)
        stage.do(crew.referent, f"{order}/devis", page=f"{order}/papier")
        assert stage.see(crew.treasurer, order).ids("/documents/")


def ordered_by(stage, who: str) -> dict[str, str]:
    if "school" not in stage.ids:
        stage.ids["school"] = stage.do(who, "/clients/nouveau", **cast.SCHOOL).id_in_url()
    return {"customer_id": stage.ids["school"]}
