"""The client's portal: she reads all that is hers and changes nothing of the studio's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from billing.pdf.words import plain
from billing.policies import own_invoices
from billing.services.documents import document_of, pdf_of
from fitflow.core.clock import now, today
from reporting.portal import bookings, selectors, words
from studios.shared.decorators import client_required, member_required
from studios.shared.models import Role
from trainers.calendar_file import session_calendar
from trainers.selectors_log import sets_of, shared_logs
from trainers.selectors_notes import with_addenda
from trainers.services import record_log_reading, record_reading

View = Callable[..., HttpResponse]
PER_PAGE = 20
MANAGERS = (Role.OWNER, Role.MANAGER, Role.TRAINER_ADMIN)
SHOWS = ("coming", "past", "cancelled")


def portal_page(view: View) -> View:
    """Let in the clients of this studio, reading only; who also works here sees her client's navigation."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.portal = "client"  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return require_safe(client_required(page))


@require_safe
@member_required
def studio_home(request: HttpRequest) -> HttpResponse:
    """Lead each person to the page her work, or her training, begins with."""
    actor = request.actor  # type: ignore[attr-defined]
    if actor.has(*MANAGERS):
        return redirect("today")
    return redirect("calendar" if actor.has(Role.TRAINER) else "portal_home")


@portal_page
def portal_home(request: HttpRequest) -> HttpResponse:
    """Show the next session, what is due, what is coming and the latest notes."""
    at = now()
    home = selectors.home(request.actor, request.studio, at)  # type: ignore[attr-defined]
    record_reading(actor=request.actor, notes=with_addenda(home.notes))  # type: ignore[attr-defined]
    name = home.client.name if home.client else request.actor.name  # type: ignore[attr-defined]
    context = {
        "home": home,
        "first_name": words.greeting(name),
        "when_next": words.when_next(home.next, at),
        "what_is_due": words.what_is_due(home.due),
        "today": today(request.studio.timezone),  # type: ignore[attr-defined]
    }
    return render(request, "client/home.html", context)


@portal_page
def portal_sessions(request: HttpRequest) -> HttpResponse:
    """Show her sessions: those to come, those that were, those that were cancelled."""
    at = now()
    show = request.GET.get("show", "")
    show = show if show in SHOWS else SHOWS[0]
    rows = bookings.with_session(selectors.own_bookings(request.actor))  # type: ignore[attr-defined]
    found = {
        "coming": lambda: bookings.coming(rows, at),
        "past": lambda: bookings.past(rows, at),
        "cancelled": lambda: bookings.cancelled(rows),
    }[show]()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown = bookings.all_shown(page.object_list, at)
    logs = shared_logs(request.actor, [row.session.pk for row in shown]) if show == "past" else {}  # type: ignore[attr-defined]
    record_log_reading(actor=request.actor, sets=sets_of(one for log in logs.values() for one in log))  # type: ignore[attr-defined]
    context = {"show": show, "page": page, "rows": bookings.with_logs(shown, logs)}
    return render(request, "client/sessions.html", context)


@portal_page
def portal_session_ics(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Give one session as a file for her own calendar."""
    booking = selectors.own_place(request.actor, session_id)  # type: ignore[attr-defined]
    studio_name = request.studio.name  # type: ignore[attr-defined]
    body = session_calendar(booking.session, booking.client, studio_name=studio_name, method="PUBLISH")
    headers = {"Content-Disposition": 'attachment; filename="session.ics"'}
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)


@portal_page
def portal_invoices(request: HttpRequest) -> HttpResponse:
    """Show her invoices and credit notes, the newest first, under what is to be paid."""
    on = today(request.studio.timezone)  # type: ignore[attr-defined]
    rows = own_invoices(request.actor).select_related("corrects")  # type: ignore[attr-defined]
    page = Paginator(rows.order_by("-issued_on", "-sequence"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(invoice, selectors.state_of(invoice, on)) for invoice in page.object_list],
        "due": selectors.due(request.actor, on),  # type: ignore[attr-defined]
    }
    return render(request, "client/invoices.html", context)


@portal_page
def portal_invoice(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Show one invoice as it is printed, with what was paid since and how to pay the rest."""
    invoice = selectors.own_invoice(request.actor, invoice_id)  # type: ignore[attr-defined]
    state = selectors.state_of(invoice, today(request.studio.timezone))  # type: ignore[attr-defined]
    document = document_of(invoice)
    taxes = [(f"{tax.name} {plain(tax.percent)}%", tax) for tax in document.taxes]
    context = {"invoice": invoice, "document": document, "taxes": taxes, "state": state}
    return render(request, "client/invoice.html", context)


@portal_page
def portal_invoice_pdf(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Give the PDF of an invoice."""
    invoice = selectors.own_invoice(request.actor, invoice_id)  # type: ignore[attr-defined]
    headers = {"Content-Disposition": f'attachment; filename="{invoice.number}.pdf"'}
    return HttpResponse(pdf_of(invoice), content_type="application/pdf", headers=headers)


@portal_page
def portal_notes(request: HttpRequest) -> HttpResponse:
    """Show what her trainers shared with her."""
    page = Paginator(selectors.shared_notes(request.actor), PER_PAGE).get_page(request.GET.get("page"))  # type: ignore[attr-defined]
    record_reading(actor=request.actor, notes=with_addenda(page.object_list))  # type: ignore[attr-defined]
    return render(request, "client/notes.html", {"page": page})


@portal_page
def portal_profile(request: HttpRequest) -> HttpResponse:
    """Show what the studio knows of her; the studio changes it."""
    context = {
        "client": selectors.own_client(request.actor),  # type: ignore[attr-defined]
        "contact": selectors.studio_contact(),
    }
    return render(request, "client/profile.html", context)
