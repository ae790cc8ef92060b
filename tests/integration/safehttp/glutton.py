"""Run by a test in a process of its own: ask each site, and say what it cost.

Reads ``{"name": [url, max_bytes, max_inflated]}`` in its first argument.
"""

from __future__ import annotations

import json
import resource
import sys
import time

from kpa_core.safehttp.addresses import AddressRule
from kpa_core.safehttp.client import SafeHttp
from kpa_core.safehttp.errors import HttpError


def most_memory() -> int:
    """Return the most memory this process ever held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


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
