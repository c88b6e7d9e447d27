"""The page for no network and its worker: the same for everybody, of a new version when it changes, and taken away again."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client as Browser

from fitflow.tenancy.context import leave
from tests.cast import Cast
from tests.pages import browser_of

HOST = {"host": "lotus.fitflow.localhost"}


@pytest.fixture
def browsers(lotus: Cast) -> list[Browser]:
    leave()
    return [Browser(headers=HOST), browser_of(lotus, "lead"), browser_of(lotus, "client")]


def kept(browser: Browser) -> dict[str, Any]:
    script = browser.get("/service-worker.js").content.decode()
    found = re.search(r"const KEPT = (.+);", script)
    assert found
    return dict(json.loads(found[1]))


def test_it_is_the_same_for_everybody_and_sets_no_cookie(browsers: list[Browser]) -> None:
    for path in ("/offline/", "/service-worker.js"):
        answers = [browser.get(path) for browser in browsers]
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1
        for answer in answers:
            assert not answer.cookies
            assert answer["Cache-Control"] == "no-cache"
            assert "worker-src 'self'" in answer["Content-Security-Policy"]
    assert answers[0]["Content-Type"] == "text/javascript; charset=utf-8"


def test_all_that_the_worker_keeps_is_there_and_is_static(browsers: list[Browser]) -> None:
    what = kept(browsers[0])
    page = browsers[0].get(what["page"]).content.decode()
    used = re.findall(r'(?:href|src)="([^"]+)"', page)
    assert sorted(used) == sorted(what["assets"])
    assert all(path.startswith("/static/") for path in used)


def test_a_new_release_is_another_worker(browsers: list[Browser], settings: Any) -> None:
    before = kept(browsers[0])["version"]
    assert kept(browsers[1])["version"] == before
    settings.RELEASE = "2"
    assert kept(browsers[0])["version"] != before


def test_switched_off_the_worker_takes_itself_away(browsers: list[Browser], settings: Any) -> None:
    settings.OFFLINE_PAGE = False
    script = browsers[0].get("/service-worker.js").content.decode()
    assert "self.registration.unregister()" in script
    assert "fetch" not in script


def test_it_is_there_on_a_studios_host_alone(browsers: list[Browser]) -> None:
    for path in ("/offline/", "/service-worker.js"):
        assert Browser(headers={"host": "fitflow.localhost"}).get(path).status_code == 404
