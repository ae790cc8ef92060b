"""Read the files named on the command line under a limit of memory; print what each one cost.

Run as a program: growth is the peak above what was there before, of the process and of its child
that opens PDFs.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path

from kpa_core.invoices.received import PdfReader, Unreadable, read
from kpa_core.testing.suppliers import Paper, cii, pdf

LIMIT = 1024 * 1024 * 1024


def memory(pid: int, what: str) -> float:
    """Return ``VmHWM`` (the peak) or ``VmRSS`` (now) of a process, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(what)


def forget_peak(pid: int) -> float:
    """Start a new peak from here, and return what is used now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return memory(pid, "VmRSS")


def answer(data: bytes, pdfs: PdfReader) -> tuple[str, str]:
    try:
        return "read", read(data, pdfs).number
    except Unreadable as error:
        return "refused", str(error)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
    good, me = pdf(("factur-x.xml", cii(Paper()))), os.getpid()
    with PdfReader() as pdfs:
        for path in sys.argv[1:]:
            read(good, pdfs)
            child = pdfs.pid
            data = Path(path).read_bytes()
            before, child_before = forget_peak(me), forget_peak(child)
            start = time.perf_counter()
            kind, said = answer(data, pdfs)
            spent = time.perf_counter() - start
            row = {
                "name": Path(path).stem,
                "answer": kind,
                "said": said,
                "seconds": spent,
                "grown_mib": memory(me, "VmHWM") - before,
                "child_mib": memory(child, "VmHWM") - child_before if pdfs.pid == child else 0,
            }
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
