"""Invoice PDFs: two processes of ours against two of bare WeasyPrint, alternating, and one worker's memory.

Ours is all of it: document to HTML to PDF, tagged, through the pool. Bare is `HTML(string=…).write_pdf()` of the same HTML
and stylesheet in a process that has imported WeasyPrint and printed a page before. The second anchor spares bare WeasyPrint
the loading of fonts as well.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from time import perf_counter

import django
import psutil

from tests.bench.figures import Figure

ROOT = Path(__file__).resolve().parents[2]
PROCESSES, PAGES, ROUNDS = 2, 12, 5
MANY = int(os.environ.get("BENCH_PDFS", "1000"))
BARE = """
import sys
from weasyprint import HTML
html, base, pages = open(sys.argv[1]).read(), sys.argv[2], int(sys.argv[3])
HTML(string=html, base_url=base).write_pdf()
print("ready", flush=True)
for _ in sys.stdin:
    for _ in range(pages):
        HTML(string=html, base_url=base).write_pdf()
    print("done", flush=True)
"""


class Bare:
    """Two warm processes of WeasyPrint alone."""

    def __init__(self, html: Path) -> None:
        base = (ROOT / "static" / "css").as_uri() + "/"
        command = [sys.executable, "-c", BARE, str(html), base, str(PAGES)]
        self.children = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(PROCESSES)
        ]
        self.wait()

    def round(self) -> float:
        """Return pages a second."""
        start = perf_counter()
        for child in self.children:
            assert child.stdin
            child.stdin.write("go\n")
            child.stdin.flush()
        self.wait()
        return PROCESSES * PAGES / (perf_counter() - start)

    def wait(self) -> None:
        for child in self.children:
            assert child.stdout
            child.stdout.readline()

    def close(self) -> None:
        for child in self.children:
            child.communicate()


def main() -> list[Figure]:
    """Return the ratios of pages a second and a worker's memory."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fitflow.settings.test")
    django.setup()
    return [*throughput(), *memory()]


def throughput() -> list[Figure]:
    """Ours and both anchors in turn, so that a busy machine is busy for all."""
    from billing.pdf.pool import PdfPool
    from billing.pdf.render import html_of
    from tests.billing.pdf.samples import quebec

    document = quebec()
    style = (ROOT / "static" / "css" / "invoice.css").read_text()
    folder = ROOT / ".local" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    plain = _written(folder / "invoice.html", html_of(document), style)
    fontless = _written(
        folder / "fontless.html", html_of(document), re.sub(r"@font-face \{.*?\}", "", style, flags=re.DOTALL)
    )
    anchors = [Bare(plain), Bare(fontless)]
    with PdfPool(PROCESSES, timeout=60) as pool, ThreadPoolExecutor(PROCESSES) as threads:
        pool.warm()
        ours: list[float] = []
        theirs: list[list[float]] = [[], []]
        for _ in range(ROUNDS):
            start = perf_counter()
            list(threads.map(pool.render, [document] * (PROCESSES * PAGES)))
            ours.append(PROCESSES * PAGES / (perf_counter() - start))
            for anchor, speeds in zip(anchors, theirs, strict=True):
                speeds.append(anchor.round())
    for anchor in anchors:
        anchor.close()
    ratios = [median(mine / other for mine, other in zip(ours, speeds, strict=True)) for speeds in theirs]
    return [
        Figure(
            "PDFs of two processes, against two of bare WeasyPrint", ratios[0], 0.9, "times", at_least=True
        ),
        Figure("the same, sparing bare WeasyPrint the web fonts", ratios[1], None, "times"),
    ]


def memory() -> list[Figure]:
    """One worker's resident memory over many PDFs."""
    from billing.pdf.pool import PdfPool
    from tests.billing.pdf.samples import quebec

    document, tenth = quebec(), max(MANY // 10, 1)
    with PdfPool(1, timeout=60, documents_per_process=MANY + 1) as pool:
        sizes = []
        for number in range(1, MANY + 1):
            pool.render(document)
            if number % tenth == 0:
                sizes.append(psutil.Process(pool.pids()[0]).memory_info().rss / 2**20)
    return [
        Figure(f"memory of one worker, most over {MANY:,} PDFs", max(sizes), 300, "MiB"),
        Figure(f"its growth from PDF {tenth:,} to {MANY:,}", sizes[-1] - sizes[0], None, "MiB"),
    ]


def _written(path: Path, html: str, style: str) -> Path:
    path.write_text(html.replace("</head>", f"<style>{style}</style></head>"))
    return path


if __name__ == "__main__":
    for figure in main():
        print(figure)
