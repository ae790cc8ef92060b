"""Read the files named on the command line under a limit of memory; print what each one cost.

Run as a program: growth is that of the whole process, and of its child that opens PDFs.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from kpa_core.invoices.received import PdfReader, Unreadable, read
from kpa_core.testing.suppliers import Paper, cii, pdf

LIMIT = 1024 * 1024 * 1024


def peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
    read(pdf(("factur-x.xml", cii(Paper()))))
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    with PdfReader() as pdfs:
        for path in sys.argv[1:]:
            before, start = peak_kib(), time.perf_counter()
            try:
                said, answer = read(Path(path).read_bytes(), pdfs).number, "read"
            except Unreadable as error:
                said, answer = str(error), "refused"
            row = {
                "name": Path(path).stem,
                "answer": answer,
                "said": said,
                "seconds": time.perf_counter() - start,
                "grown_mib": (peak_kib() - before) / 1024,
            }
            print(json.dumps(row), flush=True)
    grown = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss - child
    print(json.dumps({"name": "child", "grown_mib": grown / 1024, "whole_mib": peak_kib() / 1024}))


if __name__ == "__main__":
    main()
