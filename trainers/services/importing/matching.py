"""What the rows of a file are beside each other and beside what is here: who is who, which session is which.

Statements over all rows at once, in the caller's transaction: as many for three rows as for a hundred thousand.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from fitflow.core.folding import ACCENTED, PLAIN
from trainers.models import Import
from trainers.services.importing.clashing import mark_clashes
from trainers.services.importing.equipping import mark_shortages

# One who is known by e-mail, then by phone and name together; a name alone is what the owner says it is.
FOLDED = f"translate(lower(client.name), '{ACCENTED}', '{PLAIN}')"
PLANNED = 5000  # rows from which the planner should know what has just been copied
OPEN = "row.batch_id = %(batch)s AND row.outcome = ''"

AGAIN = """
UPDATE trainers_importrow SET outcome = '', clashes = '[]', person = id, client = NULL, session = NULL, same_as = NULL
WHERE batch_id = %(batch)s AND outcome <> 'skipped' AND problems = '[]' AND (outcome <> '' OR clashes <> '[]')
"""
HERE_BY_EMAIL = """
UPDATE trainers_importrow AS row SET client = client.id FROM clients_client AS client
WHERE {open} AND row.email <> '' AND lower(client.email) = row.email
"""
HERE_BY_PHONE = """
WITH found AS (
    SELECT row.id, (array_agg(client.id))[1] AS one, count(*) AS many
    FROM trainers_importrow AS row JOIN clients_client AS client ON client.phone = row.phone AND {folded} = row.folded
    WHERE {open} AND row.client IS NULL AND row.phone <> '' GROUP BY row.id
)
UPDATE trainers_importrow AS row SET client = CASE WHEN found.many = 1 THEN found.one END,
    clashes = CASE WHEN found.many = 1 THEN row.clashes ELSE row.clashes || jsonb_build_array(
        'Several clients here are called ' || row.name || ' and have this phone number. Keep one of them, or leave the row out.')
    END
FROM found WHERE row.id = found.id
"""
HERE_BY_NAME = """
WITH found AS (
    SELECT row.id, (array_agg(client.id))[1] AS one, count(*) AS many
    FROM trainers_importrow AS row JOIN clients_client AS client ON {folded} = row.folded
    WHERE {open} AND row.client IS NULL AND row.name <> '' AND row.clashes = '[]'
      AND (row.email = '' OR client.email = '') AND (row.phone = '' OR client.phone = '' OR client.phone = row.phone)
    GROUP BY row.id
)
UPDATE trainers_importrow AS row
SET client = CASE WHEN found.many = 1 AND %(same)s THEN found.one END,
    clashes = CASE WHEN found.many = 1 AND %(same)s THEN row.clashes ELSE row.clashes || jsonb_build_array(
        CASE WHEN found.many = 1 THEN 'Somebody called ' || row.name || ' is a client already, without the same e-mail or phone.'
             || ' Say on the mapping page what a same name means, or leave the row out.'
             ELSE 'Several clients are called ' || row.name || '. Add her e-mail address to the file, or leave the row out.' END)
    END
FROM found WHERE row.id = found.id
"""
# Families share an address. Another name is one that has a word the other has not; an initial may stand for a word.
WORDS_WITHIN = """NOT EXISTS (
    SELECT FROM regexp_split_to_table({one}, {ends}) AS mine(word) WHERE mine.word <> '' AND NOT EXISTS (
        SELECT FROM regexp_split_to_table({other}, {ends}) AS theirs(word)
        WHERE theirs.word = mine.word OR length(mine.word) = 1 AND starts_with(theirs.word, mine.word)))""".replace(
    "{ends}", "'[[:space:].,’''-]+'"
)


def _other_name(one: str, other: str) -> str:
    pairs = ((one, other), (other, one))
    within = " OR ".join(WORDS_WITHIN.replace("{one}", a).replace("{other}", b) for a, b in pairs)
    return f"{one} <> {other} AND NOT ({within})"


HERE_UNDER_ANOTHER_NAME = f"""
UPDATE trainers_importrow AS row SET clashes = row.clashes || jsonb_build_array(client.name || ' is a client already and has'
    || ' this e-mail address. Say on the mapping page what another name means, or clear the address.')
