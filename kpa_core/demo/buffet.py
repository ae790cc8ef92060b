"""The main job as a story: a town hall asks for a buffet for 40, and the money is shared.

W1 of the design: 15.00 € a guest. The same story at 16.00 € is W1b.
"""

from __future__ import annotations

from dataclasses import dataclass

from kpa_core.demo import cast
from kpa_core.demo.opening import ANIMATOR, BUFFETS
from kpa_core.demo.stage import Stage

REFERENT, TREASURER, HOST = "Amina", "Fatou", "Claire"
COOKS = ("Amina", "Fatou", "Leïla", "Rosa")
RIDERS = ("Samir", "Inès")
SHARERS = COOKS + RIDERS


@dataclass(frozen=True)
class Buffet:
    """What varies between tellings; ``gross`` is what the customer owes, as people write it."""

    price: str = "15,00"
    gross: str = "660,00"
    guests: int = 40
    days_from_now: int = 0


W1 = Buffet()
W1B = Buffet(price="16,00", gross="704,00")
NEXT = Buffet(guests=60, days_from_now=21)


def tell(stage: Stage, buffet: Buffet = W1) -> str:
    """Tell it from the request to the closed share-out; return the order's id."""
    order_id = ask(stage, buffet)
    price(stage, buffet, order_id)
    quote(stage, order_id)
    plan(stage, buffet, order_id)
    work(stage, order_id)
    buy(stage, order_id)
    bill(stage, buffet, order_id)
    collect(stage, buffet, order_id)
    share(stage, order_id)
    return order_id


def ask(stage: Stage, buffet: Buffet = W1) -> str:
    """The town hall fills the public form; a member completes its address, or knows it already."""
    stage.do(
        "",
        "/demande",
        offer_id=_offer(stage),
        wishes="Halal et végétarien, sans porc.",
        guests=str(buffet.guests),
        day=stage.day(buffet.days_from_now),
        place="Salle des fêtes",
        kind=cast.TOWN_HALL["kind"],
        name=cast.TOWN_HALL["name"],
        contact_name=cast.TOWN_HALL["contact_name"],
        email=cast.TOWN_HALL["email"],
    )
    order_id = max(stage.see(REFERENT, "/commandes").ids("/commandes/"))
    _write_the_customer(stage, f"/commandes/{order_id}")
    return order_id


def price(stage: Stage, buffet: Buffet, order_id: str) -> None:
    """A member opens the menu, scales it, and two people say yes to the price."""
    menu_id = _menu(stage)
    reason = "Pour un premier client." if buffet is W1 else ""
    stage.do(
        REFERENT,
        f"/catering/commandes/{order_id}/menu",
        menu_id=menu_id,
        price=buffet.price,
        reason=reason,
    )
    order = f"/commandes/{order_id}"
    stage.do(REFERENT, f"{order}/prix", page=order)
    for name in ("Leïla", "Rosa"):
        stage.do(name, f"{order}/accord", page=order)


def quote(stage: Stage, order_id: str) -> None:
    """The quote leaves; the town hall's yes is written with the name of who said it."""
    order = f"/commandes/{order_id}"
    stage.do(REFERENT, f"{order}/devis", page=f"{order}/papier")
    quote_id = stage.see(REFERENT, order).ids("/documents/")[0]
    stage.do(
        REFERENT,
        f"/documents/{quote_id}/reponse",
        answer="accepted",
        name=cast.TOWN_HALL["contact_name"],
    )


def plan(stage: Stage, buffet: Buffet, order_id: str) -> None:
    """Two tasks; everyone answers in one tap; only people with a green light are assigned."""
    tasks = (
        ("Cuisiner", "08:00", "14:00", COOKS),
        ("Livrer et servir", "14:00", "17:00", RIDERS),
    )
    for title, start, end, people in tasks:
        stage.do(
            REFERENT,
            f"/commandes/{order_id}/taches/nouvelle",
            title=title,
            day=stage.day(buffet.days_from_now),
            starts_at=start,
            ends_at=end,
            place="Cuisine du centre social",
            people_needed=str(len(people)),
            paid="y",
        )
        task_id = max(stage.see(REFERENT, f"/commandes/{order_id}").ids("/taches/"))
        task = f"/taches/{task_id}"
        stage.ids[title] = task_id
        for name in people:
            stage.do(name, f"{task}/reponse", page=task, answer="coming", back="task")
            stage.do(REFERENT, f"{task}/confier", page=task, person_id=stage.ids[name])


