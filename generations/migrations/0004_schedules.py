"""What runs by itself: looks whether an engine is on shift and what waits for the index, sweeps, purges."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SCHEDULES = (
    ("an engine is on shift", "generations.jobs.ensure_engine", 1),
    ("sweep temporary files", "generations.jobs.sweep", 60),
    ("tend the library", "generations.jobs.tend_library", 1),
    ("empty the trash", "generations.jobs.purge_trash", 60),
)


def add(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Add the schedules that are not there yet."""
    schedule = apps.get_model("django_q", "Schedule")
    for name, job, minutes in SCHEDULES:
        # "I" stands for an interval in minutes; -1 repeats for ever.
        schedule.objects.get_or_create(
            name=name,
            defaults={"func": job, "schedule_type": "I", "minutes": minutes, "repeats": -1, "cluster": "studio"},
        )


def remove(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the schedules away."""
    apps.get_model("django_q", "Schedule").objects.filter(
        name__in=[name for name, _job, _minutes in SCHEDULES]
    ).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("generations", "0003_catalogue"),
        ("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more"),
    ]
    operations = [migrations.RunPython(add, remove)]