FROM clients_client AS client
WHERE {{open}} AND row.client = client.id AND lower(client.email) = row.email AND row.email <> '' AND row.name <> row.email
  AND {_other_name(FOLDED, "row.folded")}
"""  # noqa: S608
ROW_UNDER_ANOTHER_NAME = f"""
UPDATE trainers_importrow AS row SET clashes = row.clashes || jsonb_build_array('Row ' || lead.number || ' has the same e-mail'
    || ' and another name, ' || lead.name || '. Say on the mapping page what that means, or clear one of the addresses.')
FROM trainers_importrow AS lead
WHERE {{open}} AND lead.id = row.person AND lead.id <> row.id AND lead.email = row.email AND row.email <> ''
  AND row.name <> row.email AND lead.name <> lead.email AND {_other_name("lead.folded", "row.folded")}
"""  # noqa: S608
ONE_EMAIL = """
UPDATE trainers_importrow AS row SET person = first.person
FROM (
    SELECT id, first_value(id) OVER mine AS person
    FROM trainers_importrow AS row WHERE {open} AND email <> '' WINDOW mine AS (PARTITION BY email ORDER BY number)
) AS first
WHERE row.id = first.id AND first.person <> row.id
"""
ONE_PHONE = """
WITH grouped AS (
    SELECT person, first_value(person) OVER (PARTITION BY phone, folded ORDER BY number) AS lead
    FROM trainers_importrow AS row WHERE {open} AND phone <> ''
), moved AS (
    SELECT person, (array_agg(lead ORDER BY lead))[1] AS lead FROM grouped WHERE person <> lead GROUP BY person
)
UPDATE trainers_importrow AS row SET person = moved.lead FROM moved WHERE {open} AND row.person = moved.person
"""
ONE_NAME = """
WITH told AS (
    SELECT folded, count(DISTINCT person) AS many, (array_agg(person ORDER BY number))[1] AS one, min(number) AS number
    FROM trainers_importrow AS row WHERE {open} AND (email <> '' OR phone <> '') GROUP BY folded
), bare AS (
    SELECT row.id, row.folded, first_value(id) OVER (PARTITION BY folded ORDER BY number) AS lead
    FROM trainers_importrow AS row
    WHERE {open} AND email = '' AND phone = '' AND name <> '' AND client IS NULL AND clashes = '[]'
)
UPDATE trainers_importrow AS row
SET person = CASE WHEN told.many = 1 AND %(same)s THEN told.one ELSE bare.lead END,
    clashes = CASE WHEN told.many IS NULL OR %(new)s OR told.many = 1 AND %(same)s THEN row.clashes
        ELSE row.clashes || jsonb_build_array('Row ' || told.number || ' has the same name, with an e-mail or phone. '
            || CASE WHEN told.many = 1 THEN 'Say on the mapping page what a same name means, or leave the row out.'
                    ELSE 'Several people are called so: add her e-mail address, or leave the row out.' END) END
FROM bare LEFT JOIN told ON told.folded = bare.folded WHERE row.id = bare.id
"""
ALL_OF_ONE = """
WITH known AS (
    SELECT person, (array_agg(client ORDER BY number) FILTER (WHERE client IS NOT NULL))[1] AS client
    FROM trainers_importrow AS row WHERE {open} GROUP BY person HAVING count(*) > 1
)
UPDATE trainers_importrow AS row SET client = known.client FROM known
WHERE {open} AND row.person = known.person AND known.client IS NOT NULL AND row.client IS NULL
"""
CLIENTS_HERE = "UPDATE trainers_importrow AS row SET outcome = 'here' WHERE {open} AND clashes = '[]' AND client IS NOT NULL"
CLIENTS_SAME = """
UPDATE trainers_importrow AS row SET outcome = 'same', same_as = first.number FROM trainers_importrow AS first
WHERE {open} AND row.clashes = '[]' AND row.person <> row.id AND first.id = row.person AND first.clashes = '[]'
"""
# What ended while the file waited to be imported is over like the rest.
OVER = """
UPDATE trainers_importrow AS row SET status = 'completed'
WHERE {open} AND row.status = 'scheduled' AND row.ends_at <= now()
"""
# The past may name what is not in use any more; what is to come needs people, places and services that are.
NOT_IN_USE = """
UPDATE trainers_importrow AS row SET clashes = row.clashes || to_jsonb(array_remove(ARRAY[
    CASE WHEN NOT service.is_active THEN 'Service: ' || service.name || {gone} END,
    CASE WHEN NOT trainer.is_active THEN 'Trainer: ' || trainer.name || {gone} END,
    CASE WHEN NOT place.is_active THEN 'Place: ' || place.name || {gone} END], NULL))
