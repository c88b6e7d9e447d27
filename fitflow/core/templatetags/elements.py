"""The elements pages are built of; every template has them without loading anything. docs/look.md shows each in use."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.http import QueryDict
from django.template.context import Context
from django.urls import NoReverseMatch, reverse
from django.utils.crypto import salted_hmac
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from fitflow.core import formats, navigation
from fitflow.core.context import public_url
from fitflow.core.flash import undo_address
from fitflow.core.states import state_of

register = template.Library()

ROLE_WORDS = {
    "owner": "Owner",
    "manager": "Manager",
    "trainer_admin": "Trainer admin",
    "trainer": "Trainer",
    "client": "Client",
}
TONES = {
    "success": ("is-good", "check-circle"),
    "info": ("is-info", "info-circle"),
    "debug": ("is-info", "info-circle"),
    "warning": ("is-warn", "exclamation-triangle"),
    "error": ("is-bad", "exclamation-circle"),
}


@register.simple_tag(takes_context=True)
def keeping_key(context: Context) -> str:
    """`data-key="{% keeping_key %}"`: the key under which this person's browser seals what she types; no other page brings it."""
    request = context["request"]
    whose = f"{request.studio.pk}:{request.user.pk}"
    return salted_hmac("typed-words", whose, algorithm="sha256").hexdigest()


# Words and figures


@register.filter
def money(amount: Decimal | int | str | None, currency: str = "CAD") -> str:
    """`{{ amount|money:"CAD" }}` gives `$1,234.50`; put `.num` on the element around it."""
    return formats.money_text(amount, currency or "CAD")


@register.filter
def day(value: date | datetime | None, zone: formats.Zone = None) -> str:
    """`{{ dt|day:zone }}` gives `Thursday 19 November`."""
    return formats.day_text(value, zone)


@register.filter
def minutes(value: int) -> str:
    """`{{ minute|minutes }}` writes a minute of a day as `09:00`."""
    return formats.minutes_text(value)


@register.filter
def short_day(value: date | datetime | None, zone: formats.Zone = None) -> str:
    """`{{ dt|short_day:zone }}` gives `19 Nov`."""
    return formats.short_day_text(value, zone)


@register.filter
def clock(value: datetime | None, zone: formats.Zone = None) -> str:
    """`{{ dt|clock:zone }}` gives `14:30`."""
    return formats.clock_text(value, zone)


@register.filter
def iso(value: datetime | None) -> str:
    """`<time datetime="{{ dt|iso }}">` for machines."""
    return value.isoformat() if value else ""


@register.filter
def person(value: Any) -> str:
    """`{{ user|person }}` gives the name she goes by."""
    return formats.person_name(value)


@register.simple_tag
def span(start: datetime, end: datetime, zone: formats.Zone = None) -> str:
    """`{% span start end zone %}` gives `Thursday 19 November, 18:15 to 19:15`."""
    return formats.span_text(start, end, zone)


@register.simple_tag
def ago(value: datetime | None, zone: formats.Zone = None) -> SafeString | str:
    """`{% ago dt %}`: the day and time, turned by the browser into `3 minutes ago` and kept true."""
    if value is None:
        return ""
    words = f"{formats.short_day_text(value, zone)}, {formats.clock_text(value, zone)}"
    return format_html(
        '<time datetime="{}" data-relative title="{}">{}</time>', value.isoformat(), words, words
    )


# Small marks


@register.simple_tag
def icon(name: str) -> SafeString:
    """`{% icon "calendar-week" %}`: a picture without words of its own."""
    return format_html('<i class="bi bi-{}" aria-hidden="true"></i>', name)


@register.inclusion_tag("elements/state.html")
def state(kind: str, value: object, text: str = "", classes: str = "") -> dict[str, Any]:
    """`{% state "session" session.state %}`, or with own words `{% state "booking" "waitlisted" text="Waitlist, 2nd" %}`."""
    found = state_of(kind, value)
    return {"word": text or found.word, "icon": found.icon, "tone": found.tone, "classes": classes}


@register.inclusion_tag("elements/monogram.html")
def monogram(name: str, hue: int | str | None = None, shape: str = "", letters: int = 1) -> dict[str, Any]:
    """`{% monogram studio.name studio.hue %}`; shape `tiny` for a mark inside an event."""
    return {"text": formats.initials(str(name), letters), "hue": hue or formats.hue_of(name), "shape": shape}


