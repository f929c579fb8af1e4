"""The search indexes, of entries and of prompts: FTS5 tables on SQLite, lexemes with an inverted index on PostgreSQL.

`generations.search` fills both with the same tokens, so neither database's own idea of words matters: SQLite's is
reduced to blanks between ASCII, and PostgreSQL gets its lexemes ready made. Rows wait for the index with
`is_indexed` false; upkeep puts them there.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLES = ("generations_search", "generations_prompts_search")
SQLITE = ("CREATE VIRTUAL TABLE {table} USING fts5(tokens, tokenize = 'ascii', detail = 'none', columnsize = 0)",)
# A short pending list: a search reads all of it, so it must stay a matter of a few pages.
POSTGRESQL = (
    "CREATE TABLE {table} (place bigint PRIMARY KEY, tokens tsvector NOT NULL)",
    "CREATE INDEX {table}_tokens ON {table} USING gin (tokens) WITH (gin_pending_list_limit = 256)",
)


def make(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the tables of this database's kind."""
    for table in TABLES:
        for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
            schema_editor.execute(statement.format(table=table))


def drop(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop them; all of it can be made again from the texts."""
    for table in TABLES:
        schema_editor.execute(f"DROP TABLE {table}")


class Migration(migrations.Migration):
    dependencies = [("generations", "0004_schedules")]
    operations = [migrations.RunPython(make, drop)]