FROM trainers_service AS service, trainers_trainerprofile AS trainer, studios_location AS place
WHERE {open} AND row.status = 'scheduled' AND service.id = row.service AND trainer.id = row.trainer AND place.id = row.location
  AND NOT (service.is_active AND trainer.is_active AND place.is_active)
""".replace("{gone}", "' is not in use any more. Choose another for sessions to come.'")
# Archived clients have a past, and nothing to come.
ARCHIVED = """
UPDATE trainers_importrow AS row SET clashes = row.clashes || jsonb_build_array(
    client.name || ' is archived. Restore her first, or leave the row out.')
FROM clients_client AS client
WHERE {open} AND row.status = 'scheduled' AND client.id = row.client AND NOT client.is_active
"""
SESSION_HERE = """
WITH found AS (
    SELECT row.id, row.name = '' OR EXISTS (
        SELECT FROM trainers_booking AS booking
        WHERE booking.session_id = session.id AND booking.client_id = row.client AND booking.status <> 'cancelled'
    ) AS whole
    FROM trainers_importrow AS row JOIN trainers_session AS session ON session.trainer_id = row.trainer
        AND session.starts_at = row.starts_at AND session.service_id = row.service
    WHERE {open} AND session.status IN ('scheduled', 'completed')
)
UPDATE trainers_importrow AS row SET outcome = CASE WHEN found.whole THEN 'here' ELSE '' END,
    clashes = CASE WHEN found.whole THEN row.clashes ELSE row.clashes || jsonb_build_array(
        'This session is in the timetable already, without ' || row.name || '. Book her there, or leave the row out.') END
FROM found WHERE row.id = found.id AND row.clashes = '[]'
"""
SESSIONS = """
UPDATE trainers_importrow AS row SET session = first.id FROM (
    SELECT id AS member, first_value(id) OVER (
        PARTITION BY trainer, starts_at, ends_at, service, location ORDER BY number) AS id
    FROM trainers_importrow AS row WHERE {open} AND clashes = '[]'
) AS first WHERE row.id = first.member
"""
BOOKING_SAME = """
UPDATE trainers_importrow AS row SET outcome = 'same', same_as = first.number FROM (
    SELECT id, first_value(id) OVER mine AS lead, first_value(number) OVER mine AS number
    FROM trainers_importrow AS row WHERE {open} AND session IS NOT NULL
    WINDOW mine AS (PARTITION BY session, CASE WHEN name = '' THEN NULL ELSE coalesce(client, person) END ORDER BY number)
) AS first WHERE row.id = first.id AND first.lead <> row.id
"""
TOO_MANY = """
UPDATE trainers_importrow AS row SET clashes = row.clashes || jsonb_build_array(
    service.name || ' has ' || CASE WHEN service.capacity = 1 THEN 'one place' ELSE service.capacity || ' places' END
    || '; this is client ' || ranked.place || ' at that time. Give the service more places, or leave the row out.')
