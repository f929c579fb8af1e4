"""A retry is one of several ways to be made from an earlier generation: what pointed to it as such has it as parent."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import F


def fill(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Write the parent of every retry."""
    rows = apps.get_model("generations", "Generation").objects.filter(retry_of__isnull=False)
    rows.update(parent_id=F("retry_of_id"), relation="retry")


def empty(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Write back what a retry retried."""
    rows = apps.get_model("generations", "Generation").objects.filter(relation="retry", parent__isnull=False)
    rows.update(retry_of_id=F("parent_id"))


class Migration(migrations.Migration):
    dependencies = [("generations", "0008_lineage")]
    operations = [migrations.RunPython(fill, empty)]
