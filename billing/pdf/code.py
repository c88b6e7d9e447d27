"""The square code that opens the payment page, as one SVG path."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Code:
    """A code of `size` by `size` modules; `path` draws the dark ones, each run of them as one bar."""

    size: int
    path: str


def code_of(address: str) -> Code:
    """Return the code that holds the address."""
    import qrcode
    from qrcode.constants import ERROR_CORRECT_M

    code = qrcode.QRCode(border=0, error_correction=ERROR_CORRECT_M)
    code.add_data(address)
    code.make(fit=True)
    rows = code.get_matrix()
    bars: list[str] = []
    for y, row in enumerate(rows):
        x = 0
        for dark, run in groupby(row):
            width = len(list(run))
            if dark:
                bars.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width
    return Code(size=len(rows), path="".join(bars))
