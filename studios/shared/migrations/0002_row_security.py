from django.db import migrations

from fitflow.core.audit import chained
from fitflow.tenancy.rls import own_rows

# Of people, a studio reads its own members only, and of those neither password nor rights on the platform.
PEOPLE = """
ALTER TABLE public.accounts_user ENABLE ROW LEVEL SECURITY;
CREATE POLICY accounts_user_members ON public.accounts_user TO fitflow_studio
    USING (id IN (SELECT user_id FROM public.studios_shared_member));
GRANT SELECT (id, email, name, is_active), REFERENCES ON public.accounts_user TO fitflow_studio;

ALTER TABLE public.studios_shared_organization ENABLE ROW LEVEL SECURITY;
CREATE POLICY studios_shared_organization_own ON public.studios_shared_organization TO fitflow_studio
    USING (id IN (SELECT organization_id FROM public.studios_shared_studio));
GRANT SELECT ON public.studios_shared_organization TO fitflow_studio;
"""
UNDO = """
REVOKE ALL ON public.accounts_user, public.studios_shared_organization FROM fitflow_studio;
DROP POLICY accounts_user_members ON public.accounts_user;
DROP POLICY studios_shared_organization_own ON public.studios_shared_organization;
ALTER TABLE public.accounts_user DISABLE ROW LEVEL SECURITY;
ALTER TABLE public.studios_shared_organization DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("studios_shared", "0001_initial"),
        ("accounts", "0001_initial"),
        ("core", "0002_trails_and_rules"),
        ("tenancy", "0001_studio_role"),
    ]
    operations = [
        own_rows("studios_shared_studio", column="id", privileges="SELECT, REFERENCES"),
        own_rows("studios_shared_member", privileges="SELECT, INSERT, UPDATE, DELETE"),
        own_rows("studios_shared_invitation", privileges="SELECT, INSERT, UPDATE"),
        migrations.RunSQL(PEOPLE, UNDO),
        chained("studios_shared_platformauditevent"),
    ]
