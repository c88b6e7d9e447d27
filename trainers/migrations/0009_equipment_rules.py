from django.db import migrations

CHECK = """
-- Refuse sessions that use more of something, at any moment of theirs, than there is; those that are over do not matter.
CREATE FUNCTION trainers_equipment_check(asked uuid[], adding boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    short text;
BEGIN
    -- Whoever else wants these things waits here until we have ended, and then counts what we have written. All in one order.
    PERFORM FROM studios_equipment
    WHERE id IN (SELECT equipment_id FROM trainers_sessionequipment WHERE session_id = ANY (asked))
    ORDER BY id FOR NO KEY UPDATE;
    SELECT equipment.name INTO short
    FROM trainers_sessionequipment AS mine
    JOIN trainers_session AS session ON session.id = mine.session_id
    JOIN studios_equipment AS equipment ON equipment.id = mine.equipment_id
    CROSS JOIN LATERAL (
        SELECT max(used) AS most FROM (
            -- What ends at an instant has given its things back to what begins then.
            SELECT sum(edge.change) OVER (ORDER BY edge.at, edge.change) AS used
            FROM trainers_session AS other JOIN trainers_sessionequipment AS uses ON uses.session_id = other.id
            CROSS JOIN LATERAL (VALUES (greatest(other.starts_at, session.starts_at), uses.quantity::int),
                                       (least(other.ends_at, session.ends_at), -uses.quantity::int)) AS edge(at, change)
            WHERE uses.equipment_id = mine.equipment_id AND other.status <> 'cancelled'
              AND other.starts_at > session.starts_at - interval '12 hours' AND other.starts_at < session.ends_at
              AND other.ends_at > session.starts_at
              AND (other.held_until IS NULL OR other.held_until > now() OR other.id = ANY (asked))
        ) AS running
    ) AS peak
    WHERE mine.session_id = ANY (asked) AND session.status <> 'cancelled' AND session.ends_at > now()
      AND (peak.most > equipment.quantity OR adding AND NOT equipment.is_active)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% is in use', short USING ERRCODE = '23514', CONSTRAINT = 'equipment_within_quantity';
    END IF;
END $$;
"""

SESSIONS = """
-- A new session uses what its service needs at its place, for as long as it lasts. All rows of a statement at once.
CREATE FUNCTION trainers_session_equip() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked uuid[];
BEGIN
    IF NOT EXISTS (SELECT FROM added JOIN trainers_serviceequipment USING (service_id)) THEN
        RETURN NULL;
    END IF;
    WITH made AS (
        INSERT INTO trainers_sessionequipment (session_id, equipment_id, quantity)
        SELECT added.id, need.equipment_id, need.quantity
        FROM added JOIN trainers_serviceequipment AS need ON need.service_id = added.service_id
        JOIN studios_equipment AS equipment
            ON equipment.id = need.equipment_id AND equipment.location_id = added.location_id
        RETURNING session_id
    ) SELECT array_agg(DISTINCT session_id) INTO asked FROM made;
    IF EXISTS (SELECT FROM added WHERE ends_at > now() AND id <> ALL (coalesce(asked, '{}'))
               AND EXISTS (SELECT FROM trainers_serviceequipment AS need WHERE need.service_id = added.service_id)) THEN
        RAISE EXCEPTION 'what the service needs is not there'
            USING ERRCODE = '23514', CONSTRAINT = 'equipment_at_place';
    END IF;
    PERFORM trainers_equipment_check(asked, true);
    RETURN NULL;
END $$;
CREATE TRIGGER trainers_session_equip_insert AFTER INSERT ON trainers_session
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION trainers_session_equip();

CREATE FUNCTION trainers_session_equip_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM trainers_sessionequipment WHERE session_id = NEW.id) THEN
        PERFORM trainers_equipment_check(ARRAY[NEW.id], false);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER trainers_session_equip_update AFTER UPDATE OF status, starts_at, ends_at ON trainers_session
    FOR EACH ROW WHEN (NEW.status <> 'cancelled' AND (OLD.status = 'cancelled' OR OLD.status = 'held'
        OR (NEW.starts_at, NEW.ends_at) IS DISTINCT FROM (OLD.starts_at, OLD.ends_at)))
    EXECUTE FUNCTION trainers_session_equip_again();

CREATE FUNCTION trainers_session_unequip() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM trainers_sessionequipment WHERE session_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER trainers_session_equip_delete AFTER DELETE ON trainers_session
    FOR EACH ROW EXECUTE FUNCTION trainers_session_unequip();
"""

FEWER = """
-- There are not fewer things than sessions to come use at once.
CREATE FUNCTION trainers_equipment_fewer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM trainers_equipment_check(array_agg(session.id), false)
    FROM trainers_sessionequipment AS uses JOIN trainers_session AS session ON session.id = uses.session_id
    WHERE uses.equipment_id = NEW.id AND session.ends_at > now() AND session.status <> 'cancelled'
      AND (session.held_until IS NULL OR session.held_until > now());
    RETURN NULL;
END $$;
CREATE TRIGGER trainers_equipment_fewer AFTER UPDATE OF quantity ON studios_equipment
    FOR EACH ROW WHEN (NEW.quantity < OLD.quantity) EXECUTE FUNCTION trainers_equipment_fewer();
"""


class Migration(migrations.Migration):
    dependencies = [("trainers", "0008_equipment"), ("studios", "0004_equipment")]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (CHECK, SESSIONS, FEWER)]
