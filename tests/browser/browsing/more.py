"""What the demo's story leaves out, through forms: so that every page has something to show."""

from __future__ import annotations

import io
from datetime import date

from PIL import Image

from kpa_core import jobs
from kpa_core.demo import buffet, cast, tshirts
from kpa_core.demo.buffet import HOST, REFERENT, TREASURER
from kpa_core.demo.opening import ANIMATOR, BUFFETS
from kpa_core.demo.stage import Stage
from kpa_core.testing.suppliers import Paper, cii
from kpa_core.work import OPERATOR

MINOR = "Yanis"


def photo(kind: str = "JPEG") -> bytes:
    """Return a small picture."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, kind)
    return out.getvalue()


def tell_more(stage: Stage) -> str:
    """Tell it; return the second order's id."""
    next_order = quote_again(stage)
    buy_with_a_photo(stage, next_order)
    take_suppliers_files(stage, next_order)
    hand_over_again(stage)
    tshirts.tell(stage)  # its invoice is our own
    gather_people(stage)
    prepare_contracts(stage)
    stage.do(
        REFERENT,
        f"/activites/{stage.ids[BUFFETS]}/compteurs/nouveau",
        name="Repas servis",
        unit="repas",
    )
    stage.do(TREASURER, "/demandes-de-paie/preparer", page="/demandes-de-paie")
    with stage.instance.work(OPERATOR) as work, work.transaction():
        work.ask("cape.remind", {})  # of a contract that ends: a letter to hand over
    jobs.run_due(stage.instance)
    return next_order


def quote_again(stage: Stage) -> str:
    """A second request: its quote waits for an answer, its tasks for people."""
    order_id = buffet.ask(stage, buffet.NEXT)
    buffet.price(stage, buffet.NEXT, order_id)
    order = f"/commandes/{order_id}"
    stage.do(REFERENT, f"{order}/devis", page=f"{order}/papier")
    stage.ids["quote"] = stage.see(REFERENT, order).ids("/documents/")[0]
    stage.do(
        REFERENT,
        f"{order}/taches/nouvelle",
        title="Éplucher les légumes",
        day=stage.day(buffet.NEXT.days_from_now),
        starts_at="09:00",
        ends_at="12:30",
        place="Cuisine du centre social",
        people_needed="3",
        paid="y",
    )
    task_id = max(stage.see(REFERENT, order).ids("/taches/"))
    stage.do("Rosa", f"/taches/{task_id}/reponse", page=f"/taches/{task_id}", answer="maybe")
    buffet.ask(stage, buffet.NEXT)  # and a third, not priced yet
    return order_id


def hand_over_again(stage: Stage) -> None:
    """A buffet that is not paid, and one whose number the carrier still has to give, by a link."""
    late, waits = (_hand_over(stage) for _ in range(2))
    stage.do(
        HOST,
        f"/documents/{late}/numero",
        number="OPT-2026-119",
        issued_on=stage.day(),
        gross_cents=buffet.W1.gross,
    )
    page = f"/documents/{waits}"
    stage.do(HOST, f"{page}/lien", page=page)
    stage.ids.update(late=late, waits=waits)


def _hand_over(stage: Stage) -> str:
    order_id = buffet.ask(stage)
    order = f"/commandes/{order_id}"
    buffet.price(stage, buffet.W1, order_id)
    buffet.quote(stage, order_id)
    stage.do(REFERENT, f"{order}/etape", page=order, state="done")
    known = stage.see(TREASURER, order).ids("/documents/")
    stage.do(TREASURER, f"{order}/facture", page=f"{order}/papier")
    return next(one for one in stage.see(TREASURER, order).ids("/documents/") if one not in known)


def buy_with_a_photo(stage: Stage, order_id: str) -> None:
    """A receipt with its picture."""
    stage.do(
        REFERENT,
        f"/commandes/{order_id}/achats/nouveau",
        supplier="Boulangerie du quartier",
        what="Pain",
        total="12,66",
        vat="0,66",
        day=stage.day(),
        payer="carrier",
        in_name_of="carrier",
        photo=(io.BytesIO(photo()), "ticket.jpg"),
    )


def take_suppliers_files(stage: Stage, order_id: str) -> None:
    """A supplier's file that a credit note takes back, and one that waits for a yes."""
    bought = Paper(day=stage.day())
    credit = bought.but(type_code="381", number="A-2026-9", corrects=bought.number)
    for paper in (bought, credit):
        shown = _choose_file(stage, order_id, paper)
        answers = {"payer": "carrier", "in_name_of": "carrier"} if paper is bought else {}
        stage.do(REFERENT, shown, page=shown, **answers, accept="y")
    _choose_file(stage, order_id, bought.but(number="F-2026-119"))


def _choose_file(stage: Stage, order_id: str, paper: Paper) -> str:
    file = (io.BytesIO(cii(paper)), "facture.xml")
    return stage.do(REFERENT, f"/commandes/{order_id}/achats/fichier", file=file).url


def gather_people(stage: Stage) -> None:
    """A group with somebody in it."""
    shown = stage.do(ANIMATOR, "/groupes/nouveau", name="Hiver", starts_on=stage.day())
    cohort = f"/groupes/{shown.id_in_url()}"
    stage.do(ANIMATOR, f"{cohort}/personne", person_id=stage.ids["Samir"])


def prepare_contracts(stage: Stage) -> None:
    """A minor's contract waits for a parent; the carrier's person has one that ends soon."""
    _draft(stage, MINOR, stage.today)
    contract = _draft(stage, HOST, stage.today, days=30)
    paper = (io.BytesIO(photo()), "contrat.jpg")
    stage.do(ANIMATOR, f"{contract}/signer", signed_on=stage.day(), paper=paper)
    stage.do(ANIMATOR, f"{contract}/assurer", insured_from=stage.day())


def _draft(stage: Stage, name: str, starts_on: date, days: int = 300) -> str:
    shown = stage.do(
        ANIMATOR,
        "/contrats/nouveau",
        person_id=stage.ids[name],
        kind="cape",
        carrier_id=stage.ids[cast.CARRIER.name],
        starts_on=starts_on.isoformat(),
        ends_on=stage.day(days),
    )
    contract = f"/contrats/{shown.id_in_url()}"
    stage.do(
        ANIMATOR, f"{contract}/reponse", page=contract, question="full_time_employee", answer="no"
    )
    return contract
