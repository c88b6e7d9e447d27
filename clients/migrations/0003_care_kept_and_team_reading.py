from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clients", "0002_search_by_email_and_phone")]
    operations = [
        migrations.AddField(
            model_name="care",
            name="kept",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="client",
            name="team_reading_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="client",
            name="team_reading_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
    ]
