"""What the admin opens with: how the platform stands, from public rows only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q
from django.db.models.functions import Now, TruncMonth
from django.urls import reverse
from django.utils import timezone

from fitflow.accounts.models import User
from fitflow.admin.base import in_words
from fitflow.core.models import OutboxMessage
from studios.shared.models import Invitation, Member, Organization, PlatformAuditEvent, Role, Studio

# Later than this, and the relay is behind: beat sweeps every few seconds.
LATE = timedelta(minutes=2)


@dataclass(frozen=True)
class Figure:
    """One number, what it says, and where it leads."""

    label: str
    value: str
    note: str
    url: str
    tone: str = ""


def figures() -> dict[str, Any]:
    """Return the numbers, the studios opened per month, the newest studios, and what was done last. Eight queries."""
    return {
        "numbers": [*_studios(), *_people(), *_outbox()],
        "months": _opened_by_month(),
        "newest": Studio.objects.select_related("organization").order_by("-created_at")[:6],
        "events": [
            (in_words(event.action), event) for event in PlatformAuditEvent.objects.order_by("-seq")[:8]
        ],
    }


def _studios() -> list[Figure]:
    this_month = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    status = Studio.Status
    found = Studio.objects.aggregate(
        open=Count("pk", filter=Q(status__in=[status.TRIAL, status.ACTIVE])),
        trial=Count("pk", filter=Q(status=status.TRIAL)),
        suspended=Count("pk", filter=Q(status=status.SUSPENDED)),
        new=Count("pk", filter=Q(created_at__gte=this_month)),
    )
    url = reverse("admin:studios_shared_studio_changelist")
    note = f"{found['trial']} on trial, {found['suspended']} suspended"
    month = f"since 1 {this_month:%B}"
    return [
        Figure("Studios open", _n(found["open"]), note, url),
        Figure("Opened this month", _n(found["new"]), month, f"{url}?o=-8"),
    ]


def _people() -> list[Figure]:
    members = Member.objects.aggregate(
        people=Count("user", distinct=True),
        clients=Count("user", distinct=True, filter=Q(role=Role.CLIENT)),
        owners=Count("user", distinct=True, filter=Q(role=Role.OWNER)),
    )
    people = User.objects.aggregate(all=Count("pk"), off=Count("pk", filter=Q(is_active=False)))
    waiting = Invitation.objects.aggregate(
        open=Count("pk", filter=Q(accepted_at=None, revoked_at=None, expires_at__gt=Now())),
        expired=Count("pk", filter=Q(accepted_at=None, revoked_at=None, expires_at__lte=Now())),
    )
    organizations = Organization.objects.count()
    invitations = reverse("admin:studios_shared_invitation_changelist")
    return [
        Figure(
            "Members",
            _n(members["people"]),
            f"{_n(members['clients'])} clients, {_n(members['owners'])} owners of {_n(organizations)} organizations",
            reverse("admin:studios_shared_member_changelist"),
        ),
        Figure(
            "Accounts",
            _n(people["all"]),
            f"{people['off']} suspended",
            reverse("admin:accounts_user_changelist"),
        ),
        Figure(
            "Invitations waiting",
            _n(waiting["open"]),
            f"{waiting['expired']} expired",
            f"{invitations}?state=invited",
        ),
    ]


def _outbox() -> list[Figure]:
    state = OutboxMessage.State
    found = OutboxMessage.objects.exclude(state=state.DONE).aggregate(
        due=Count("pk", filter=Q(state=state.PENDING, due_at__lte=Now())),
        later=Count("pk", filter=Q(state=state.PENDING, due_at__gt=Now())),
        oldest=Min("due_at", filter=Q(state=state.PENDING, due_at__lte=Now())),
        dead=Count("pk", filter=Q(state=state.DEAD)),
    )
    url = reverse("admin:core_outboxmessage_changelist")
    lag = _lag(found["oldest"])
    return [
        Figure(
            "Outbox lag",
            _span(lag),
            f"{_n(found['due'])} due, {_n(found['later'])} later",
            f"{url}?state__exact={state.PENDING}",
            "warning" if lag > LATE else "",
        ),
        Figure(
            "Given up",
            _n(found["dead"]),
            "outbox rows that need somebody" if found["dead"] else "nothing needs you",
            f"{url}?state__exact={state.DEAD}",
            "danger" if found["dead"] else "",
        ),
    ]


def _opened_by_month() -> list[dict[str, Any]]:
    """Return the last twelve months, oldest first, each with its count and its share of the highest in twentieths."""
    first = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    months = [first := first if at == 0 else (first - timedelta(days=1)).replace(day=1) for at in range(12)][
        ::-1
    ]
    rows = Studio.objects.filter(created_at__gte=months[0]).annotate(month=TruncMonth("created_at"))
    counts = {
        row["month"].date(): row["n"] for row in rows.values("month").annotate(n=Count("pk")).order_by()
    }
    most = max(counts.values(), default=0) or 1
    return [
        {
            "name": f"{month:%b}",
            "year": f"{month:%Y}",
            "count": (count := counts.get(month.date(), 0)),
            "height": round(20 * count / most) or (1 if count else 0),
        }
        for month in months
    ]


def _lag(oldest: datetime | None) -> timedelta:
    return max(timezone.now() - oldest, timedelta()) if oldest else timedelta()


def _span(lag: timedelta) -> str:
    seconds = int(lag.total_seconds())
    for size, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {word}"
    return f"{seconds} s"


def _n(count: int) -> str:
    return f"{count:,}"


def environment(request: Any) -> list[str] | None:
    """Return the badge beside the header: where the demo's rows are not anybody's."""
    return ["Demo", "warning"] if settings.DEMO else None
