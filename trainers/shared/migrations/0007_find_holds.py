from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Every booking of every studio writes into this table: none waits while the index is made.
    atomic = False
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("trainers_shared", "0006_spans_planned_once"),
    ]
    operations = [
        AddIndexConcurrently(
            model_name="busytime",
            index=models.Index(
                fields=["user", "expires_at"],
                name="busytime_holds",
                condition=models.Q(expires_at__isnull=False),
            ),
        )
    ]
