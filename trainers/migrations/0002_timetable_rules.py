from django.db import migrations

BUSY = """
-- A session that is not cancelled holds its trainer's time, buffers included, over all studios.
CREATE FUNCTION trainers_session_busy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.status = 'cancelled' THEN
        DELETE FROM public.trainers_shared_busytime
        WHERE studio_id = public.current_studio_id() AND session_id = OLD.id;
        RETURN NULL;
    END IF;
    INSERT INTO public.trainers_shared_busytime (id, created_at, user_id, studio_id, kind, session_id, span)
    SELECT NEW.id, now(), trainer.user_id, public.current_studio_id(), 'session', NEW.id,
           tstzrange(NEW.starts_at - make_interval(mins => NEW.buffer_before_minutes),
                     NEW.ends_at + make_interval(mins => NEW.buffer_after_minutes))
    FROM trainers_trainerprofile AS trainer WHERE trainer.id = NEW.trainer_id
    ON CONFLICT (id) DO UPDATE SET user_id = EXCLUDED.user_id, span = EXCLUDED.span;
    RETURN NULL;
END $$;
CREATE TRIGGER trainers_session_busy_insert AFTER INSERT OR DELETE ON trainers_session
    FOR EACH ROW EXECUTE FUNCTION trainers_session_busy();
CREATE TRIGGER trainers_session_busy_update
    AFTER UPDATE OF status, trainer_id, starts_at, ends_at, buffer_before_minutes, buffer_after_minutes ON trainers_session
    FOR EACH ROW EXECUTE FUNCTION trainers_session_busy();

-- The version grows with every change of the session itself; counting its bookings is none.
CREATE FUNCTION trainers_session_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - '{booked,waitlisted,version}'::text[]) IS DISTINCT FROM
       (to_jsonb(OLD) - '{booked,waitlisted,version}'::text[]) THEN
        NEW.version := OLD.version + 1;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER trainers_session_version BEFORE UPDATE ON trainers_session
    FOR EACH ROW EXECUTE FUNCTION trainers_session_version();
"""

PLACES = """
-- Places are counted on the session's own row: its lock makes bookings queue up, its check refuses one too many.
CREATE FUNCTION trainers_booking_count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    places int := 0;
    waiting int := 0;
    state text;
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        places := places - (OLD.status = 'booked')::int;
        waiting := waiting - (OLD.status = 'waitlisted')::int;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        places := places + (NEW.status = 'booked')::int;
        waiting := waiting + (NEW.status = 'waitlisted')::int;
    END IF;
    IF places = 0 AND waiting = 0 THEN
        RETURN NULL;
    END IF;
    UPDATE trainers_session SET booked = booked + places, waitlisted = waitlisted + waiting
    WHERE id = coalesce(NEW.session_id, OLD.session_id) RETURNING status INTO state;
    IF places + waiting > 0 AND state = 'cancelled' THEN
        RAISE EXCEPTION 'the session is cancelled' USING ERRCODE = '23514', CONSTRAINT = 'booking_session_open';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER trainers_booking_count AFTER INSERT OR UPDATE OF status OR DELETE ON trainers_booking
    FOR EACH ROW EXECUTE FUNCTION trainers_booking_count();
"""

NOTES = """
-- A signed note keeps its words; with whom it is shared may still change.
CREATE FUNCTION trainers_note_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.signed_at IS NOT NULL AND (TG_OP = 'DELETE' OR
       (to_jsonb(NEW) - '{shared_with_client,updated_at}'::text[]) IS DISTINCT FROM
       (to_jsonb(OLD) - '{shared_with_client,updated_at}'::text[])) THEN
        RAISE EXCEPTION 'a signed note does not change' USING ERRCODE = '23001', CONSTRAINT = 'note_signed';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER trainers_note_signed BEFORE UPDATE OR DELETE ON trainers_note
    FOR EACH ROW EXECUTE FUNCTION trainers_note_signed();
"""


class Migration(migrations.Migration):
    dependencies = [("trainers", "0001_initial"), ("trainers_shared", "0002_row_security")]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (BUSY, PLACES, NOTES)]
