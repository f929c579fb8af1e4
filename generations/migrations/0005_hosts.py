"""What every host tells the others: the digest of its secret key, and where its media lie."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("generations", "0004_schedules"),
    ]

    operations = [
        migrations.AddField(
            model_name="engineshift",
            name="key_digest",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="engineshift",
            name="storage",
            field=models.CharField(blank=True, editable=False, max_length=120),
        ),
    ]
