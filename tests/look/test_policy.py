"""What the content security policy forbids is in no file, and no page leans on somebody else's server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Mails, documents for print and the platform's admin are not under the pages' policy.
PAPER = {"tokens", "invoice"}  # the tokens themselves, and a document that has one theme
ELSEWHERE = {"emails", "pdf", "admin"}
TEMPLATES = [
    path
    for path in sorted(ROOT.glob("**/templates/**/*.html"))
    if not ELSEWHERE & set(path.parts) and ".local" not in path.parts and "node_modules" not in path.parts
]
OWN_FILES = sorted([*(ROOT / "static/css").glob("**/*.css"), *(ROOT / "static/js").glob("**/*.js")])
FORBIDDEN = {
    "an inline style": r"\sstyle\s*=",
    "a style element": r"<style\b",
    "an inline script": r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/(ld\+)?json\")",
    "an event attribute": r"<[^>]*\son[a-z]+\s*=",
    "a javascript: address": r"javascript:",
    "htmx that needs eval": r"\shx-on[:=\-]|\shx-(vals|headers)=['\"]js:",
}
FOREIGN = re.compile(r"(?:https?:)?//(?!www\.w3\.org/)[a-z0-9-]+\.[a-z]", re.IGNORECASE)


def without_comments(text: str) -> str:
    """Drop comments of CSS and JavaScript: an address may be named in one, only not fetched."""
    return re.sub(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", "", text, flags=re.DOTALL)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_has(path: Path, what: str):
    text = re.sub(r"\{%\s*(style|state|button|confirm|empty)\b.*?%\}", "", path.read_text())
    assert not re.search(FORBIDDEN[what], text, flags=re.IGNORECASE), f"{name(path)} has {what}"


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_templates_load_nothing_from_elsewhere(path: Path):
    loaded = re.findall(
        r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=\"([^\"]*)\"", path.read_text()
    )
    assert not [address for address in loaded if FOREIGN.search(address)]


@pytest.mark.parametrize("path", OWN_FILES, ids=name)
def test_our_styles_and_scripts_name_no_other_server(path: Path):
    assert not FOREIGN.search(without_comments(path.read_text()))


@pytest.mark.parametrize("path", [path for path in OWN_FILES if path.suffix == ".js"], ids=name)
def test_our_scripts_need_no_eval_and_write_no_html(path: Path):
    text = without_comments(path.read_text())
    assert not re.search(
        r"\beval\(|new Function\(|\.innerHTML\s*=|insertAdjacentHTML|setAttribute\(.style.", text
    )


@pytest.mark.parametrize(
    "path", [path for path in OWN_FILES if path.suffix == ".css" and path.stem not in PAPER], ids=name
)
def test_colours_come_from_the_tokens_alone(path: Path):
    before_paper = path.read_text().split("@media print")[0]
    assert not re.search(r"#[0-9a-f]{3,8}\b|\brgba?\(", without_comments(before_paper), flags=re.IGNORECASE)


def test_every_vendored_package_says_its_version_and_licence():
    for folder in (ROOT / "static/vendor").iterdir():
        assert (folder / "VERSION").read_text().strip()
        assert "ermission" in (folder / "LICENSE").read_text()


def test_the_lock_names_no_registry():
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()
