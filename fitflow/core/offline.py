"""What a studio's site shows while there is no network: one page that the browser keeps, and the worker that shows it.

Nothing of a person's is kept: the page is made without a request, is the same for everybody, and nothing else is cached but
the styles and scripts of that page. `OFFLINE_PAGE=false` takes the worker away again from every browser that has it.
"""

from __future__ import annotations

import hashlib
import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

PAGE = "/offline/"
ASSETS = ("css/tokens.css", "css/offline.css", "js/theme.js", "js/offline.js")
NO_CACHE = "no-cache"  # asked for each time, so that a new release is heard of at once


def _page() -> str:
    return render_to_string("offline.html")


def _worker() -> str:
    """Return the worker's script; whatever changes the page, or the release, makes it another worker with another cache."""
    if not settings.OFFLINE_PAGE:
        return render_to_string("service_worker_gone.js")
    assets = [static(name) for name in ASSETS]
    told = json.dumps([settings.RELEASE, _page(), assets])
    version = hashlib.sha256(told.encode()).hexdigest()[:12]
    kept = json.dumps({"version": version, "page": PAGE, "assets": assets})
    return render_to_string("service_worker.js", {"kept": mark_safe(kept)})  # noqa: S308 - our own names


@require_safe
def offline_page(request: HttpRequest) -> HttpResponse:
    """The page for no network, as the worker fetches it to keep it."""
    return HttpResponse(_page(), headers={"Cache-Control": NO_CACHE})


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker's script; it stands at the top, because a worker serves what is below its own address."""
    headers = {"Cache-Control": NO_CACHE}
    return HttpResponse(_worker(), content_type="text/javascript; charset=utf-8", headers=headers)