FROM (
    SELECT id, service, row_number() OVER (PARTITION BY session ORDER BY number) AS place
    FROM trainers_importrow AS row WHERE {open} AND session IS NOT NULL AND name <> ''
) AS ranked JOIN trainers_service AS service ON service.id = ranked.service
WHERE row.id = ranked.id AND ranked.place > service.capacity
"""
REST = """
UPDATE trainers_importrow SET outcome = CASE WHEN clashes = '[]' THEN 'new' ELSE 'problem' END
WHERE batch_id = %(batch)s AND outcome = ''
"""
# Who stands for a person or a session must be a row that is imported.
LEADS = """
UPDATE trainers_importrow AS row SET {column} = lead.id FROM (
    SELECT id AS member, first_value(id) OVER (PARTITION BY {column} ORDER BY number) AS id
    FROM trainers_importrow WHERE batch_id = %(batch)s AND outcome = 'new' AND {column} IS NOT NULL
) AS lead WHERE row.id = lead.member AND row.{column} <> lead.id
"""
COUNTS = """
SELECT outcome, count(*), count(*) FILTER (WHERE name <> '' AND client IS NULL AND person = id),
       count(*) FILTER (WHERE session = id), count(*) FILTER (WHERE session IS NOT NULL AND name <> ''),
       count(*) FILTER (WHERE session = id AND status <> 'scheduled')
FROM trainers_importrow WHERE batch_id = %(batch)s GROUP BY outcome
"""
DIGEST = """
SELECT encode(sha256(convert_to(coalesce(string_agg(
    concat_ws(' ', number, outcome, status, same_as, client, person, session), E'\n' ORDER BY number), ''), 'UTF8')), 'hex')
FROM trainers_importrow WHERE batch_id = %(batch)s
"""


def look_at(batch: Import) -> None:
    """Set an import's counts and digest to what comes of its rows now. Inside a transaction; the caller saves them."""
    batch.counts = _match_rows(batch)
    with connection.cursor() as cursor:
        cursor.execute(DIGEST, {"batch": batch.pk})
        batch.digest = cursor.fetchone()[0]


def _match_rows(batch: Import) -> dict[str, int]:
    """Work out what becomes of each row that was read well, and return how many rows become what.

    Also what they make: `clients`, `sessions` (`past` of them over) and `bookings`. Calling it again looks at everything anew.
    """
    same_name = batch.mapping.get("same_name", "ask")
    values = {
        "batch": batch.pk,
        "same": same_name == "same",
        "new": same_name == "new",
        "careful": batch.mapping.get("same_email", "same") == "ask",
    }
    with connection.cursor() as cursor:
        _run(cursor, AGAIN, values)
        if batch.total > PLANNED:
            cursor.execute("ANALYZE trainers_importrow")
        _run(cursor, OVER, values)
        _match_people(cursor, values)
        if batch.kind == Import.Kind.CLIENTS:
            _run(cursor, CLIENTS_HERE, values)
            _run(cursor, CLIENTS_SAME, values)
        else:
            for statement in (NOT_IN_USE, ARCHIVED, SESSION_HERE, SESSIONS, BOOKING_SAME, TOO_MANY):
                _run(cursor, statement, values)
            mark_clashes(batch)
            mark_shortages(batch)
        _run(cursor, REST, values)
        for column in ("person", "session"):
            _run(cursor, LEADS.replace("{column}", column), values)
        _run(cursor, COUNTS, values)
        return _counted(cursor.fetchall())


def _run(cursor: Any, statement: str, values: dict[str, Any]) -> None:
    cursor.execute(statement.replace("{open}", OPEN).replace("{folded}", FOLDED), values)


def _match_people(cursor: Any, values: dict[str, Any]) -> None:
    _run(cursor, HERE_BY_EMAIL, values)
    if values["careful"]:
        _run(cursor, HERE_UNDER_ANOTHER_NAME, values)
    _run(cursor, HERE_BY_PHONE, values)
    if not values["new"]:
        _run(cursor, HERE_BY_NAME, values)
    _run(cursor, ONE_EMAIL, values)
    if values["careful"]:
        _run(cursor, ROW_UNDER_ANOTHER_NAME, values)
    # One may lead to the next: an address, a phone number, another address.
    for _ in range(4):
        _run(cursor, ONE_PHONE, values)
        if not cursor.rowcount:
            break
    _run(cursor, ONE_NAME, values)
    _run(cursor, ALL_OF_ONE, values)


def _counted(rows: list[tuple[Any, ...]]) -> dict[str, int]:
    counts = {outcome: many for outcome, many, *_ in rows}
    made = next((rest for outcome, _, *rest in rows if outcome == "new"), [0, 0, 0, 0])
    return counts | dict(zip(("clients", "sessions", "bookings", "past"), made, strict=True))
