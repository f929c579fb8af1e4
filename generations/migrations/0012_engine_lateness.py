"""How late each engine's polls leave, as the engine itself measures it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("generations", "0011_blocking_limit"),
    ]

    operations = [
        migrations.AddField(
            model_name="engineshift",
            name="lateness_median_ms",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="lateness, median (ms)"),
        ),
        migrations.AddField(
            model_name="engineshift",
            name="lateness_p99_ms",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="lateness, 99 of 100 (ms)"),
        ),
    ]
