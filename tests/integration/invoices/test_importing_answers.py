"""What a carrier sends back in a file: shown first, written once, whoever imports it how often."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from kpa_core.db import Base
from kpa_core.errors import Refused
from kpa_core.invoices import bills, imports
from kpa_core.invoices.carrier.models import ImportedLine
from kpa_core.invoices.imports import acts
from kpa_core.invoices.life import answers
from kpa_core.invoices.models import CarrierAnswer, Document, Payment
from kpa_core.invoices.paying import dues, payments

HEADS = (
    "Notre référence;Numéro de facture;Date de facture;Total TTC;"
    "Montant reçu;Reçu le;Référence du paiement;Renvoyé parce que"
)
NUMBERED = f"{HEADS}\r\nP-2026-0001;OPT-7;23/11/2026;660,00;;;;\r\n"
BOTH = f"{HEADS}\r\nP-2026-0001;OPT-7;23/11/2026;660,00;660,00;23/11/2026;VIR 9;\r\n"
ENDI = (
    "Enseigne;Client;Date du document;Numéro de facture;Objet;Lieu d'exécution;"
    "Identifiant externe;Montant HT;Montant TTC;Montant restant dû;HT TVA 10 %;TVA 10 %\r\n"
    "Moulins;Ville de Lille;2026-11-23;2026-11-F7;Buffet;;P-2026-0001;600.0;660.0;660.0;600.0;60.0"
    "\r\nAutre;Une autre;2026-11-23;2026-11-F8;Rien;;;1.0;1.2;0.0;1.0;0.2\r\n"
)
SAGE = (
    "Référence;Code Journal;Date de pièce;N° compte général;Mode de règlement;"
    "Numéro de compte tiers;Code taxe;Libellé d'écriture;Montant débit;Montant crédit;"
    "Type de ligne;Numéro analytique;Numéro de facture\r\n"
    "R-12;BQ;231126;41100000;virement;VLILLE;;x;;660,00;G;MOUL;OPT-7\r\n"
    "R-12;BQ;231126;41100000;virement;VLILLE;;x;;660,00;A;MOUL;OPT-7\r\n"
    "R-12;BQ;231126;51200000;virement;;;x;660,00;;G;MOUL;OPT-7\r\n"
)


def compared(house: Any, text: str | bytes, who: str = "treasurer") -> list[imports.Finding]:
    data = text if isinstance(text, bytes) else text.encode()
    with house.work(who) as work:
        return imports.compare(work, imports.read(data))


def written(house: Any, text: str, who: str = "treasurer") -> list[imports.Finding]:
    with house.work(who) as work:
        lines = imports.read(text.encode())
        found = imports.compare(work, lines)
        return imports.write(work, lines, imports.to_write(found))


def statuses(found: list[imports.Finding]) -> list[str]:
    return [one.status for one in found]


def count(house: Any, model: type[Any]) -> int:
    with house.work("kpa") as work:
        return work.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def everything(house: Any) -> dict[str, list[Any]]:
    with house.kpa.instance.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(table))))
            for table in Base.metadata.sorted_tables
            if sa.inspect(connection).has_table(table.name)
        }


def test_looking_writes_nothing(drafting_house: Any) -> None:
    drafting_house.issued()
    before = everything(drafting_house)
    assert statuses(compared(drafting_house, BOTH)) == ["new", "new"]
    assert everything(drafting_house) == before


def test_a_number_and_a_payment_are_written_once_however_often_they_come(
    drafting_house: Any,
) -> None:
    document = drafting_house.issued()
    assert statuses(written(drafting_house, BOTH)) == ["new", "new"]
    assert drafting_house.state(document.order_id) == "invoiced"
    for _ in range(3):
        assert statuses(written(drafting_house, BOTH)) == ["known", "known"]
        assert statuses(compared(drafting_house, BOTH)) == ["known", "known"]
    counted = [count(drafting_house, one) for one in (CarrierAnswer, Payment, ImportedLine)]
    assert counted == [1, 1, 1]


def test_the_same_file_twice_at_once_is_once(drafting_house: Any) -> None:
    for _ in range(4):
        drafting_house.issued()
    rows = "".join(
        f"P-2026-000{n};OPT-{n};23/11/2026;660,00;330,00;23/11/2026;V{n};\r\n" for n in range(1, 5)
    )
    text = f"{HEADS}\r\n{rows}"

    def once(_: int) -> int:
        return sum(one.status == "new" for one in written(drafting_house, text))

    with ThreadPoolExecutor(4) as pool:
        new = list(pool.map(once, range(4)))
    assert sum(new) == 8
    counted = [count(drafting_house, one) for one in (CarrierAnswer, Payment, ImportedLine)]
    assert counted == [4, 4, 4]


def test_the_carriers_own_word_confirms(drafting_house: Any) -> None:
    document = drafting_house.issued()
    written(drafting_house, BOTH)
    assert drafting_house.state(document.order_id) == "invoiced"
    # The same file, from the carrier's own person: what the treasurer noted is confirmed.
    assert statuses(written(drafting_house, BOTH, "host")) == ["known", "new"]
    assert drafting_house.state(document.order_id) == "paid"
    assert count(drafting_house, Payment) == 1


def test_money_noted_by_hand_is_recognised_and_confirmed_by_the_carriers_file(
    drafting_house: Any,
) -> None:
    document = drafting_house.issued()
    written(drafting_house, NUMBERED)
    with drafting_house.work() as work:
        payments.record_payment(work, document.id, 66_000, work.today)
    assert statuses(written(drafting_house, BOTH, "host")) == ["known", "new"]
    assert count(drafting_house, Payment) == 1
    assert drafting_house.state(document.order_id) == "paid"
    assert statuses(written(drafting_house, BOTH, "host")) == ["known", "known"]


def test_two_halves_paid_on_one_day_are_two_payments(drafting_house: Any) -> None:
    drafting_house.issued()
    half = "P-2026-0001;;;;330,00;23/11/2026;{};\r\n"
    text = NUMBERED + half.format("A") + half.format("B")
    for told in ("new", "known", "known"):
        assert statuses(written(drafting_house, text)) == [told] * 3
    assert [count(drafting_house, one) for one in (Payment, ImportedLine)] == [2, 2]
    # A line that stands twice in one file, with nothing to tell the two apart, is one line.
    again = NUMBERED + half.format("B") * 2
    assert set(statuses(written(drafting_house, again))) == {"known"}


def test_more_than_what_is_left_is_left_to_a_person(drafting_house: Any) -> None:
    drafting_house.issued()
    written(drafting_house, NUMBERED)
    found = compared(drafting_house, BOTH.replace("660,00;23/11/2026;VIR", "700,00;23/11/2026;VIR"))
    assert statuses(found) == ["known", "refused"]
    assert "note-le à la main" in str(found[1].what)


PAID = f"{HEADS}\r\n{{}};;;;200,00;23/11/2026;{{}};\r\n"


def test_one_payment_told_by_two_files_in_two_ways_is_a_question(drafting_house: Any) -> None:
    document = drafting_house.issued()
    written(drafting_house, NUMBERED)
    name = document.reference
    assert statuses(written(drafting_house, PAID.format(name, ""), "host")) == ["new"]
    for reference in ("R-12", "VIR 9"):
        told = PAID.format(name, reference)
        assert statuses(written(drafting_house, told, "host")) == ["differs"]
    assert count(drafting_house, Payment) == 1
    # A person says that it is another one: then the file tells that one.
    with drafting_house.work("host") as work:
        payments.record_payment(work, document.id, 20_000, work.today)
    assert statuses(written(drafting_house, PAID.format(name, "VIR 9"), "host")) == ["known"]
    assert count(drafting_house, Payment) == 2


def test_a_reference_written_another_way_is_the_same(drafting_house: Any) -> None:
    document = drafting_house.issued()
    written(drafting_house, NUMBERED)
    for reference, status in (("VIR 9", "new"), ("VIR9", "known"), ("vir-9", "known")):
        told = PAID.format(document.reference, reference)
        assert statuses(written(drafting_house, told, "host")) == [status]
    assert count(drafting_house, Payment) == 1


def test_money_of_the_replaced_invoice_comes_once_with_the_corrective(drafting_house: Any) -> None:
    invoice = drafting_house.invoiced()
    written(drafting_house, PAID.format(invoice.reference, "VIR 9"), "host")
    corrective = drafting_house.corrected(invoice)
    again = PAID.format(corrective.reference, "VIR 9")
    assert statuses(written(drafting_house, again, "host")) == ["known"]
    other = PAID.format(corrective.reference, "VIR 8")
    assert statuses(written(drafting_house, other, "host")) == ["differs"]
    assert count(drafting_house, Payment) == 1


def test_a_total_that_differs_waits_and_another_number_changes_nothing(drafting_house: Any) -> None:
    document = drafting_house.issued()
    wrong = NUMBERED.replace("660,00", "650,00")
    assert statuses(written(drafting_house, wrong)) == ["differs"]
    assert drafting_house.state(document.order_id) == "done"
    assert statuses(compared(drafting_house, wrong)) == ["known"]
    assert statuses(written(drafting_house, NUMBERED)) == ["new"]
    other = NUMBERED.replace("OPT-7", "OPT-8")
    assert statuses(written(drafting_house, other)) == ["differs"]
    with drafting_house.work() as work:
        assert dues.answer_of(work.session, document).number == "OPT-7"  # type: ignore[union-attr]


def test_a_return_opens_the_draft_again(drafting_house: Any) -> None:
    document = drafting_house.issued()
    text = f"{HEADS}\nP-2026-0001;;;;;;;Il manque le SIREN\n"
    assert statuses(written(drafting_house, text)) == ["new"]
    assert statuses(written(drafting_house, text)) == ["known"]
    with drafting_house.work() as work:
        assert bills.is_returned(work.session, document)


def test_the_list_that_endi_exports_is_read_as_it_is(drafting_house: Any) -> None:
    drafting_house.issued()
    found = compared(drafting_house, ENDI)
    assert [(one.line, one.status, one.name) for one in found] == [
        (2, "new", "P-2026-0001"),
        (3, "unknown", "2026-11-F8"),
    ]


def test_the_payments_that_endi_exports_are_read_once_each(drafting_house: Any) -> None:
    drafting_house.issued()
    written(drafting_house, NUMBERED)
    text = SAGE.replace("231126", "23/11/2026")
    assert statuses(written(drafting_house, text)) == ["new"]
    assert statuses(written(drafting_house, text)) == ["known"]
    with drafting_house.work() as work:
        (payment,) = work.session.scalars(sa.select(Payment))
        assert (payment.amount_cents, payment.received_on) == (66_000, date(2026, 11, 23))


def test_a_line_that_is_refused_says_why_and_the_others_go_on(drafting_house: Any) -> None:
    drafting_house.issued()
    drafting_house.issued()
    text = (
        f"{HEADS}\n"
        "P-2026-0001;OPT-1;demain;660,00;;;;\n"
        "P-2026-0002;OPT-2;23/11/2026;660,00;700,00;23/11/2026;A;\n"
        "P-2026-0009;OPT-9;23/11/2026;660,00;;;;\n"
    )
    found = compared(drafting_house, text)
    assert [(one.line, one.kind, one.status) for one in found] == [
        (2, "", "refused"),
        (3, "number", "new"),
        (3, "payment", "refused"),
        (4, "", "unknown"),
    ]
    assert "Date de facture" in str(found[0].what)
    assert "demain" in str(found[0].what)


def test_who_may_not_note_money_notes_numbers_only(drafting_house: Any) -> None:
    drafting_house.issued()
    found = compared(drafting_house, BOTH, "referent")
    assert statuses(found) == ["new", "refused"]
    assert "trésorerie" in str(found[1].what)
    assert statuses(compared(drafting_house, BOTH, "stranger")) == ["unknown"]


def test_a_line_that_went_bad_between_the_look_and_the_yes_stops_all(drafting_house: Any) -> None:
    document = drafting_house.issued()
    drafting_house.issued()
    text = NUMBERED + "P-2026-0002;OPT-8;23/11/2026;660,00;;;;\r\n"
    with drafting_house.work() as work:
        lines = imports.read(text.encode())
        chosen = imports.to_write(imports.compare(work, lines))
        answers.send_back(work, document.id, "trop tard")
        with pytest.raises(Refused, match=r"Ligne 2 : .*Rien n'est écrit"):
            imports.write(work, lines, chosen)
    assert count(drafting_house, CarrierAnswer) == 0


def test_the_page_shows_then_writes(drafting_house: Any) -> None:
    drafting_house.issued()
    with drafting_house.kpa.client_for(drafting_house.people["treasurer"]) as browser:
        assert "tableau" in browser.get("/documents").sentence()
        shown = browser.submit("/retours", file=upload(BOTH))
        assert "OPT-7" in shown.text
        assert count(drafting_house, CarrierAnswer) == 0
        content = base64.b64encode(BOTH.encode()).decode()
        fields = {"content": content, "chosen": "2:number 2:payment"}
        done = browser.submit("/retours/noter", page="/retours", **fields)
        assert "Nouveau : 2" in done.sentence()
        again = browser.submit("/retours/noter", page="/retours", **fields)
        assert "Nouveau : 0. Déjà là : 2" in again.sentence()
        assert count(drafting_house, Payment) == 1
        assert browser.submit("/retours", file=upload("rien")).status == 422


def upload(text: str) -> Any:
    from io import BytesIO

    return (BytesIO(text.encode()), "retour.csv")


def test_our_own_number_only_says_the_same(house: Any) -> None:
    house.issued()
    heads = "Numéro de facture;Date de facture;Total TTC;Notre référence"
    ours = heads + "\nKPA-2026-0001;23/11/2026;{};\n"
    assert statuses(compared(house, ours.format("660"))) == ["known"]
    assert statuses(compared(house, ours.format("661"))) == ["differs"]
    assert count(house, Document) == 2


def test_refused_lines_cost_no_more_than_others(
    drafting_house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kpa_core.invoices.imports import comparing

    tried = []

    def counted(work: Any, act: Any, told_here: Any) -> Any:
        tried.append(act)
        return acts.do(work, act, told_here)

    monkeypatch.setattr(comparing, "do", counted)
    drafting_house.issued()
    written(drafting_house, NUMBERED)
    good = "P-2026-0001;;;;1,00;23/11/2026;V{};\r\n"
    bad = "P-2026-0001;;;;9999,00;23/11/2026;X{};\r\n"
    rows = "".join(good.format(n) + bad.format(n) for n in range(30))
    tried.clear()
    found = compared(drafting_house, f"{HEADS}\r\n{rows}")
    assert statuses(found) == ["new", "refused"] * 30
    assert len(tried) == 60
    assert count(drafting_house, Payment) == 0


def test_lines_about_one_paper_are_bounded(
    drafting_house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kpa_core.invoices.imports import comparing

    monkeypatch.setattr(comparing, "MOST_OF_ONE", 2)
    drafting_house.issued()
    written(drafting_house, NUMBERED)
    rows = "".join(f"P-2026-0001;;;;1,00;23/11/2026;V{n};\r\n" for n in range(4))
    found = compared(drafting_house, f"{HEADS}\r\n{rows}")
    assert statuses(found) == ["new", "new", "refused", "refused"]
