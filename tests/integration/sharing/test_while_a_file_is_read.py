"""A supplier's file is read before the write turn begins: a PDF may take seconds."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from kpa_core.activities.models import Order
from kpa_core.commands import Session
from kpa_core.invoices import received
from kpa_core.sharing import cli
from kpa_core.testing.suppliers import Paper, cii


@pytest.fixture
def slow_reader(numbered, monkeypatch):
    """Make each file take as long to read as somebody else takes to write; tell whether they did.

    The somebody is given two seconds: whoever reads a file in their write turn makes them wait.
    """
    really = received.read

    def write(done: threading.Event) -> None:
        with numbered.work() as work, work.transaction():
            work.record("expense.write", "somebody else")
        done.set()

    @contextmanager
    def slow() -> Iterator[list[bool]]:
        told: list[bool] = []
        threads: list[threading.Thread] = []

        def read(*asked):
            done = threading.Event()
            threads.append(threading.Thread(target=write, args=(done,)))
            threads[-1].start()
            told.append(done.wait(2))
            return really(*asked)

        with monkeypatch.context() as planted:
            planted.setattr(received, "read", read)
            yield told
        for thread in threads:
            thread.join()

    return slow


def test_the_pages_read_it_once_and_let_others_write(numbered, slow_reader) -> None:
    browser, order_id = numbered.browser("Amina"), numbered.order()
    sent = (io.BytesIO(cii(Paper())), "facture.xml")
    with slow_reader() as others_wrote:
        shown = browser.submit(f"/commandes/{order_id}/achats/fichier", file=sent)
    assert others_wrote == [True, True]  # chosen, then shown
    with slow_reader() as others_wrote:
        done = browser.submit(shown.url, payer="carrier", in_name_of="carrier")
    assert others_wrote == [True, True]  # shown, then taken
    assert "L'achat est noté." in done.sentence()


def test_the_command_reads_each_file_and_lets_others_write(numbered, slow_reader, tmp_path) -> None:
    order_id = numbered.order()
    with numbered.work() as work:
        order = work.session.get_one(Order, order_id).reference
    files = [tmp_path / f"{number}.xml" for number in (1, 2)]
    for number, file in enumerate(files):
        file.write_bytes(cii(Paper(number=f"F-{number}")))
    session = Session(lambda: numbered.instance, lambda _work, _token: numbered.actor("Amina"))
    words = ["import", *map(str, files), "--order", order, "--yes"]
    with slow_reader() as others_wrote:
        done = CliRunner().invoke(cli.invoices, words, obj=session)
    assert done.exit_code == 0, done.output
    assert others_wrote == [True, True]
