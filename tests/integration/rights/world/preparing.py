"""What some acts need to have happened just before."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kpa_catering import orders
from kpa_catering.settings import Settings
from kpa_core.accounts import cards
from kpa_core.invoices.carrier import carriers, series
from kpa_core.invoices.life.models import ReminderSchedule
from kpa_core.invoices.models import Carrier, Document
from kpa_core.invoices.paying import payments
from kpa_core.testing.suppliers import Paper, cii
from kpa_core.work import OPERATOR
from kpa_federation.ceremonies import service as ceremonies
from kpa_federation.own import leaving
from kpa_federation.records.models import DraftFileRow, DraftRow
from kpa_federation.trust import advising
from kpa_federation.trust import service as weighing
from world import network
from world.network import ADDRESS as ADDRESS
from world.network import GUARDIANS as GUARDIANS
from world.network import PICTURE, SHEETS

if TYPE_CHECKING:
    from world.build import World


def a_menu_chosen(world: World) -> None:
    """The order has a menu, so that there is something to buy."""
    with world.work() as work:
        orders.choose(work, world.a.ids["order_id"], world.a.ids["menu_id"], 1500, Settings())


def a_card_that_waits(world: World) -> None:
    """The referent makes a card for the participant, who also helps the treasury of B."""
    from kpa_core.members import roles

    person = world.a.ids["person_id"]
    with world.work() as work:
        roles.give_role(
            work, person, "treasurer", starts_on=work.today, activity_id=world.b.activity
        )
    with world.work("referent_a") as work:
        cards.issue(work, person)


def a_carrier_without_series(world: World) -> None:
    """The carrier of A lets us number, and has closed its series."""
    with world.work("host_a") as work:
        carrier = work.session.get_one(Carrier, world.a.carrier)
        carriers.change_carrier(work, carrier.id, carrier.version, {"mode": "delegated_series"})
        series.close_series(work, world.a.ids["series_id"])


def an_overdue_invoice(world: World) -> None:
    """The carrier of A reminds two months before the due day: today is late enough."""
    with world.work("host_a") as work, work.transaction() as session:
        session.add(ReminderSchedule(carrier_id=world.a.carrier, days=[-60]))


def money_in_excess(world: World) -> None:
    """The customer of A paid more than was asked."""
    with world.work("host_a") as work:
        document_id = world.a.ids["document_id"]
        payments.record_payment(work, document_id, 10**8, work.today, more_is_right=True)


def a_record_without_its_draft(world: World) -> None:
    """The server was lost, and what was published came home without the drafts."""
    draft = world.a.more["draft_id:published"]
    with world.kpa.instance.engine.begin() as connection:
        connection.execute(sa.delete(DraftFileRow).where(DraftFileRow.draft_id == draft))
        connection.execute(sa.delete(DraftRow).where(DraftRow.id == draft))


def a_supplier_file(_world: World) -> tuple[io.BytesIO, str]:
    """Return a supplier's invoice nobody has taken, and its name."""
    return io.BytesIO(cii(Paper(number="F-new"))), "facture.xml"


def a_picture(world: World) -> tuple[str, str]:
    """Return a picture's path, and its name."""
    return str(world.kpa.instance.settings.root / PICTURE), PICTURE


def an_invitation(world: World) -> None:
    """The neighbour invites; its link is the text ``invitation``."""
    world.texts["invitation"] = network.invited(world)


def no_ceremony(world: World) -> None:
    """The ceremony under way is stopped."""
    with world.kpa.work(OPERATOR) as work:
        ceremonies.stop(work)


def ready_guardians(world: World) -> None:
    """All guardians gave their line, and did the drill."""
    with world.kpa.work(OPERATOR) as work:
        ceremonies.promise(work, GUARDIANS[2], SHEETS[2].line)
    for nth in (1, 2):
        network.drill(world, nth)


def asked_guardians(world: World) -> None:
    """The first guardians can be written in the log."""
    ready_guardians(world)
    with world.kpa.work(OPERATOR) as work:
        ceremonies.ask(work)


def guardians(world: World) -> None:
    """The log has its guardians."""
    asked_guardians(world)
    with world.kpa.work(OPERATOR) as work:
        ceremonies.write(work)


def an_asked_rotation(world: World) -> None:
    """The guardians are asked for another key."""
    guardians(world)
    with world.kpa.work(OPERATOR) as work:
        ceremonies.begin(work, "rotation")
    with world.kpa.work(OPERATOR) as work:
        ceremonies.ask(work)


def a_line(_world: World) -> str:
    """Return the line of the guardian who gave none."""
    return SHEETS[2].line


def a_drill(world: World) -> str:
    """Return the answer of the guardian who did no drill."""
    return network.drilled(world, 1)


def an_answer(world: World) -> str:
    """Return the answer of a guardian to the request under way."""
    return network.signed(world, 0)


def a_key(world: World) -> tuple[str, str]:
    """Return the file that the neighbour wrote on a USB key, and its name."""
    return str(network.brought(world)), "kpa.kpa"


def outside(world: World) -> None:
    """The KPA left the network."""
    with world.kpa.work(OPERATOR) as work:
        leaving.leave(work)


def their_record(world: World) -> str:
    """Return the name of a record of the neighbour's."""
    return world.texts["their record"]


def a_vouch(world: World) -> None:
    """The neighbour is recommended."""
    with world.kpa.work(OPERATOR) as work:
        weighing.vouch(work, world.texts["their origin"])


def a_warning(world: World) -> None:
    """A record of the neighbour's is on the list of warnings."""
    with world.kpa.work(OPERATOR) as work:
        advising.advise(work, their_record(world), "warn", "wrong")


def a_carriers_file(world: World) -> tuple[str, str]:
    """Return the path of a file the carrier of A sends back, and its name."""
    path = world.database.parent / "returned.csv"
    path.write_bytes(_returned(world))
    return str(path), path.name


def returned(world: World) -> str:
    """Return the same file as a page carries it to its yes."""
    return base64.b64encode(_returned(world)).decode("ascii")


def _returned(world: World) -> bytes:
    with world.work() as work:
        handed = work.session.get_one(Document, world.a.more["document_id:handover"])
    total = f"{handed.to_pay_cents // 100},{handed.to_pay_cents % 100:02}"
    heads = "Notre référence;Numéro de facture;Date de facture;Total TTC"
    return f"{heads}\n{handed.reference};OPT-1;{handed.issued_on};{total}\n".encode()