def work(stage: Stage, order_id: str) -> None:
    """The day comes: hours are written for each task, then the work is done."""
    for title, minutes, people in (("Cuisiner", "6h", COOKS), ("Livrer et servir", "3h", RIDERS)):
        task = f"/taches/{stage.ids[title]}"
        stage.do(
            REFERENT,
            f"{task}/heures",
            people=[stage.ids[name] for name in people],
            minutes=minutes,
        )
    order = f"/commandes/{order_id}"
    stage.do(REFERENT, f"{order}/etape", page=order, state="done")


def buy(stage: Stage, order_id: str) -> None:
    """Two receipts, 198.00 € in all without VAT; Rosa paid one of them."""
    receipts = (
        ("Primeur du marché", "Légumes et fruits", "126,60", "6,60", "carrier", "carrier"),
        ("Épicerie solidaire", "Semoule, épices, volaille", "82,29", "4,29", "Rosa", "carrier"),
    )
    for supplier, what, total, vat, payer, name in receipts:
        stage.do(
            REFERENT,
            f"/commandes/{order_id}/achats/nouveau",
            supplier=supplier,
            what=what,
            total=total,
            vat=vat,
            day=stage.day(),
            payer="carrier" if payer == "carrier" else f"member:{stage.ids[payer]}",
            in_name_of=name,
        )


def bill(stage: Stage, buffet: Buffet, order_id: str) -> None:
    """The treasurer issues or hands over; when the carrier numbers, its number comes back."""
    order = f"/commandes/{order_id}"
    known = stage.see(TREASURER, order).ids("/documents/")
    stage.do(TREASURER, f"{order}/facture", page=f"{order}/papier")
    found = stage.see(TREASURER, order).ids("/documents/")
    document_id = next(one for one in found if one not in known)
    stage.ids["bill"] = document_id
    if f"/documents/{document_id}/numero" in stage.see(HOST, f"/documents/{document_id}").text:
        stage.do(
            HOST,
            f"/documents/{document_id}/numero",
            number="OPT-2026-118",
            issued_on=stage.day(),
            gross_cents=buffet.gross,
        )


def collect(stage: Stage, buffet: Buffet, order_id: str) -> None:
    """The carrier says the money is in its bank."""
    stage.do(
        HOST,
        f"/documents/{stage.ids['bill']}/paiement",
        way="in",
        amount=buffet.gross,
        received_on=stage.day(),
        method="transfer",
    )


def share(stage: Stage, order_id: str) -> None:
    """The treasurer proposes, everyone answers, another person closes."""
    proposed = stage.do(TREASURER, f"/commandes/{order_id}/partage/proposer")
    del proposed
    page = f"/commandes/{order_id}/partage"
    for name in SHARERS:
        shown = stage.see(name, page)
        for allocation_id in shown.ids("/parts/", "/repondre"):
            stage.do(name, f"/parts/{allocation_id}/repondre", page=page, answer="agreed")
    share_out_id = stage.see(ANIMATOR, page).ids("/partages/")[0]
    stage.do(ANIMATOR, f"/partages/{share_out_id}/valider")


def _offer(stage: Stage) -> str:
    return stage.see("", "/offres").id_of_link("Buffet oriental")


def _write_the_customer(stage: Stage, order: str) -> None:
    name = cast.TOWN_HALL["name"]
    if name in stage.ids:
        stage.do(REFERENT, f"{order}/client", page=order, customer_id=stage.ids[name])
        return
    stage.ids[name] = customer_id = stage.see(REFERENT, order).ids("/clients/")[0]
    stage.do(REFERENT, f"/clients/{customer_id}/changer", **cast.TOWN_HALL)


def _menu(stage: Stage) -> str:
    known = stage.see(REFERENT, "/catering/menus").ids("/catering/menus/")
    if known:
        return known[0]
    shown = stage.do(
        REFERENT, "/catering/importer", source="example", activity_id=stage.ids[BUFFETS]
    )
    return shown.id_in_url()
