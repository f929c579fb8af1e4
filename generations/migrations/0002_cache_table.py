"""The table of Django's database cache: rate limits must hold in every process of a studio without Redis."""

from django.core.management import call_command
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLE = "studio_cache"


def make_table(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the table; one that exists is left alone."""
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop_table(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the table; it holds nothing that must last."""
    schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(TABLE)}")


class Migration(migrations.Migration):
    dependencies = [("generations", "0001_initial")]
    operations = [migrations.RunPython(make_table, drop_table)]
