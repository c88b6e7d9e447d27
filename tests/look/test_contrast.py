"""Words hold 4.5:1 and marks 3:1 in both themes, for every pair the tokens promise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
THEMES = ("light", "dark")
FAMILIES = ("primary", "success", "warning", "destructive")
HUES = tuple(f"hue-{n}" for n in range(1, 6))
GROUNDS = ("background", "card", "muted")
WORDS = [
    *[("foreground", ground) for ground in (*GROUNDS, "accent", "raised", "secondary")],
    *[("muted-foreground", ground) for ground in GROUNDS],
    *[("foreground", f"{family}-soft") for family in FAMILIES],
    *[(f"{family}-text", ground) for family in FAMILIES for ground in (*GROUNDS, f"{family}-soft")],
    *[(f"{family}-foreground", f"{family}-solid") for family in FAMILIES],
    ("primary-foreground", "primary-hover"),
    ("destructive-foreground", "destructive-hover"),
    ("accent-foreground", "accent"),
    ("accent-foreground", "card"),
    ("primary-text", "accent"),
    ("secondary-foreground", "secondary"),
    ("secondary-foreground", "secondary-hover"),
    ("card-foreground", "card"),
    *[(f"{hue}-text", f"{hue}-soft") for hue in HUES],
    *[("card", hue) for hue in HUES],
    ("busy-text", "busy"),
    ("busy-text", "busy-line"),
]
MARKS = [
    *[(family, ground) for family in FAMILIES for ground in ("background", "card", f"{family}-soft")],
    *[(hue, ground) for hue in HUES for ground in ("background", "card", f"{hue}-soft")],
    *[("input", ground) for ground in ("background", "card")],
    *[("ring", ground) for ground in GROUNDS],
    ("now", "card"),
]


def colours(theme: str) -> dict[str, str]:
    """Read the colours of one theme from the style sheet."""
    css = re.sub(r"/\*.*?\*/", "", TOKENS.read_text(), flags=re.DOTALL)
    found: dict[str, str] = {}
    for selector, body in re.findall(r"([^{}]+)\{([^}]*)\}", css):
        if f'[data-bs-theme="{theme}"]' in selector:
            found |= dict(re.findall(r"--ff-([\w-]+):\s*(#[0-9a-f]{6})\b", body))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.1, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_ratio_is_that_of_wcag():
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("words", "ground"), WORDS)
def test_words_can_be_read(theme: str, words: str, ground: str):
    pair = colours(theme)
    assert contrast(pair[words], pair[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_marks_can_be_seen(theme: str, mark: str, ground: str):
    pair = colours(theme)
    assert contrast(pair[mark], pair[ground]) >= 3


def test_both_themes_name_the_same_colours():
    assert colours("light").keys() == colours("dark").keys()
