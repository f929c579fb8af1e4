"""What runs by itself for the library: each minute what waits for the index, each hour what is over in the trash."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SCHEDULES = (
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
    dependencies = [("generations", "0021_api_call_excerpt")]
    operations = [migrations.RunPython(add, remove)]