@register.inclusion_tag("elements/monogram.html")
def avatar(who: Any, hue: int | str | None = None) -> dict[str, Any]:
    """`{% avatar user %}`: the round initials of a person, or of a name."""
    name = formats.person_name(who)
    return {"text": formats.initials(name), "hue": hue or formats.hue_of(name), "shape": "round"}


@register.inclusion_tag("elements/brand_mark.html")
def brand_mark() -> dict[str, Any]:
    """`{% brand_mark %}`: the sign of FitFlow as inline SVG."""
    return {}


@register.inclusion_tag("elements/theme_toggle.html")
def theme_toggle(classes: str = "") -> dict[str, Any]:
    """`{% theme_toggle "push" %}`: switches light and dark."""
    return {"classes": classes}


# Actions


@register.inclusion_tag("elements/button.html")
def button(label: str, href: str = "", style: str = "primary", icon: str = "", **more: Any) -> dict[str, Any]:
    """`{% button "Book session" %}` submits; with `href` it is a link, with `dialog` it opens that dialog.

    More: `small`, `type`, `name`, `value`, `form`, `busy` (its words while the form is sent), `hidden` (words for screen
    readers after the label), `classes`, `disabled`.
    """
    return {"label": label, "href": href, "style": style, "icon": icon, "type": "submit", **more}


@register.inclusion_tag("elements/back.html")
def back(href: str, label: str) -> dict[str, Any]:
    """`{% back url "Clients" %}` above the page header."""
    return {"href": href, "label": label}


# Messages, waiting and nothing-yet


@register.inclusion_tag("elements/flash.html")
def flash(text: str, level: str = "info", href: str = "", link: str = "") -> dict[str, Any]:
    """`{% flash "Clocks go back on Sunday." "warning" %}`; levels as in django.contrib.messages."""
    tone, mark = TONES.get(level, TONES["info"])
    return {"text": text, "tone": tone, "icon": mark, "href": href, "link": link, "level": level}


