"""Say in one line how the tests went, and count every test that did not run.

A missing Chromium or PostgreSQL is a failure, unless ``KPA_ALLOW_SKIP`` names it.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

NEEDS = ("chromium", "postgresql")


def main(report: Path, status: int) -> int:
    """Print the verdict on a JUnit report and return the exit code of ``make test``."""
    if not report.exists():
        print("kpa: pytest wrote no report: nothing is known, so nothing passed")
        return status or 1
    cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    skipped = [case for case in cases if case.find("skipped") is not None]
    failed = [c for c in cases if c.find("failure") is not None or c.find("error") is not None]
    passed = len(cases) - len(skipped) - len(failed)
    reasons = Counter((case.find("skipped").get("message") or "no reason") for case in skipped)
    refused = [reason for reason in reasons if not allowed(reason)]
    for reason, count in reasons.most_common():
        print(f"kpa: {count} skipped{' AND NOT ALLOWED' if reason in refused else ''}: {reason}")
    if refused:
        print("kpa: install what is missing, or accept it aloud with KPA_ALLOW_SKIP=<need>,<need>")
    print(f"{passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    return status or int(bool(refused or failed or not passed))


def allowed(reason: str) -> bool:
    """Tell whether a test may be left out for ``reason``."""
    accepted = os.environ.get("KPA_ALLOW_SKIP", "").lower().split(",")
    missing = [need for need in NEEDS if need in reason.lower()]
    return all(need in accepted for need in missing)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
