"""What a message says: one layout for all, filled at the time of sending from the rows as they are then.

A subject registers a renderer for each of its messages in its `messages.py`:

    @template("session_booked")
    def session_booked(delivery: Delivery) -> Letter | Email: ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.mime.base import MIMEBase
from typing import Any, Literal

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse

from fitflow.core.context import studio_url
from fitflow.core.formats import one_line
from fitflow.tenancy.context import current_studio
from notifications.models import Delivery

Tone = Literal["info", "good", "warn", "off"]
Attachment = MIMEBase | tuple[str, bytes, str]  # a MIME part, or file name, contents and type

# The studio's five hues and the tones of a state, as in static/css/tokens.css: mail programs know no variables.
HUES = {1: "#2563eb", 2: "#0f766e", 3: "#b45309", 4: "#7c3aed", 5: "#be185d"}
PLATFORM_HUE = 1


class Suppress(Exception):
    """Raised by a renderer when the message has no sense any more; the reason is a sentence for the studio's owner."""


class Later(Exception):
    """Raised by a renderer when the message must not be sent now, such as at night; it is rendered again then."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"not before {until.isoformat()}")
        self.until = until


@dataclass(frozen=True, kw_only=True)
class Letter:
    """The words of one message. `mark` is its state in a word, `when` its most important line, `facts` the details."""

    subject: str
    preview: str
    mark: str
    tone: Tone = "info"
    heading: str
    paragraphs: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    button: tuple[str, str] | None = None
    after: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()  # quieter than the button: words and address
    why: str
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Email:
    """A message ready to be handed over."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""
    told: Mapping[str, str] = field(default_factory=dict)


Renderer = Callable[[Delivery], Letter]
_renderers: dict[str, Renderer] = {}


def template(name: str) -> Callable[[Renderer], Renderer]:
    """Register the renderer of the messages whose `Delivery.template` is `name`. It may raise Suppress or Later."""

    def register(renderer: Renderer) -> Renderer:
        _renderers[name] = renderer
        return renderer

    return register


def template_names() -> tuple[str, ...]:
    """Return the names of all messages there are."""
    return tuple(sorted(_renderers))


def render(delivery: Delivery) -> Email:
    """Return a delivery's message from the rows as they are now. Raises Suppress, Later; LookupError for an unknown template."""
    if delivery.template not in _renderers:
        raise LookupError(f"No renderer is registered for {delivery.template!r}.")
    return lay_out(_renderers[delivery.template](delivery), recipient_name=delivery.recipient_name)


def lay_out(letter: Letter, *, recipient_name: str = "") -> Email:
    """Return the letter as HTML and as plain text, in the studio's colours."""
    studio: Any = current_studio()
    name = one_line(recipient_name)
    letter = replace(
        letter,
        subject=one_line(letter.subject)[:200],
        preview=one_line(letter.preview),
        facts=tuple((label, one_line(value)) for label, value in letter.facts),
    )
    values = {
        "letter": letter,
        "studio": studio,
        "sender": studio.name if studio else "FitFlow",
        "hue": HUES.get(getattr(studio, "hue", PLATFORM_HUE), HUES[PLATFORM_HUE]),
        "greeting": f"Hello {name}," if name else "Hello,",
        "language": settings.LANGUAGE_CODE,
    }
    return Email(
        subject=letter.subject,
        text=render_to_string("emails/letter.txt", values).strip() + "\n",
        html=render_to_string("emails/letter.html", values),
        attachments=letter.attachments,
        reply_to=letter.reply_to,
        told=letter.told,
    )


def page_of(name: str, *args: Any) -> str:
    """Return the full address of a page of the entered studio's host; its home where there is no such page."""
    studio: Any = current_studio()
    try:
        path = reverse(name, urlconf=settings.STUDIO_URLCONF, args=args)
    except NoReverseMatch:
        path = "/"
    return studio_url(studio.slug, path)
