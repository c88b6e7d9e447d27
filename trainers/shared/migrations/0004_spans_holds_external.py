from django.db import migrations

# Beside the bare spans: where in this studio, the minutes on the way from another one, and no hold that has run out.
SPANS = """
DROP FUNCTION public.trainer_busy_spans(uuid[], tstzrange);
CREATE FUNCTION public.trainer_busy_spans(people uuid[], period tstzrange)
RETURNS TABLE (user_id uuid, span tstzrange, elsewhere boolean, session_id uuid, location_id uuid, travel_minutes int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT busy.user_id, busy.span, busy.studio_id IS DISTINCT FROM here.id,
           CASE WHEN busy.studio_id = here.id THEN busy.session_id END,
           CASE WHEN busy.studio_id = here.id THEN busy.location_id END,
           CASE WHEN busy.studio_id <> here.id THEN coalesce(
               (SELECT way.minutes FROM public.trainers_shared_travelbetween AS way
                WHERE way.user_id = busy.user_id AND way.first_id = least(busy.studio_id, here.id)
                  AND way.second_id = greatest(busy.studio_id, here.id)),
               (SELECT way.minutes FROM public.trainers_shared_travelbetween AS way
                WHERE way.user_id = busy.user_id AND way.first_id IS NULL), 0) ELSE 0 END::int
    FROM public.trainers_shared_busytime AS busy, (SELECT public.current_studio_id() AS id) AS here
    WHERE busy.user_id = ANY (people) AND busy.span && period
      AND (busy.expires_at IS NULL OR busy.expires_at > now())
      AND busy.user_id IN (
          SELECT member.user_id FROM public.studios_shared_member AS member
          WHERE member.studio_id = here.id
            AND member.role IN ('owner', 'manager', 'trainer_admin', 'trainer'))
$$;
REVOKE ALL ON FUNCTION public.trainer_busy_spans(uuid[], tstzrange) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.trainer_busy_spans(uuid[], tstzrange) TO fitflow_studio;
"""

# The exclusion constraint sees a hold until its row is gone: whoever wants the time asks for that first, whichever studio held.
HOLDS = """
CREATE FUNCTION public.release_expired_holds(people uuid[]) RETURNS int
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH gone AS (
        DELETE FROM public.trainers_shared_busytime AS busy
        WHERE busy.user_id = ANY (people) AND busy.expires_at <= now()
        RETURNING 1
    ) SELECT count(*)::int FROM gone
$$;
REVOKE ALL ON FUNCTION public.release_expired_holds(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.release_expired_holds(uuid[]) TO fitflow_studio;
"""

# What of a trainer's external calendars no session or hold of hers covers, joined where it meets. Called on public rows only,
# under her lock.
EXTERNAL = """
CREATE FUNCTION public.rebuild_external_busy(person uuid) RETURNS int
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public AS $$
DECLARE
    made int;
BEGIN
    DELETE FROM public.trainers_shared_busytime WHERE user_id = person AND kind = 'external';
    INSERT INTO public.trainers_shared_busytime (id, created_at, user_id, kind, span)
    SELECT gen_random_uuid(), now(), person, 'external', piece
    FROM (
        SELECT unnest(
            coalesce((SELECT range_agg(span) FROM public.trainers_shared_externalbusy WHERE user_id = person), '{}')
          - coalesce((SELECT range_agg(span) FROM public.trainers_shared_busytime WHERE user_id = person), '{}')
        ) AS piece
    ) AS pieces;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION public.rebuild_external_busy(uuid) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("trainers_shared", "0003_feeds_travel_external")]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (SPANS, HOLDS, EXTERNAL)]
