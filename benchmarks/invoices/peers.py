"""The same page by other PDF engines, in an environment of their own; driven by one_invoice.py.

Reads a sheet as JSON on each line of its input, prints the seconds its PDF took. Run by the Python
of that environment: nothing of kpa is imported here.
"""

from __future__ import annotations

import html
import json
import sys
import time
from typing import Any

STYLE = """
@page { size: A4; margin: 2cm } body { font: 10pt sans-serif } table { width: 100% }
th, td { text-align: left; padding: 2pt } h1 { font-size: 18pt } .right { text-align: right }
"""


def by_weasyprint(sheet: dict[str, Any]) -> bytes:
    import weasyprint

    said = html.escape
    parts = [f"<title>{said(sheet['running_title'])}</title><style>{STYLE}</style>"]
    parts.append(f"<h1>{said(sheet['heading'])}</h1>")
    for block in (sheet["seller"], sheet["customer"]):
        lines = "<br>".join(map(said, [block["name"], *block["lines"]]))
        parts.append(f"<h2>{said(block['label'])}</h2><p>{lines}</p>")
    for rows in (sheet["facts"], sheet["totals"]["rows"], sheet["payment"]["rows"]):
        cells = (f"<tr><th>{said(one['label'])}<td>{said(one['value'])}" for one in rows)
        parts.append(f"<table>{''.join(cells)}</table>")
    for table in tables(sheet):
        rows = ("<tr>" + "".join(f"<td>{said(cell)}" for cell in row) for row in table)
        parts.append(f"<table>{''.join(rows)}</table>")
    parts += [f"<p>{said(one)}</p>" for one in sheet["notes"]["sentences"]]
    return bytes(weasyprint.HTML(string="".join(parts)).write_pdf())


def by_fpdf2(sheet: dict[str, Any]) -> bytes:
    """Lay it out with the fonts every reader has, its quickest way: they lack the euro sign."""
    from fpdf import FPDF

    plain = json.dumps(sheet, ensure_ascii=False).replace("€", "EUR").replace("\u202f", " ")
    sheet = json.loads(plain.encode("latin-1", "replace").decode("latin-1"))
    paper = FPDF(format="A4")
    paper.add_page()
    paper.set_font("helvetica", size=18)
    paper.multi_cell(0, text=sheet["heading"], new_x="LMARGIN", new_y="NEXT")
    paper.set_font("helvetica", size=10)
    for block in (sheet["seller"], sheet["customer"]):
        for line in (block["label"], block["name"], *block["lines"]):
            paper.multi_cell(0, text=line, new_x="LMARGIN", new_y="NEXT")
    for rows in (sheet["facts"], sheet["totals"]["rows"], sheet["payment"]["rows"]):
        with paper.table() as table:
            for one in rows:
                table.row([one["label"], one["value"]])
    for told in tables(sheet):
        with paper.table() as table:
            for row in told:
                table.row(row)
    for sentence in sheet["notes"]["sentences"]:
        paper.multi_cell(0, text=sentence, new_x="LMARGIN", new_y="NEXT")
    return bytes(paper.output())


def tables(sheet: dict[str, Any]) -> list[list[list[str]]]:
    """Return what is sold and its VAT, each row as long as its head."""
    names = ("quantity", "unit_price", "rate", "net")
    sold = [
        [" ".join([row["label"], *row["details"]]), *(row[name] for name in names)]
        for row in sheet["lines"]["rows"]
    ]
    vat = [[*row] for row in sheet["vat"]["rows"]]
    return [[[*sheet["lines"]["heads"]], *sold], [[*sheet["vat"]["heads"]], *vat]]


def main() -> None:
    way = {"weasyprint": by_weasyprint, "fpdf2": by_fpdf2}[sys.argv[1]]
    for line in sys.stdin:
        begun = time.perf_counter()
        data = way(json.loads(line))
        seconds = time.perf_counter() - begun
        assert data.startswith(b"%PDF")
        print(seconds, flush=True)


if __name__ == "__main__":
    main()
