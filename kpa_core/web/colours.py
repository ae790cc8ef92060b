"""The KPA's own colour, moved as far as people can still read it. Pure."""

from __future__ import annotations

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
ENOUGH = 4.5
"""The contrast WCAG 2.2 AA asks for between a text and what is behind it (1.4.3)."""

Colour = tuple[int, int, int]


def sheet(accent: str) -> str:
    """Return the style sheet that sets the accent for light and dark screens."""
    chosen = read(accent)
    light, dark = until_readable(chosen, WHITE), until_readable(chosen, (24, 20, 22))
    return (
        f":root{{--accent:{hexed(light)};--accent-ink:{hexed(ink_on(light))}}}\n"
        "@media (prefers-color-scheme: dark){"
        f":root{{--accent:{hexed(dark)};--accent-ink:{hexed(ink_on(dark))}}}}}\n"
    )


def read(text: str) -> Colour:
    """Return a colour written as ``#rrggbb``."""
    return (int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16))


def hexed(colour: Colour) -> str:
    """Return a colour as ``#rrggbb``."""
    return "#" + "".join(f"{part:02x}" for part in colour)


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: Colour) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def until_readable(colour: Colour, behind: Colour) -> Colour:
    """Return the colour moved towards black or white until it can be read on ``behind``."""
    goal = BLACK if luminance(behind) > 0.5 else WHITE
    for step in range(21):
        moved = _towards(colour, goal, step)
        if contrast(moved, behind) >= ENOUGH:
            return moved
    return goal


def ink_on(colour: Colour) -> Colour:
    """Return black or white, whichever reads better on a colour."""
    return WHITE if contrast(WHITE, colour) >= contrast(BLACK, colour) else BLACK


def _towards(colour: Colour, goal: Colour, step: int) -> Colour:
    red, green, blue = (
        (have * (20 - step) + want * step) // 20 for have, want in zip(colour, goal, strict=True)
    )
    return (red, green, blue)
