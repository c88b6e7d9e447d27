"""The database itself keeps studios apart."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from fitflow.tenancy.context import StudioSwitchInTransaction, enter, leave, studio_context
from tests.cast import Cast


def schema_and_role() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_user")
        return cursor.fetchone()


def test_a_studio_is_entered_with_path_and_role_together(cast: Cast) -> None:
    with studio_context(cast.lotus):
        assert schema_and_role() == (cast.lotus.schema_name, cast.lotus.schema_name)
    assert schema_and_role() == ("public", "fitflow")


def test_sql_that_names_another_schema_fails_in_the_database(cast: Cast) -> None:
    with (
        studio_context(cast.lotus),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{cast.summit.schema_name}".clients_client')


@pytest.mark.parametrize(
    "table", ["django_session", "accounts_refreshtoken", "account_emailaddress", "otp_totp_totpdevice"]
)
def test_a_studio_cannot_read_the_platforms_secrets(cast: Cast, table: str) -> None:
    with (
        studio_context(cast.lotus),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM public.{table}")


def test_a_studio_reads_its_own_members_only_and_no_password(cast: Cast) -> None:
    with studio_context(cast.lotus), connection.cursor() as cursor:
        cursor.execute("SELECT email FROM accounts_user")
        emails = {row[0].split("@")[0] for row in cursor.fetchall()}
        assert emails == {"owner", "manager", "lead", "trainer", "client"}
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute("SELECT password FROM accounts_user")


def test_path_and_role_survive_nested_savepoints_and_their_rollback(cast: Cast) -> None:
    with studio_context(cast.summit), studio_context(cast.lotus):
        with pytest.raises(IntegrityError), transaction.atomic():
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("INSERT INTO studios_room (id) VALUES (gen_random_uuid())")
        assert schema_and_role() == (cast.lotus.schema_name, cast.lotus.schema_name)


@pytest.mark.django_db(transaction=False)
def test_a_studio_is_not_switched_inside_a_transaction(cast: Cast) -> None:
    enter(cast.lotus)
    with transaction.atomic(), pytest.raises(StudioSwitchInTransaction):
        enter(cast.summit)
    leave()


def test_one_trainer_is_never_in_two_places_in_two_studios(cast: Cast) -> None:
    from tests.make import session

    start = timezone.now() + timedelta(days=3)
    with studio_context(cast.lotus):
        session(cast, starts_at=start)
    with (
        studio_context(cast.summit),
        pytest.raises(IntegrityError, match="busytime_no_overlap"),
        transaction.atomic(),
    ):
        session(cast, starts_at=start + timedelta(minutes=30))


def test_another_studios_busy_time_is_a_bare_span(cast: Cast) -> None:
    from tests.make import session

    start = timezone.now() + timedelta(days=4)
    with studio_context(cast.lotus):
        session(cast, starts_at=start)
    with studio_context(cast.summit), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM trainers_shared_busytime")
        assert cursor.fetchone() == (0,)
        period = [start - timedelta(days=1), start + timedelta(days=1)]
        cursor.execute(
            "SELECT elsewhere, session_id FROM trainer_busy_spans(%s, tstzrange(%s, %s))",
            [[cast.user["lead"].pk], *period],
        )
        assert cursor.fetchall() == [(True, None)]