@register.inclusion_tag("elements/flashes.html", takes_context=True)
def flashes(context: Context) -> dict[str, Any]:
    """`{% flashes %}`: what was just done, with Undo where `fitflow.core.flash.undoable` offered it. Shells have it."""
    rows = []
    for message in context.get("messages") or ():
        tone, mark = TONES.get(message.level_tag, TONES["info"])
        undo = undo_address(message)
        rows.append({"text": message, "tone": tone, "icon": mark, "undo": undo, "level": message.level_tag})
    return {"rows": rows, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("elements/empty.html")
def empty(
    icon: str, title: str, text: str = "", href: str = "", label: str = "", **more: Any
) -> dict[str, Any]:
    """`{% empty "calendar-plus" "Nothing booked yet" "Add your first class…" url "Add a class" %}` inside a card.

    More: `dialog` (opens it instead of following `href`), `level` (2, the heading's), `style` (primary).
    """
    return {"icon": icon, "title": title, "text": text, "href": href, "label": label, "level": 2, **more}


@register.inclusion_tag("elements/stat.html")
def stat(label: str, value: object, note: str = "", trend: str = "", href: str = "") -> dict[str, Any]:
    """`{% stat "Attendance" "91%" "up 2 points" trend="up" %}` inside `<dl class="stat-grid m-0">`."""
    return {"label": label, "value": value, "note": note, "trend": trend, "href": href}


@register.inclusion_tag("elements/progress.html")
def progress(label: str, done: int, total: int, url: str = "", finished: bool = False) -> dict[str, Any]:
    """`{% progress "Invoicing October" 38 52 url %}`: asks `url` every second for itself until `finished`."""
    return {"label": label, "done": done, "total": max(total, 1), "url": url, "finished": finished}


# Lists


@register.inclusion_tag("elements/pager.html", takes_context=True)
def pager(context: Context, page: Any, parameter: str = "page") -> dict[str, Any]:
    """`{% pager page_obj %}` under a table; keeps the other parameters of the address."""
    paginator = page.paginator
    numbers = [
        {"number": n, "href": _with_parameter(context, parameter, n) if isinstance(n, int) else ""}
        for n in paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    before = _with_parameter(context, parameter, page.number - 1) if page.has_previous() else ""
    after = _with_parameter(context, parameter, page.number + 1) if page.has_next() else ""
    return {"page": page, "numbers": numbers, "before": before, "after": after}


@register.inclusion_tag("elements/cursor_pager.html")
def cursor_pager(
    before: str = "", after: str = "", newer: str = "Newer", older: str = "Older"
) -> dict[str, Any]:
    """`{% cursor_pager previous_url next_url %}` for endless lists."""
    return {"before": before, "after": after, "newer": newer, "older": older}


@register.inclusion_tag("elements/search.html", takes_context=True)
def search(context: Context, label: str, name: str = "q", **more: Any) -> dict[str, Any]:
    """`{% search "Search clients" %}`: a search box that is a form of its own.

    More: `action`, `placeholder`, and for htmx `target` (the list it replaces while one types).
    """
    request = context.get("request")
    return {"label": label, "name": name, "value": request.GET.get(name, "") if request else "", **more}


# Dialogs


@register.simple_block_tag(takes_context=True)
def sheet(context: Context, content: str, name: str, title: str, note: str = "", opened: bool = False) -> str:
    """`{% sheet "book" "New session" "Thu 19 November" %} a form {% endsheet %}`, opened by `dialog="book"` on a button."""
    values = {"id": name, "title": title, "note": note, "content": content, "opened": opened}
    return _rendered(context, "elements/sheet.html", values)


@register.simple_block_tag(takes_context=True)
def confirm(
    context: Context, content: str, name: str, title: str, action: str, label: str, **more: Any
) -> str:
    """`{% confirm "cancel" "Cancel this session?" url "Cancel session" %} who is told {% endconfirm %}`.

    The block is the words (and fields, if any) above the buttons. More: `keep` ("Keep it"), `style` ("danger"), `busy`.
    """
    values: dict[str, Any] = {
        "id": name,
        "title": title,
        "action": action,
        "label": label,
        "content": content,
        "keep": "Keep it",
    }
    values |= {**more, "csrf_token": context.get("csrf_token")}
    return _rendered(context, "elements/confirm.html", values)


# Shell


@register.simple_tag(takes_context=True)
def menu(context: Context, portal: str = "") -> list[navigation.Entry]:
    """`{% menu as entries %}`: what the person may open here."""
    request = context.get("request")
    return navigation.menu(request, portal) if request else []


@register.inclusion_tag("elements/navigation.html", takes_context=True, name="navigation")
def navigation_list(context: Context, portal: str = "") -> dict[str, Any]:
    """`{% navigation %}`: the list of the side navigation."""
    return {"entries": menu(context, portal)}


@register.inclusion_tag("elements/tabbar.html", takes_context=True)
def tabbar(context: Context, portal: str = "") -> dict[str, Any]:
    """`{% tabbar %}`: the first four pages and More, at the foot of a phone."""
    entries = menu(context, portal)
    shown = [entry for entry in entries if entry.phone][:4]
    return {"entries": shown, "elsewhere": any(entry.current for entry in entries if entry not in shown)}


@register.simple_tag(takes_context=True)
def role_words(context: Context) -> str:
    """`{% role_words %}` gives `Owner, Trainer`: what the person is in this studio."""
    request = context.get("request")
    held = navigation.roles_of(request) if request else frozenset()
    return ", ".join(word for role, word in ROLE_WORDS.items() if role in held)


@register.simple_tag
def link(name: str, *args: Any) -> str:
    """`{% link "client_list" as url %}`: an address of this host, or nothing where there is no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag
def public_link(name: str, *args: Any) -> str:
    """`{% public_link "account_login" as url %}`: an address on the platform's own host, from any host, or nothing."""
    try:
        return public_url(reverse(name, urlconf=settings.PUBLIC_SCHEMA_URLCONF, args=args))
    except NoReverseMatch:
        return ""


@register.simple_tag
def public_home() -> str:
    """`{% public_home %}`: the landing page, from any host."""
    return public_url("/")


@register.simple_tag
def attribute(name: str, value: object = True) -> SafeString:
    """`<input {% attribute "required" form.required %}>`: the attribute when its value is set, nothing otherwise."""
    if value is None or value is False or value == "":
        return mark_safe("")
    return format_html(" {}" if value is True else ' {}="{}"', name, value)


def _rendered(context: Context, name: str, values: dict[str, Any]) -> str:
    engine = context.template.engine if context.template else template.Engine.get_default()
    return engine.get_template(name).render(Context(values, autoescape=context.autoescape))


def _with_parameter(context: Context, name: str, value: int) -> str:
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    query[name] = str(value)
    return f"?{query.urlencode()}"
