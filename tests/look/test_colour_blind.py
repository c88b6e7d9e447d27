"""The five hues of a calendar as people see them who lack one of the three cones, in both themes.

The matrices are those of Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision
Deficiency" (IEEE TVCG 15(6), 2009), severity 1.0, over linear RGB. Distances are CIE76 in CIELAB (D65): below about ten
two colours beside each other are taken for one. Some pairs of hues come that near, for some eyes: so no hue stands without
its letters, and those are held to be all different.
"""

from __future__ import annotations

from itertools import combinations
from math import dist

import pytest

from tests.look.test_contrast import HUES, THEMES, colours, contrast
from trainers.views.agenda import marks

SIGHTS = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
WHITE = (0.95047, 1.0, 1.08883)
TAKEN_FOR_ONE = 10.0

Triple = tuple[float, ...]


def times(matrix: tuple[Triple, ...], vector: Triple) -> Triple:
    return tuple(sum(one * other for one, other in zip(row, vector, strict=True)) for row in matrix)


def linear(colour: str) -> Triple:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def seen_as(colour: str, sight: str) -> str:
    """Return the colour somebody with that sight takes it for."""
    light = (min(1.0, max(0.0, part)) for part in times(SIGHTS[sight], linear(colour)))
    parts = (12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055 for part in light)
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def lab(colour: str) -> Triple:
    x, y, z = (
        part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116
        for part in (one / white for one, white in zip(times(XYZ, linear(colour)), WHITE, strict=True))
    )
    return (116 * y - 16, 500 * (x - y), 200 * (y - z))


def far(one: str, other: str) -> float:
    return dist(lab(one), lab(other))


def test_the_simulation_is_one() -> None:
    """Greys stay greys; red and green, far apart to most, come together without red or green cones."""
    for sight in SIGHTS:
        assert far(seen_as("#808080", sight), "#808080") < 2
    red, green = "#c04040", "#408040"
    assert far(red, green) > 70
    assert far(seen_as(red, "deuteranopia"), seen_as(green, "deuteranopia")) < 40
    assert far(seen_as(red, "tritanopia"), seen_as(green, "tritanopia")) > 70


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHTS)
def test_words_and_marks_hold_to_every_eye(theme: str, sight: str) -> None:
    seen = {name: seen_as(colour, sight) for name, colour in colours(theme).items()}
    for hue in HUES:
        assert contrast(seen[f"{hue}-text"], seen[f"{hue}-soft"]) >= 4.5, hue
        assert contrast(seen["card"], seen[hue]) >= 4, f"a letter on {hue}, which is bold"
        assert contrast(seen[hue], seen[f"{hue}-soft"]) >= 3, f"the edge of {hue}"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHTS)
def test_most_hues_stay_apart_and_no_two_that_meet_stand_alone(theme: str, sight: str) -> None:
    """Of the ten pairs at most two are taken for one; busy, held, cancelled and refused differ by line and pattern besides."""
    seen = {hue: seen_as(colours(theme)[hue], sight) for hue in HUES}
    met = [pair for pair in combinations(HUES, 2) if far(seen[pair[0]], seen[pair[1]]) < TAKEN_FOR_ONE]
    assert len(met) <= 2, met


@pytest.mark.parametrize("theme", THEMES)
def test_hues_stay_apart_to_most_people(theme: str) -> None:
    found = colours(theme)
    assert min(far(found[one], found[other]) for one, other in combinations(HUES, 2)) > 20


class Person:
    """Whoever has a mark: her key and her name."""

    def __init__(self, pk: str) -> None:
        self.pk = self.name = pk


def test_the_second_channel_tells_everybody_apart() -> None:
    names = [
        "Maya Fournier",
        "Marc Leduc",
        "Mia Farrow",
        "Max Ford",
        "Étienne Caron",
        "Élise Côté",
        "李 雷",
        "Zoe",
    ]
    letters = marks(Person(name) for name in names)  # type: ignore[misc]
    assert len(set(letters.values())) == len(names)
    assert all(1 <= len(word) <= 2 for word in letters.values())
