"""A document as HTML and as PDF, in this process.

Celery's tasks call `render` or `render_many`: the prefork workers are the process pool there, kept warm, and recycled by
CELERY_WORKER_MAX_MEMORY_PER_CHILD. A web request uses `billing.pdf.pool`, whose processes can be killed.

The press is imported at the first document: WeasyPrint is a third of what a process would otherwise load at start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields

from django.template.loader import get_template
from django.utils import translation

from billing.pdf.document import InvoiceDocument
from billing.pdf.words import Printed, printed

TEMPLATE = "pdf/invoice.html"


def html_of(document: InvoiceDocument) -> str:
    """Return the page, with every text escaped and the months in the document's language."""
    with translation.override(document.language):
        words = printed(document)
        return get_template(TEMPLATE).render(
            {part.name: getattr(words, part.name) for part in fields(Printed)}
        )


def render(document: InvoiceDocument) -> bytes:
    """Return the PDF; the same document gives the same bytes, so that its hash can be kept."""
    from billing.pdf.press import press

    return press(html_of(document))


def render_many(documents: Iterable[InvoiceDocument]) -> Iterator[tuple[InvoiceDocument, bytes]]:
    """Yield each document with its PDF as it is made, so that a chunk that is killed keeps what is stored."""
    for document in documents:
        yield document, render(document)
