"""The shape of the repository: its first listing, the length and the names of its files."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

LONGEST = 400
FOLDERS = {".ci", "benchmarks", "changes", "docs", "instance_template", "tests", "tools"}
FOLDERS |= {"kpa_core", "federation", "plugins"}
NOT_PACKAGES = ("federation", "plugins", "tests")
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc"}
COUNTED = {".py", ".html", ".css", ".js", ".sh"}

# Put together from pieces, so that this file does not hold what it forbids.
FOREIGN = {
    "a home folder": re.compile(r"/(?:home|Users)/[a-z]|/root/"),
    "a folder of this machine": re.compile(r"(?<![\w.])/(?:work|tmp/team|opt/(?:wheels|pypi))\b"),
    "a package registry": re.compile(
        "|".join(
            (
                r"pypi\." + "org",
                r"python" + r"hosted\.",
                r"registry\." + "npmjs",
                r"deb\." + "debian",
            )
        )
    ),
}


def test_the_first_listing_is_the_design_s(tracked: list[Path], root: Path) -> None:
    folders = {path.relative_to(root).parts[0] for path in tracked if path.parent != root}

    assert folders <= FOLDERS
    assert {"kpa_core", "federation", "plugins", "docs", "changes"} <= folders


@pytest.mark.parametrize("folder", NOT_PACKAGES)
def test_a_folder_of_packages_is_no_package(folder: str, root: Path) -> None:
    assert not (root / folder / "__init__.py").exists()


def test_no_file_is_longer_than_a_reader_can_hold(tracked: list[Path], root: Path) -> None:
    long = {
        str(path.relative_to(root)): lines
        for path in tracked
        if path.suffix in COUNTED and (lines := len(path.read_text("utf-8").splitlines())) > LONGEST
    }

    assert not long, f"over {LONGEST} lines, split by what it does: {long}"


def test_no_file_has_a_name_that_says_nothing(tracked: list[Path], root: Path) -> None:
    vague = [
        str(path.relative_to(root))
        for path in tracked
        if VAGUE & {part.split(".")[0].lower() for part in path.relative_to(root).parts}
        # base.html is what Jinja's documentation calls the page that others extend
        and path.name != "base.html"
    ]

    assert not vague


@pytest.mark.parametrize("what", FOREIGN)
def test_no_file_names(what: str, tracked: list[Path], root: Path) -> None:
    found = []
    for path in tracked:
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if path != Path(__file__) and FOREIGN[what].search(line):
                found.append(f"{path.relative_to(root)}:{number}: {line.strip()[:80]}")

    assert not found, "\n".join(found)


def test_the_index_of_decisions_is_current(root: Path) -> None:
    script = SimpleNamespace(**runpy.run_path(str(root / "tools" / "decisions.py")))

    written = (root / "docs" / "decisions" / "README.md").read_text("utf-8")

    assert written == script.index(), "run: make docs"


REFUSED_DECISIONS = {
    "a hole in the numbers": ({"0002-skip-one.md": "# 0002 Skip one"}, "the next number is 0001"),
    "a name without a verb and a noun": ({"0001-oops.md": "# 0001 Oops"}, "NNNN-verb-noun.md"),
    "a head without a date": (
        {"0001-forget-date.md": "# 0001 A\n\n- Status: accepted\n"},
        "no date",
    ),
    "a status of its own": (
        {"0001-invent-status.md": "# 0001 A\n\n- Status: maybe\n"},
        "no status",
    ),
}


@pytest.mark.parametrize(("pages", "why"), REFUSED_DECISIONS.values(), ids=REFUSED_DECISIONS)
def test_refused_decisions(pages: dict[str, str], why: str, tmp_path: Path, root: Path) -> None:
    script = SimpleNamespace(**runpy.run_path(str(root / "tools" / "decisions.py")))
    for name, text in pages.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    with pytest.raises(ValueError, match=re.escape(why)):
        script.index(tmp_path)


LINK = re.compile(r"\]\((?![a-z]+:|#)([^)\s#]+)")


def test_every_link_between_pages_leads_somewhere(tracked: list[Path], root: Path) -> None:
    broken = [
        f"{page.relative_to(root)} -> {target}"
        for page in tracked
        if page.suffix == ".md"
        for target in LINK.findall(page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]

    assert not broken


FRAGMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.(feature|fix|plugin-api|protocol|removal|docs)\.md")


def test_every_change_fragment_can_be_gathered(root: Path) -> None:
    fragments = [path for path in (root / "changes").iterdir() if path.name != "README.md"]

    assert fragments
    for path in fragments:
        assert FRAGMENT.fullmatch(path.name), f"{path.name}: see changes/README.md"
        assert path.read_text("utf-8").strip().endswith("."), f"{path.name}: end with a full stop"
