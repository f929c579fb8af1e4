"""The index of prompts: a second table beside that of entries, of the same kind, with a document for each row of uses."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLE = "generations_prompts_search"
SQLITE = (f"CREATE VIRTUAL TABLE {TABLE} USING fts5(tokens, tokenize = 'ascii', detail = 'none', columnsize = 0)",)
POSTGRESQL = (
    f"CREATE TABLE {TABLE} (place bigint PRIMARY KEY, tokens tsvector NOT NULL)",
    f"CREATE INDEX {TABLE}_tokens ON {TABLE} USING gin (tokens) WITH (gin_pending_list_limit = 256)",
)


def make(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the table of this database's kind."""
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop it; all of it can be made again from the prompts."""
    schema_editor.execute(f"DROP TABLE {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("generations", "0026_prompt_uses")]
    operations = [migrations.RunPython(make, drop)]
