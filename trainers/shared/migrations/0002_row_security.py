from django.db import migrations

from fitflow.tenancy.rls import own_rows

# The one thing a studio learns of its trainers' time elsewhere: bare spans, and only of people who train for it.
SPANS = """
CREATE FUNCTION public.trainer_busy_spans(people uuid[], period tstzrange)
RETURNS TABLE (user_id uuid, span tstzrange, elsewhere boolean, session_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT busy.user_id, busy.span, busy.studio_id IS DISTINCT FROM public.current_studio_id(),
           CASE WHEN busy.studio_id = public.current_studio_id() THEN busy.session_id END
    FROM public.trainers_shared_busytime AS busy
    WHERE busy.user_id = ANY (people) AND busy.span && period
      AND busy.user_id IN (
          SELECT member.user_id FROM public.studios_shared_member AS member
          WHERE member.studio_id = public.current_studio_id()
            AND member.role IN ('owner', 'manager', 'trainer_admin', 'trainer'))
$$;
REVOKE ALL ON FUNCTION public.trainer_busy_spans(uuid[], tstzrange) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.trainer_busy_spans(uuid[], tstzrange) TO fitflow_studio;
"""


class Migration(migrations.Migration):
    dependencies = [("trainers_shared", "0001_initial"), ("studios_shared", "0002_row_security")]
    operations = [
        own_rows("trainers_shared_busytime", privileges="SELECT, INSERT, UPDATE, DELETE"),
        migrations.RunSQL(SPANS, "DROP FUNCTION public.trainer_busy_spans(uuid[], tstzrange);"),
    ]
