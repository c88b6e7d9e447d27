from django.db import migrations

CHECK = """
-- Refuse sessions that use more of something, at any moment of theirs, than there is; those that are over do not matter.
-- The refusal's detail names the first such session and how many are needed then.
CREATE OR REPLACE FUNCTION trainers_equipment_check(asked uuid[], adding boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    short record;
BEGIN
    -- Whoever else wants these things waits here until we have ended, and then counts what we have written. All in one order.
    PERFORM FROM studios_equipment
    WHERE id IN (SELECT equipment_id FROM trainers_sessionequipment WHERE session_id = ANY (asked))
    ORDER BY id FOR NO KEY UPDATE;
    SELECT equipment.name, session.id, session.starts_at, session.ends_at, peak.most INTO short
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
    ORDER BY session.starts_at, session.id
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% is in use', short.name USING ERRCODE = '23514', CONSTRAINT = 'equipment_within_quantity',
            DETAIL = json_build_object('session', short.id, 'starts_at', short.starts_at, 'ends_at', short.ends_at,
                                       'needed', short.most);
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("trainers", "0014_days_of_hours")]
    operations = [migrations.RunSQL(CHECK, migrations.RunSQL.noop)]
