"""A thousand files of suppliers: read, then taken; beside the bare parser and the field's library.

The bare side parses the same XML with lxml and looks at nothing; the library, factur-x, reads all
its terms. What is taken is written: an expense, its paper, its lines, the file, the log.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import facturx
import sqlalchemy as sa
from lxml import etree

from kpa_core.activities import activities, asking, customers
from kpa_core.demo import cast
from kpa_core.errors import KpaError
from kpa_core.features import open_instance
from kpa_core.instance import Instance
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.received import PdfReader, read
from kpa_core.scaffold.newborn import Birth, make_instance
from kpa_core.sharing import receiving
from kpa_core.sharing.models import Expense
from kpa_core.sharing.receiving import Answers
from kpa_core.testing.suppliers import Paper, Sold, cii, pdf, ubl
from kpa_core.work import KPA

FILES = 1_000
LINES = 10
MOST_MIB = 64
LIBRARY_RATIO = 1.0
"""Reading safely takes no longer than the field's library takes."""


def paper(number: int) -> Paper:
    """Return one paper of ten lines at 20 %."""
    lines = tuple(Sold(f"Article {at}", "3", "4.00", "12.00", "20", "C62") for at in range(LINES))
    return Paper(
        number=f"F-{number:05}",
        buyer=cast.ASSOCIATION.name,
        lines=lines,
        groups=(("20", "120.00", "24.00"),),
        net="120.00",
        vat="24.00",
        gross="144.00",
        to_pay="144.00",
    )


def write_files(folder: Path) -> list[tuple[Path, bytes]]:
    """Write the files, a third of each sort; return them with the XML in each."""
    made = []
    for number in range(FILES):
        xml = (ubl if number % 3 == 1 else cii)(paper(number))
        is_pdf = number % 3 == 2
        path = folder / f"{number:05}.{'pdf' if is_pdf else 'xml'}"
        path.write_bytes(pdf(("factur-x.xml", xml)) if is_pdf else xml)
        made.append((path, xml))
    return made


def seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def peak_mib() -> float:
    status = Path(f"/proc/{os.getpid()}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


def forget_peak() -> None:
    """Start a new peak: what it took to write the files is not what taking them needs."""
    gc.collect()
    Path(f"/proc/{os.getpid()}/clear_refs").write_text("5")


def prepare(folder: Path) -> tuple[Instance, UUID]:
    """Make an instance with one order."""
    make_instance(folder, Birth(name="Mesure", plugins=()))
    instance = open_instance(folder)
    with instance.work(KPA) as work, work.transaction():
        carrier = carriers.add_carrier(work, cast.ASSOCIATION)
        activity = activities.propose_activity(work, activities.NewActivity(title="Mesure"))
        activity.carrier_id = carrier.id
        customer = customers.add_customer(work, customers.NewCustomer(**cast.TOWN_HALL))
        wanted = asking.Wanted(title="Buffet", day=work.today)
        order = asking.add_order(work, activity.id, customer.id, wanted)
    return instance, order.id


def take_all(instance: Instance, order_id: UUID, paths: list[Path]) -> list[float]:
    """Take every file; return the peak of memory after each tenth of them."""
    peaks = []
    with instance.work(KPA) as work, PdfReader() as pdfs:
        for number, path in enumerate(paths, 1):
            data = path.read_bytes()
            said = Answers(accept=True)
            receiving.take(work, data, read(data, pdfs), said, order_id=order_id)
            work.session.expunge_all()
            if number % (FILES // 10) == 0:
                peaks.append(peak_mib())
    return peaks


def known_again(instance: Instance, order_id: UUID, paths: list[Path]) -> int:
    """Take them again; return how many were known."""
    known = 0
    with instance.work(KPA) as work, PdfReader() as pdfs:
        for path in paths:
            data = path.read_bytes()
            try:
                receiving.take(
                    work, data, read(data, pdfs), Answers(accept=True), order_id=order_id
                )
            except KpaError:
                known += 1
    return known


def main() -> int:
    with tempfile.TemporaryDirectory() as place:
        made = write_files(Path(place))
        paths, xml = [path for path, _ in made], [one for _, one in made]
        instance, order_id = prepare(Path(place) / "kpa")
        peaks: list[float] = []
        forget_peak()
        taken = seconds(lambda: peaks.extend(take_all(instance, order_id, paths)))
        again = known_again(instance, order_id, paths[:100])
        with instance.work(KPA) as work:
            rows = work.session.scalar(sa.select(sa.func.count()).select_from(Expense))
        instance.close()
        content = [path.read_bytes() for path in paths]
        with PdfReader() as pdfs:
            read(pdf(("factur-x.xml", xml[0])), pdfs)
            bare = seconds(lambda: [etree.fromstring(one) for one in xml])
            ours = seconds(lambda: [read(one, pdfs) for one in content])
        bare_xml = [one for path, one in made if path.suffix == ".xml"]
        ours_xml = seconds(lambda: [read(one) for one in bare_xml])
        library = seconds(
            lambda: [
                facturx.parse_ubl_cii_xml(one, level="en16931", check_xsd=False) for one in bare_xml
            ]
        )
    figures = {
        "files": FILES,
        "taken": rows,
        "known_again_of_100": again,
        "bare_parse_ms": round(bare / FILES * 1000, 3),
        "read_ms": round(ours / FILES * 1000, 3),
        "read_to_bare": round(ours / bare, 1),
        "read_to_library": round(ours_xml / library, 2),
        "take_ms": round(taken / FILES * 1000, 2),
        "take_to_bare": round(taken / bare, 1),
        "grown_mib_after_the_first_tenth": round(peaks[-1] - peaks[0], 1),
    }
    print(json.dumps(figures))
    is_met = (
        rows == FILES
        and again == 100
        and peaks[-1] - peaks[0] <= MOST_MIB
        and ours_xml / library <= LIBRARY_RATIO
    )
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
