from django.db import migrations

# As before, and: a held slot holds the time until it runs out, and the row says where the session is.
BUSY = """
CREATE OR REPLACE FUNCTION trainers_session_busy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.status = 'cancelled' THEN
        DELETE FROM public.trainers_shared_busytime
        WHERE studio_id = public.current_studio_id() AND session_id = OLD.id;
        RETURN NULL;
    END IF;
    INSERT INTO public.trainers_shared_busytime
        (id, created_at, user_id, studio_id, kind, session_id, location_id, expires_at, span)
    SELECT NEW.id, now(), trainer.user_id, public.current_studio_id(),
           CASE WHEN NEW.status = 'held' THEN 'hold' ELSE 'session' END, NEW.id, NEW.location_id, NEW.held_until,
           tstzrange(NEW.starts_at - make_interval(mins => NEW.buffer_before_minutes),
                     NEW.ends_at + make_interval(mins => NEW.buffer_after_minutes))
    FROM trainers_trainerprofile AS trainer WHERE trainer.id = NEW.trainer_id
    ON CONFLICT (id) DO UPDATE SET user_id = EXCLUDED.user_id, kind = EXCLUDED.kind, span = EXCLUDED.span,
        location_id = EXCLUDED.location_id, expires_at = EXCLUDED.expires_at;
    RETURN NULL;
END $$;
DROP TRIGGER trainers_session_busy_update ON trainers_session;
CREATE TRIGGER trainers_session_busy_update
    AFTER UPDATE OF status, trainer_id, location_id, starts_at, ends_at, held_until,
        buffer_before_minutes, buffer_after_minutes ON trainers_session
    FOR EACH ROW EXECUTE FUNCTION trainers_session_busy();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("trainers", "0003_availability_series_waitlist_feeds"),
        ("trainers_shared", "0004_spans_holds_external"),
    ]
    operations = [migrations.RunSQL(BUSY, migrations.RunSQL.noop)]
