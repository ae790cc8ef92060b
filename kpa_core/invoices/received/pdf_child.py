"""Find the invoice inside a PDF. Run by :mod:`.apart` as a program of its own, never imported.

Asked by a length and as many bytes, it answers a word and the XML, again and again. Only the way to
the attachments is walked; of a stream, only a Flate one or a plain one is opened, here and not by
the library, up to a size.
"""

from __future__ import annotations

import resource
import struct
import sys
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO

import pikepdf
from pikepdf import settings

MAX_XML_BYTES = 4 * 1024 * 1024
MORE_MEMORY = 48 * 1024 * 1024
CPU_SECONDS = 2
MAX_ENTRIES = 200
MAX_NODES = 100
KNOWN = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")


class Said(Exception):
    """An answer other than the invoice."""


def main() -> None:
    """Answer until the parent goes away."""
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    settings.set_qpdf_limits(
        flate_max_memory=4 * 1024 * 1024,
        png_max_memory=4 * 1024 * 1024,
        tiff_max_memory=4 * 1024 * 1024,
        run_length_max_memory=4 * 1024 * 1024,
        dct_max_memory=1024 * 1024,
        max_stream_filters=2,
        doc_max_warnings=100,
        parser_max_nesting=60,
        parser_max_container_size=200_000,
        parser_max_container_size_damaged=5_000,
    )
    _limit_memory()
    while True:
        head = source.read(4)
        if len(head) < 4:
            return
        _limit_time()
        data = source.read(struct.unpack(">I", head)[0])
        _answer(answers, *_found(data))


def _found(data: bytes) -> tuple[bytes, bytes]:
    try:
        return b"ok", invoice_in(data)
    except Said as said:
        return str(said).encode("ascii"), b""
    except MemoryError:
        return b"large", b""
    except pikepdf.PasswordError:
        return b"locked", b""
    except Exception:  # whatever a broken file makes the library raise
        return b"broken", b""


def invoice_in(data: bytes) -> bytes:
    """Return the one invoice attached to a PDF."""
    with pikepdf.open(BytesIO(data)) as pdf:
        found: dict[bytes, str] = {}
        for name, stream in _attached(pdf.Root):
            found.setdefault(_content(stream), name)
    known = [xml for xml, name in found.items() if name in KNOWN]
    others = [xml for xml, name in found.items() if name.endswith(".xml")]
    right = known or others
    if not right:
        raise Said("none")
    if len(right) > 1:
        raise Said("several")
    return right[0]


def _attached(root: Any) -> Iterator[tuple[str, Any]]:
    specs = [*_in_names(root), *_in_list(root.get("/AF"))]
    for spec in specs[:MAX_ENTRIES]:
        if not isinstance(spec, pikepdf.Dictionary):
            continue
        name = str(spec.get("/UF") or spec.get("/F") or "").rpartition("/")[2].strip().lower()
        files = spec.get("/EF")
        if name.endswith(".xml") and isinstance(files, pikepdf.Dictionary):
            stream = files.get("/UF") or files.get("/F")
            if isinstance(stream, pikepdf.Stream):
                yield name, stream


def _in_names(root: Any) -> Iterator[Any]:
    """Yield the file specifications of the name tree; a tree that turns round ends."""
    names = root.get("/Names")
    top = names.get("/EmbeddedFiles") if isinstance(names, pikepdf.Dictionary) else None
    waiting, seen = [top], 0
    while waiting and seen < MAX_NODES:
        node, seen = waiting.pop(), seen + 1
        if not isinstance(node, pikepdf.Dictionary):
            continue
        yield from _in_list(node.get("/Names"))
        waiting += list(_in_list(node.get("/Kids")))


def _in_list(items: Any) -> Iterator[Any]:
    if isinstance(items, pikepdf.Array):
        for number in range(min(len(items), 2 * MAX_ENTRIES)):
            yield items[number]


def _content(stream: Any) -> bytes:
    raw = stream.read_raw_bytes()
    filters = stream.get("/Filter")
    if isinstance(filters, pikepdf.Array) and len(filters) <= 1:
        filters = filters[0] if len(filters) else None
    if filters is None:
        content = bytes(raw)
    elif filters == pikepdf.Name.FlateDecode and stream.get("/DecodeParms") is None:
        opener = zlib.decompressobj()
        content = opener.decompress(raw, MAX_XML_BYTES + 1)
    else:
        raise Said("broken")
    if len(content) > MAX_XML_BYTES:
        raise Said("large")
    return content


def _answer(answers: BinaryIO, word: bytes, xml: bytes) -> None:
    answers.write(struct.pack(">BI", len(word), len(xml)) + word + xml)
    answers.flush()


def _limit_memory() -> None:
    with open("/proc/self/statm") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + MORE_MEMORY, now + MORE_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
