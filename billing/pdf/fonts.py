"""Cuts the weights that documents use out of the vendored variable font: `python -m billing.pdf.fonts`.

WeasyPrint cuts a variable font again for each document, which is a third of its work. The cuts are committed in
static/fonts/; cut them again when static/vendor/space-grotesk changes.
"""

from __future__ import annotations

from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fontTools.varLib.instancer import instantiateVariableFont  # type: ignore[import-untyped]

STATIC = Path(__file__).resolve().parents[2] / "static"
SOURCE = STATIC / "vendor" / "space-grotesk" / "files"
TARGET = STATIC / "fonts"
SCRIPTS = ("latin", "latin-ext", "vietnamese")
WEIGHTS = (400, 500, 600)


def cut(script: str, weight: int, target: Path = TARGET) -> Path:
    """Write one weight of the letters of one script; the same source gives the same file."""
    font = TTFont(SOURCE / f"space-grotesk-{script}-wght-normal.woff2", recalcTimestamp=False)
    font = instantiateVariableFont(font, {"wght": weight}, static=True)
    font.flavor = "woff2"
    target.mkdir(parents=True, exist_ok=True)
    path = target / f"space-grotesk-{script}-{weight}.woff2"
    font.save(path)
    return path


if __name__ == "__main__":
    for script in SCRIPTS:
        for weight in WEIGHTS:
            cut(script, weight)
