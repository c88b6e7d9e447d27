from django.db import migrations

from fitflow.core.audit import chained


class Migration(migrations.Migration):
    dependencies = [("studios", "0001_initial"), ("core", "0002_trails_and_rules")]
    operations = [chained("studios_auditevent")]
