from django.db import migrations

from fitflow.tenancy.rls import own_rows


class Migration(migrations.Migration):
    dependencies = [("core", "0002_trails_and_rules"), ("tenancy", "0001_studio_role")]
    operations = [
        own_rows("core_outboxmessage", privileges="SELECT, INSERT"),
        own_rows("core_idempotentanswer", privileges="SELECT, INSERT, UPDATE, DELETE"),
    ]
