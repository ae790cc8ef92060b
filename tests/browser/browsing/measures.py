"""What is measured on a page that is open in Chromium."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any, Literal

from playwright.sync_api import Page

WIDTHS = (320, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""What a colour scheme can break; all the rest was measured in the other one."""

RUN_AXE = """async (only) => {
    const options = {resultTypes: ["violations"], rules: {"target-size": {enabled: true}}};
    if (only) options.runOnly = only;
    const found = await axe.run(document, options);
    return found.violations.flatMap(one => one.nodes.map(node =>
        `axe ${one.id}: ${one.help}: ${node.target.join(" ")}`));
}"""

SHAPE = """(locale) => {
    const found = [];
    if (document.documentElement.lang !== locale)
        found.push(`lang: ${document.documentElement.lang}`);
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


def faults(page: Page, widths: Iterable[int] = WIDTHS, locale: str = "fr") -> list[str]:
    """Return what is wrong with the page at these widths and in both schemes, a line each."""
    page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")
    page.evaluate(axe())
    found = page.evaluate(SHAPE, locale)
    assert isinstance(found, list)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 700})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            told = run_axe(page, None if scheme == "light" else COLOURS)
            told += page.evaluate(FIT) if scheme == "light" else []
            found += [f"{one} ({width} px, {scheme})" for one in told]
    return found


def run_axe(page: Page, only: Any = None) -> list[str]:
    """Return what axe-core finds, a line for each element."""
    told = page.evaluate(RUN_AXE, only)
    assert isinstance(told, list)
    return told
