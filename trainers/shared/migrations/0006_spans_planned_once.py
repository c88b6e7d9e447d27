from django.db import migrations

# As before, in PL/pgSQL: a function in SQL is planned anew by each statement that calls it, which took longer than a trainer's
# month does, and these two stand in every booking and every answer of free slots.
SPANS = """
CREATE OR REPLACE FUNCTION public.trainer_busy_spans(people uuid[], period tstzrange)
RETURNS TABLE (user_id uuid, span tstzrange, elsewhere boolean, session_id uuid, location_id uuid, travel_minutes int)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
    here CONSTANT uuid := public.current_studio_id();
BEGIN
    RETURN QUERY
    SELECT busy.user_id, busy.span, busy.studio_id IS DISTINCT FROM here,
           CASE WHEN busy.studio_id = here THEN busy.session_id END,
           CASE WHEN busy.studio_id = here THEN busy.location_id END,
           CASE WHEN busy.studio_id <> here THEN coalesce(
               (SELECT way.minutes FROM public.trainers_shared_travelbetween AS way
                WHERE way.user_id = busy.user_id AND way.first_id = least(busy.studio_id, here)
                  AND way.second_id = greatest(busy.studio_id, here)),
               (SELECT way.minutes FROM public.trainers_shared_travelbetween AS way
                WHERE way.user_id = busy.user_id AND way.first_id IS NULL), 0) ELSE 0 END::int
    FROM public.trainers_shared_busytime AS busy
    WHERE busy.user_id = ANY (people) AND busy.span && period
      AND (busy.expires_at IS NULL OR busy.expires_at > now())
      AND busy.user_id IN (
          SELECT member.user_id FROM public.studios_shared_member AS member
          WHERE member.studio_id = here
            AND member.role IN ('owner', 'manager', 'trainer_admin', 'trainer'));
END $$;
"""

HOLDS = """
CREATE OR REPLACE FUNCTION public.release_expired_holds(people uuid[]) RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    gone int;
BEGIN
    DELETE FROM public.trainers_shared_busytime AS busy
    WHERE busy.user_id = ANY (people) AND busy.expires_at <= now();
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("trainers_shared", "0005_pause_external_calendars")]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (SPANS, HOLDS)]
