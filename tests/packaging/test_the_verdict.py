"""The last lines of ``make test``: what ran, what did not, and whether that is accepted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PASSED = "<testcase name='a'/>"
FAILED = "<testcase name='b'><failure message='no'/></testcase>"
ERROR = "<testcase name='b'><error message='no'/></testcase>"
CHROMIUM = "<testcase name='c'><skipped message='chromium: not on this machine'/></testcase>"
POSTGRESQL = "<testcase name='d'><skipped message='PostgreSQL did not start'/></testcase>"
LONG = "<testcase name='e'><skipped message='long: run with --long'/></testcase>"

CASES = {
    "all passed": (PASSED * 2, 0, "", 0, "2 passed, 0 failed, 0 skipped"),
    "one failed": (PASSED + FAILED, 1, "", 1, "1 passed, 1 failed, 0 skipped"),
    "an error counts as a failure": (PASSED + ERROR, 0, "", 1, "1 passed, 1 failed, 0 skipped"),
    "no Chromium": (PASSED + CHROMIUM, 0, "", 1, "NOT ALLOWED: chromium"),
    "no Chromium, accepted": (PASSED + CHROMIUM, 0, "chromium", 0, "1 skipped: chromium"),
    "no PostgreSQL": (PASSED + POSTGRESQL, 0, "", 1, "NOT ALLOWED: PostgreSQL"),
    "the other one accepted": (PASSED + POSTGRESQL, 0, "chromium", 1, "NOT ALLOWED"),
    "both accepted": (PASSED + POSTGRESQL + CHROMIUM, 0, "chromium,postgresql", 0, "2 skipped"),
    "another reason": (PASSED + LONG, 0, "", 0, "1 skipped: long"),
    "everything skipped": (LONG, 0, "", 1, "0 passed, 0 failed, 1 skipped"),
    "nothing ran": ("", 0, "", 1, "0 passed"),
    "pytest stopped": (PASSED, 3, "", 3, "1 passed"),
}


@pytest.mark.parametrize(
    ("cases", "status", "allowed", "expected", "said"), CASES.values(), ids=CASES
)
def test_the_verdict_on(
    cases: str, status: int, allowed: str, expected: int, said: str, tmp_path: Path, root: Path
) -> None:
    report = tmp_path / "tests.xml"
    report.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>", encoding="utf-8")

    answer = verdict(root, report, status, allowed)

    assert answer.returncode == expected
    assert said in answer.stdout


def test_no_report_is_no_success(tmp_path: Path, root: Path) -> None:
    answer = verdict(root, tmp_path / "none.xml", 0, "")

    assert answer.returncode == 1
    assert "nothing passed" in answer.stdout


def verdict(
    root: Path, report: Path, status: int, allowed: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(root / "tools" / "verdict.py"), str(report), str(status)],
        env={"KPA_ALLOW_SKIP": allowed},
        capture_output=True,
        text=True,
    )
