"""Secret addresses under which sessions are read as a calendar file: made, shown once, revoked.

Of a secret (256 bits by chance) only the SHA-256 is kept. A feed shows what the person who made it may see now, and is dead
once she may not see it any more.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from fitflow.accounts.models import User
from fitflow.accounts.services.tokens import digest
from fitflow.core.clock import now
from fitflow.core.errors import Conflict, Invalid, NotFound
from fitflow.core.fields import check_name
from studios.services import record_event
from studios.shared.policies import Actor
from trainers.feed_policies import Subject, reaches_subject, visible_feeds
from trainers.models import CalendarFeed
from trainers.shared.models import PersonalFeed

MOST_FEEDS = 20
NOTE_READING_AFTER = timedelta(minutes=10)
Feed = CalendarFeed | PersonalFeed


def _secret() -> tuple[str, str]:
    secret = secrets.token_urlsafe(32)
    return secret, digest(secret)


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 100:
        raise Invalid("Give the calendar a name of up to 100 characters.", field="name")
    return check_name(name)


def _not_too_many(count: int) -> None:
    if count >= MOST_FEEDS:
        words = f"There are {MOST_FEEDS} addresses in use. Revoke one that is no longer needed first."
        raise Conflict(words, conflict="feeds")


def make_feed(*, actor: Actor, name: str, subject: Subject) -> tuple[CalendarFeed, str]:
    """Make a feed of one trainer, client or room; return its row and its secret, which is shown once.

    Raises NotFound or NotPermitted where she may not have one of that; Invalid (`name`); Conflict beyond twenty of her own.
    """
    name = _name(name)
    reaches_subject(actor, subject)
    secret, digested = _secret()
    with transaction.atomic():
        _not_too_many(CalendarFeed.objects.filter(made_by_id=actor.user_id, revoked_at=None).count())
        feed = CalendarFeed.objects.create(
            name=name, secret_hash=digested, made_by_id=actor.user_id, **{f"{subject.kind}_id": subject.id}
        )
        record_event(actor=actor, action="feed.made", subject=feed, of=subject.kind, whose=subject.id)
    return feed, secret


def revoke_feed(*, actor: Actor, feed_id: UUID) -> CalendarFeed:
    """Make a feed's address worthless at once. Raises NotFound for one that is not hers to see, or revoked already."""
    with transaction.atomic():
        feed = visible_feeds(actor).select_for_update(of=("self",)).filter(pk=feed_id).first()
        if feed is None:
            raise NotFound()
        feed.revoked_at = now()
        feed.save(update_fields=["revoked_at"])
        record_event(actor=actor, action="feed.revoked", subject=feed)
    return feed


def make_personal_feed(*, user: User, name: str) -> tuple[PersonalFeed, str]:
    """Make a feed of her sessions in all her studios; return its row and its secret, which is shown once.

    Raises Invalid (`name`), Conflict beyond twenty. Works on public rows.
    """
    name = _name(name)
    secret, digested = _secret()
    _not_too_many(live_personal_feeds(user).count())
    return PersonalFeed.objects.create(user=user, name=name, secret_hash=digested), secret


def live_personal_feeds(user: User) -> QuerySet[PersonalFeed]:
    """Return her feeds that have not been revoked, the newest first."""
    return PersonalFeed.objects.filter(user=user, revoked_at=None).order_by("-created_at")


def revoke_personal_feed(*, user: User, feed_id: UUID) -> None:
    """Make the address of a feed of hers worthless at once. Raises NotFound."""
    if not live_personal_feeds(user).filter(pk=feed_id).update(revoked_at=now()):
        raise NotFound()


def note_reading(feed: Feed) -> None:
    """Note that a feed was read, at most once in ten minutes: phones ask often."""
    at = now()
    if feed.read_at is None or feed.read_at < at - NOTE_READING_AFTER:
        type(feed)._default_manager.filter(pk=feed.pk).update(read_at=at)
