from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.timezone import now
from django_tenants.models import DomainMixin, TenantMixin

from fitflow.accounts.models import User
from fitflow.core.audit import AuditRow
from fitflow.core.clock import validate_zone
from fitflow.core.context import studio_url
from fitflow.core.fields import NameField
from fitflow.core.ids import uuid7
from fitflow.core.models import Row
from fitflow.tenancy.context import schema_of


class Province(models.TextChoices):
    """Provinces and territories of Canada, by their postal codes."""

    AB = "AB", "Alberta"
    BC = "BC", "British Columbia"
    MB = "MB", "Manitoba"
    NB = "NB", "New Brunswick"
    NL = "NL", "Newfoundland and Labrador"
    NS = "NS", "Nova Scotia"
    NT = "NT", "Northwest Territories"
    NU = "NU", "Nunavut"
    ON = "ON", "Ontario"
    PE = "PE", "Prince Edward Island"
    QC = "QC", "Québec"
    SK = "SK", "Saskatchewan"
    YT = "YT", "Yukon"


class Role(models.TextChoices):
    """What a person is in a studio. She may be several things in one, and others in another."""

    OWNER = "owner", "Owner"
    MANAGER = "manager", "Manager"
    TRAINER_ADMIN = "trainer_admin", "Trainer admin"
    TRAINER = "trainer", "Trainer"
    CLIENT = "client", "Client"


INVITATION_DAYS = 14
# Names below our host that we need ourselves, or that could be taken for us.
RESERVED = frozenset(
    {
        "www",
        "api",
        "app",
        "admin",
        "static",
        "media",
        "mail",
        "smtp",
        "ftp",
        "ns",
        "status",
        "help",
        "support",
    }
    | {"docs", "blog", "dev", "staff", "my", "id", "auth", "login", "cdn", "assets", "account", "fitflow"}
)


def new_nonce() -> str:
    """Return what makes an invitation's link different from the one sent before it."""
    return secrets.token_hex(16)


def two_weeks_on() -> datetime:
    """Return the instant at which an invitation sent now expires."""
    return now() + timedelta(days=INVITATION_DAYS)


class Organization(Row):  # type: ignore[django-manager-missing]
    """The business that owns one or more studios."""

    name = NameField(max_length=120)

    def __str__(self) -> str:
        return self.name


class Studio(TenantMixin):
    """A studio and where its rows live. Schema and database role share one name, made from the id."""

    class Status(models.TextChoices):
        TRIAL = "trial", "On trial"
        ACTIVE = "active", "Active"
        SUSPENDED = "suspended", "Suspended"
        CLOSED = "closed", "Closed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="studios")
    name = NameField(max_length=120)
    slug = models.SlugField(
        "address",
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-z][a-z0-9]*(-[a-z0-9]+)*\Z", "Use lower-case letters, digits and single hyphens."
            )
        ],
    )
    province = models.CharField(max_length=2, choices=Province.choices)
    timezone = models.CharField(max_length=40, validators=[validate_zone])
    currency = models.CharField(max_length=3, default="CAD", editable=False)
    hue = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.TRIAL)
    created_at = models.DateTimeField(default=now, editable=False)

    auto_create_schema = False
    auto_drop_schema = False

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.schema_name = schema_of(self.id)
        super().save(*args, **kwargs)

    @property
    def answers(self) -> bool:
        """Whether the studio's host answers at all."""
        return self.status in {self.Status.TRIAL, self.Status.ACTIVE}

    @property
    def url(self) -> str:
        return str(studio_url(self.slug))

    @property
    def organization_name(self) -> str:
        return str(self.organization.name)


class Domain(DomainMixin):
    """A host at which a studio answers."""

    def __str__(self) -> str:
        return str(self.domain)


class Member(Row):
    """One role of one person in one studio."""

    studio = models.ForeignKey(Studio, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=14, choices=Role.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["studio", "user", "role"], name="member_role_once")
        ]
        indexes: ClassVar = [models.Index(fields=["user", "studio"], name="member_by_user")]

    def __str__(self) -> str:
        return f"{self.role} of {self.studio_id}"


class Invitation(Row):
    """An offer of a role to an e-mail address, taken once, before it expires.

    The link in the mail carries a token that is signed, not stored: who reads this table cannot make one. A new `nonce`
    (when the invitation is sent again) makes older links worthless.
    """

    class State(models.TextChoices):
        OPEN = "invited", "Invited"
        ACCEPTED = "active", "Accepted"
        REVOKED = "removed", "Taken back"
        EXPIRED = "expired", "Expired"

    studio = models.ForeignKey(Studio, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    name = NameField(max_length=200, blank=True)
    role = models.CharField(max_length=14, choices=Role.choices)
    nonce = models.CharField(max_length=64, default=new_nonce, editable=False)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField(default=two_weeks_on)
    accepted_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["studio", "email", "role"],
                name="invitation_open_once",
                condition=models.Q(accepted_at=None, revoked_at=None),
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="invitation_email_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"

    @property
    def state(self) -> str:
        """Return where the invitation stands: `invited`, `active` (accepted), `removed` (taken back) or `expired`."""
        if self.accepted_at:
            return self.State.ACCEPTED
        if self.revoked_at:
            return self.State.REVOKED
        return self.State.OPEN if self.expires_at > now() else self.State.EXPIRED

    @property
    def is_open(self) -> bool:
        """Whether it can be taken now: it is still offered, and the studio's host answers."""
        return self.state == self.State.OPEN and self.studio.answers

    @property
    def token(self) -> str:
        """Return the token of the link; only who holds SECRET_KEY can make it."""
        signature = salted_hmac(
            "studios.invitation", f"{self.id}:{self.nonce}", algorithm="sha256"
        ).hexdigest()
        return f"{self.id.hex}-{signature[:40]}"


class PlatformAuditEvent(AuditRow):
    """What platform staff and the platform itself did."""
