"""The demo's mailbox at /dev/mail/ of the platform's host: whoever runs the demo reads everybody's mail there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from notifications.email import devmail

PAGE = 25
View = Callable[..., HttpResponseBase]
# A message is shown as its sender wrote it, but it can neither run, nor load, nor send anything.
MAIL_POLICY: dict[str, list[str] | None] = {
    **dict.fromkeys(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]),
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["data:"],
    "frame-ancestors": [SELF],
    "base-uri": [NONE],
    "form-action": [NONE],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}
LINKS_OPEN_APART = b'<base target="_blank">'


def demo_only(view: View) -> View:
    """Answer 404 unless this is the demo: everywhere else people's mail is not ours to show."""

    @require_safe
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@demo_only
def mail_list(request: HttpRequest) -> HttpResponse:
    """All mail of the demo, newest first."""
    words = request.GET.get("q", "").strip()
    page = Paginator(devmail.search(words), PAGE).get_page(request.GET.get("page"))
    return render(request, "public/devmail_list.html", {"page_obj": page, "words": words})


@demo_only
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def mail_message(request: HttpRequest, name: str) -> HttpResponse:
    """One message: as it looks, as plain text, its headers and its attachments."""
    message = _message(name)
    values = {
        "name": name,
        "message": message,
        "sent_at": devmail.sent_at(name),
        "html": message.get_body(("html",)) is not None,
        "text": devmail.text_of(message),
        "headers": [(key, str(value)) for key, value in message.items()],
        "attachments": devmail.attachments(message),
    }
    return render(request, "public/devmail_message.html", values)


@demo_only
@xframe_options_sameorigin
@csp_replace(MAIL_POLICY)  # type: ignore[arg-type]
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """The message's own HTML, for the frame of the page above."""
    body = _message(name).get_body(("html",))
    if body is None:
        raise Http404
    content = str(body.get_content()).encode()
    return HttpResponse(content.replace(b"<head>", b"<head>" + LINKS_OPEN_APART, 1))


@demo_only
def mail_attachment(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One attachment, always as a download."""
    found = devmail.attachments(_message(name))
    if number >= len(found):
        raise Http404
    content, file_name = found[number].content, found[number].name
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def _message(name: str) -> Any:
    message = devmail.read(name)
    if message is None:
        raise Http404
    return message
