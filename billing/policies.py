"""Which invoices a person may see, and fetching one or finding nothing."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.models import Invoice, InvoiceLine, InvoiceRun, Payment
from fitflow.core.errors import NotFound, NotPermitted
from studios.shared.models import Role
from studios.shared.policies import Actor, Capability, Scope, require, scope_of


def visible_invoices(actor: Actor) -> QuerySet[Invoice]:
    """Return the invoices and credit notes a person may see: all, those with her team's sessions, or her own as a client.

    Raises NotPermitted where her roles see none at all.
    """
    scope = require(actor, Capability.INVOICES_SEE)
    if scope is Scope.ALL:
        return Invoice.objects.all()
    if scope is Scope.TEAM:
        return Invoice.objects.filter(_of_her_team(actor) | _her_own(actor))
    return Invoice.objects.filter(_her_own(actor))


def own_invoices(actor: Actor) -> QuerySet[Invoice]:
    """Return what the person was billed as a client of this studio; raises NotPermitted for who is none."""
    if not actor.has(Role.CLIENT):
        raise NotPermitted()
    return Invoice.objects.filter(_her_own(actor))


def fetch_invoice(actor: Actor, invoice_id: UUID | str) -> Invoice:
    """Return an invoice the person may see, with its client; raises NotFound or NotPermitted."""
    invoice = visible_invoices(actor).select_related("client", "corrects").filter(pk=invoice_id).first()
    if invoice is None:
        raise NotFound()
    return invoice


def fetch_run(actor: Actor, run_id: UUID | str) -> InvoiceRun:
    """Return an invoice run; raises NotPermitted for who may not invoice, NotFound."""
    require_billing(actor)
    run = InvoiceRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound()
    return run


def fetch_payment(actor: Actor, payment_id: UUID | str) -> Payment:
    """Return a payment; raises NotPermitted for who may not record payments, NotFound."""
    require_billing(actor)
    payment = Payment.objects.select_related("invoice__client").filter(pk=payment_id).first()
    if payment is None:
        raise NotFound()
    return payment


def require_billing(actor: Actor) -> None:
    """Raise NotPermitted unless the person runs this studio's invoicing."""
    if require(actor, Capability.INVOICES_MANAGE) is not Scope.ALL:
        raise NotPermitted()


def may_bill(actor: Actor) -> bool:
    """Whether the person runs this studio's invoicing: issue, credit, record payments, refund."""
    return scope_of(actor, Capability.INVOICES_MANAGE) is Scope.ALL


def _her_own(actor: Actor) -> Q:
    return Q(client__user_id=actor.user_id) if actor.has(Role.CLIENT) else Q(pk__in=[])


def _of_her_team(actor: Actor) -> Q:
    lines = InvoiceLine.objects.filter(invoice=OuterRef("pk"))
    team = Q(booking__session__trainer__user_id=actor.user_id)
    team |= Q(booking__session__trainer__lead__user_id=actor.user_id)
    return Q(Exists(lines.filter(team)))
