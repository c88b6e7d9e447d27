from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import sys
import time
import zlib
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from billing.pdf import fonts
from billing.pdf.document import InvoiceDocument
from billing.pdf.press import STATIC, Refused, StaticFetcher, press
from billing.pdf.render import html_of, render, render_many
from fitflow.local.system import has_fonts
from tests.billing.pdf import samples

ROOT = Path(__file__).resolve().parents[3]
needs_poppler = pytest.mark.skipif(
    not shutil.which("pdftotext"), reason="pdftotext (poppler-utils) is not installed"
)


def inflated(pdf: bytes) -> bytes:
    """Return all objects of the PDF, uncompressed."""
    parts = [pdf[:20]]
    for start in re.finditer(rb"(?<!end)stream\r?\n", pdf):
        with contextlib.suppress(zlib.error):
            parts.append(zlib.decompressobj().decompress(pdf[start.end() :]))
    return b"\n".join(parts)


def picture_of(pdf: bytes) -> bytes:
    return subprocess.run(["pdftoppm", "-r", "60", "-"], input=pdf, capture_output=True, check=True).stdout


def text_of(pdf: bytes) -> str:
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


@needs_poppler
@pytest.mark.parametrize(
    ("document", "shown"),
    [
        (samples.ontario(), ["LW-0042", "HST 13%", "27.69", "$240.69", "123456782 RT0001", "Theo Park", "15 November 2026"]),
        (samples.quebec(), ["GST 5%", "29.90", "QST 9.975%", "59.65", "1023456789 TQ0001", "$597.55", "Part paid"]),
        (samples.exempt(), ["Exempt", "245.00", "$0.00", "Paid"]),
        (samples.credit_note(), ["Credit note", "SS-C-0009", "SS-0187", "$109.23"]),
    ],
    ids=["ontario", "quebec", "exempt", "credit note"],
)  # fmt: skip
def test_the_pdf_says_what_an_invoice_must(document: InvoiceDocument, shown: list[str]) -> None:
    text = text_of(render(document))
    assert [words for words in shown if words not in text] == []


@needs_poppler
def test_two_hundred_lines_repeat_the_head_and_count_the_pages() -> None:
    pages = text_of(render(samples.long(200))).removesuffix("\f").split("\f")
    assert len(pages) > 5
    for number, page in enumerate(pages, start=1):
        assert "Amount, CAD" in page
        assert f"Page {number} of {len(pages)}" in page


@needs_poppler
@pytest.mark.parametrize("count", range(18, 24))
def test_totals_never_stand_alone_on_a_page(count: int) -> None:
    last = text_of(render(samples.long(count))).removesuffix("\f").split("\f")[-1]
    assert "Personal training" in last
    assert "To pay" in last


@needs_poppler
@pytest.mark.parametrize("name", ["Łukasz Śmigły", "Nguyễn Thị Ánh", "נועה לוי", "Zoë 🧘"])
def test_names_of_other_scripts_can_be_read_back(name: str) -> None:
    text = text_of(render(samples.named(name))).translate(dict.fromkeys(map(ord, "\u202a\u202b\u202c")))
    assert all(word in text for word in name.split())


@pytest.mark.skipif(
    not has_fonts() or not shutil.which("pdftoppm"), reason="needs fonts of all scripts, and poppler"
)
@pytest.mark.parametrize("pair", ["ЖД", "אב", "عش", "कग", "ਗਰ", "สม", "ᐃᓄ", "李雷", "さく", "김민", "🧘🏋"])
def test_no_letter_is_a_box(pair: str) -> None:
    one, other = (picture_of(render(samples.named(letter))) for letter in pair)
    assert one != other, "Boxes all look alike."


def test_it_is_tagged_and_says_what_it_is() -> None:
    pdf = inflated(render(replace(samples.ontario(), paper="a4")))
    for part in (
        b"/StructTreeRoot",
        b"/Lang (en-CA)",
        b"(Invoice LW-0042, Lotus Wellness)",
        b"(Lotus Wellness)",
        b"D:20261101",
    ):
        assert part in pdf, part
    assert b"[0 0 595.2" in pdf.replace(b"/MediaBox ", b"")


def test_the_same_document_gives_the_same_bytes_in_any_process() -> None:
    document = samples.quebec()
    first = render(document)
    assert render(document) == first
    program = (
        "import sys; from billing.pdf.press import press; "
        "sys.stdout.buffer.write(press(sys.stdin.buffer.read().decode()))"
    )
    time.sleep(1.1)  # a clock that crept in would show
    other = subprocess.run(
        [sys.executable, "-c", program],
        input=html_of(document).encode(),
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    assert sha256(other.stdout).digest() == sha256(first).digest()


def test_a_chunk_gives_each_document_its_pdf() -> None:
    documents = [samples.ontario(), samples.exempt()]
    made = list(render_many(documents))
    assert [document.number for document, _ in made] == ["LW-0042", "LW-0043"]
    assert all(pdf.startswith(b"%PDF-") for _, pdf in made)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/logo.png",
        "https://evil.example/logo.png",
        "ftp://evil.example/logo.png",
        "file:///etc/passwd",
        "file://evil.example/etc/logo.png",
        f"{STATIC.as_uri()}/../manage.py",
        f"{STATIC.as_uri()}/%2e%2e/pyproject.toml",
        f"{STATIC.as_uri()}/css",
        f"{STATIC.as_uri()}/vendor/space-grotesk/LICENSE",
        f"{STATIC.as_uri()}-elsewhere/logo.png",
        "/etc/passwd",
    ],
)
def test_the_fetcher_refuses(address: str) -> None:
    with pytest.raises(Refused):
        StaticFetcher().fetch(address)


def test_the_fetcher_refuses_a_link_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "secret.png").write_bytes(b"secret")
    (tmp_path / "static" / "logo.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(Refused):
        StaticFetcher(tmp_path / "static").fetch((tmp_path / "static" / "logo.png").as_uri())


def test_the_fetcher_gives_static_files_and_inline_data() -> None:
    fetcher = StaticFetcher()
    assert b"@page" in fetcher.fetch(f"{STATIC.as_uri()}/css/invoice.css").read()
    assert fetcher.fetch("data:text/plain,hello").read() == b"hello"


def test_a_refused_picture_leaves_a_document_without_it() -> None:
    assert press('<html lang="en"><img src="file:///etc/passwd"><p>Still here').startswith(b"%PDF-")


def test_the_weights_are_cut_from_the_vendored_font(tmp_path: Path) -> None:
    for script in fonts.SCRIPTS:
        for weight in fonts.WEIGHTS:
            made = fonts.cut(script, weight, tmp_path)
            assert made.read_bytes() == (fonts.TARGET / made.name).read_bytes(), made.name
