"""Run by a test in a process of its own: ask each site, and say what it cost.

Reads ``{"name": [url, max_bytes, max_inflated]}`` in its first argument.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

from kpa_core.safehttp.addresses import AddressRule
from kpa_core.safehttp.client import SafeHttp
from kpa_core.safehttp.errors import HttpError


def most_memory() -> int:
    """Return the most memory this program ever held, in bytes; getrusage counts its parent's."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


asked = json.loads(sys.argv[1])
client = SafeHttp(AddressRule(url.split("/")[2] for url, *_ in asked.values()))
told = {}
for name, (url, max_bytes, max_inflated) in asked.items():
    before, since, said = most_memory(), time.monotonic(), "nothing"
    try:
        client.fetch("GET", url, max_bytes=max_bytes, max_inflated=max_inflated)
    except HttpError as error:
        said = type(error).__name__
    told[name] = [said, time.monotonic() - since, most_memory() - before]
told["all"] = ["", 0, most_memory()]
print(json.dumps(told))
