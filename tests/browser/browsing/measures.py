"""What is measured on a page that is open in Chromium."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources

from playwright.sync_api import Page, ViewportSize

OF_A_PHONE: ViewportSize = {"width": 320, "height": 700}
OF_A_DESK: ViewportSize = {"width": 1280, "height": 700}
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules of axe-core about what only style sheets decide."""

# What a style sheet can tell apart: each element with all that it is inside of, once. The menu lies
# over the page: it stays closed, or what it hides would not be measured.
STYLED = """() => {
    document.querySelectorAll("main details").forEach(one => one.open = true);
    const states = ["role", "type", "dir", "hidden", "disabled", "open"], found = new Set();
    (function walk(one, inside) {
        const told = [...one.attributes].filter(
            ({name}) => name === "class" || states.includes(name) || name.startsWith("aria-")
                && !name.endsWith("by") && name !== "aria-label");
        const path = `${inside} ${one.localName}` + told.map(at => `[${at.name}=${at.value}]`);
        found.add(path);
        for (const inner of one.children) walk(inner, path);
    })(document.body, "");
    return [...found];
}"""

RUN_AXE = """async ([only, but]) => {
    const rules = {"target-size": {enabled: true}};
    for (const one of but) rules[one] = {enabled: false};
    const options = {resultTypes: ["violations"], rules};
    if (only.length) options.runOnly = {type: "rule", values: only};
    const found = await axe.run(document, options);
    return found.violations.flatMap(one => one.nodes.map(node =>
        `axe ${one.id}: ${one.help}: ${node.target.join(" ")}`));
}"""

SHAPE = """(locale) => {
    const found = [];
    if (document.documentElement.lang !== locale)
        found.push(`lang: ${document.documentElement.lang}`);
    if (document.compatMode !== "CSS1Compat") found.push("markup: no doctype");
    for (const one of document.querySelectorAll("link[rel=stylesheet]")) {
        let rules = 0;
        try { rules = one.sheet.cssRules.length; } catch { /* not there, or not ours */ }
        if (!rules) found.push(`style: nothing from ${one.href}`);
    }
    if (document.querySelector("p:empty")) found.push("markup: an empty <p>, or a form in a <p>");
    const h1 = document.querySelectorAll("h1").length;
    if (h1 !== 1) found.push(`titles: ${h1} h1`);
    if (!document.title.trim()) found.push("titles: no <title>");
    for (const one of document.querySelectorAll("fieldset")) {
        const legend = one.querySelector(":scope > legend");
        if (!legend || !legend.textContent.trim()) found.push(`legend: none in #${one.id}`);
    }
    return found;
}"""

# A link inside a sentence is as high as its line: WCAG 2.2 (2.5.8) leaves those out.
FIT = """() => {
    const found = [], wide = document.documentElement.scrollWidth;
    if (wide > innerWidth) {
        const [most] = [...document.body.querySelectorAll("*")]
            .filter(one => !one.closest(".scroll") && one.checkVisibility())
            .sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right);
        found.push(`sideways: ${wide} px, ${most.tagName} ${most.className}`);
    }
    const touched = "a[href], button, input:not([type=hidden]), select, textarea, summary";
    for (const one of document.querySelectorAll(touched)) {
        const box = one.getBoundingClientRect();
        const inline = one.tagName === "A" && getComputedStyle(one).display === "inline";
        const sentence = inline && one.parentElement.textContent.trim() !== one.textContent.trim();
        const seen = one.checkVisibility() && box.width > 1;
        if (seen && !sentence && (box.height < 24 || box.width < 24) && !stretched(one))
            found.push(`small: ${one.tagName} ${Math.round(box.width)}×${Math.round(box.height)}`
                + ` ${one.textContent.trim() || one.name}`);
    }
    function stretched(one) { return one.classList.contains("stretch"); }
    return found;
}"""


@cache
def axe() -> str:
    """Return axe-core's script, from the package that brings it."""
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def faults(page: Page, known: set[str] | None = None, locale: str = "fr") -> list[str]:
    """Return what is wrong with the page of a phone in the light scheme, a line each.

    Every rule is measured there. Only style sheets make a difference to colours, and to a page that
    is dark or wide: that is measured where something is styled that ``known`` does not hold yet,
    then adds to it.
    """
    styled = set(page.evaluate(STYLED))
    is_known = known is not None and styled <= known
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
    found = page.evaluate(SHAPE, locale) + page.evaluate(FIT)
    assert isinstance(found, list)
    found += run_axe(page, but=COLOURS if is_known else ())
    if not is_known:
        found += _dark_and_wide(page)
    if known is not None:
        known |= styled
    return found


def _dark_and_wide(page: Page) -> list[str]:
    page.emulate_media(color_scheme="dark")
    found = _told(run_axe(page, COLOURS), "dark")
    page.set_viewport_size(OF_A_DESK)
    found += _told(run_axe(page, COLOURS), "dark, wide")
    page.emulate_media(color_scheme="light")
    found += _told(run_axe(page, COLOURS) + page.evaluate(FIT), "wide")
    page.set_viewport_size(OF_A_PHONE)
    return found


def _told(lines: list[str], where: str) -> list[str]:
    return [f"{one} ({where})" for one in lines]


def run_axe(page: Page, only: Sequence[str] = (), but: Sequence[str] = ()) -> list[str]:
    """Return what axe-core finds, a line for each element."""
    told = page.evaluate(RUN_AXE, [only, but])
    assert isinstance(told, list)
    return told
