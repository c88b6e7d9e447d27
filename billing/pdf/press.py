"""The press: HTML in, PDF out, by WeasyPrint. It knows neither Django nor the database.

One FontConfiguration and one parsed stylesheet serve a whole process: making them costs more than a page. WeasyPrint is
not thread-safe over a shared font map, so a process prints one document at a time.
"""

from __future__ import annotations

import logging
import os
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

STATIC = Path(__file__).resolve().parents[2] / "static"
STYLESHEET = STATIC / "css" / "invoice.css"
TYPES = {
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".woff2": "font/woff2",
}

# fontTools stamps each embedded font with the time unless it is told one: the bytes would change every second.
os.environ["SOURCE_DATE_EPOCH"] = "1577836800"

_one_at_a_time = Lock()


class Refused(ValueError):
    """A document asked for something that is neither inline nor one of the project's static files."""


class StaticFetcher(URLFetcher):
    """Gives `data:` and the pictures, fonts and styles below one folder; refuses every other address."""

    def __init__(self, root: Path = STATIC) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)
        self.root = root.resolve()

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        """Return the file or the inline data; raise Refused for anything else."""
        parts = urlsplit(url)
        if parts.scheme == "data":
            return super().fetch(url, headers)
        if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
            raise Refused(f"A document may not load {url[:200]}")
        path = Path(url2pathname(parts.path)).resolve()
        if not path.is_relative_to(self.root) or path.suffix not in TYPES or not path.is_file():
            raise Refused(f"A document may not load {url[:200]}")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": TYPES[path.suffix]})


def press(html: str) -> bytes:
    """Lay the HTML out with the invoice stylesheet; the same HTML gives the same bytes."""
    with _one_at_a_time:
        fetcher, fonts, stylesheet = _equipment()
        page = HTML(string=html, base_url=STATIC.as_uri() + "/", url_fetcher=fetcher)
        pdf: bytes = page.write_pdf(
            stylesheets=[stylesheet],
            font_config=fonts,
            pdf_tags=True,
            pdf_identifier=sha256(html.encode()).digest()[:16],
        )
    return pdf


def warm() -> None:
    """Load fonts and styles ahead of the first document."""
    press('<!doctype html><html lang="en"><title>Warm</title><body><p>0123456789 <b>Aé</b></html>')


@cache
def _equipment() -> tuple[StaticFetcher, FontConfiguration, CSS]:
    # A document without a picture is still a document: what was refused is logged, not raised.
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    fetcher, fonts = StaticFetcher(), FontConfiguration()
    return fetcher, fonts, CSS(filename=STYLESHEET, url_fetcher=fetcher, font_config=fonts)
