"""The search index: an FTS5 table on SQLite, a column of lexemes with an inverted index on PostgreSQL.

`generations.search` fills both with the same tokens, so neither database's own idea of words matters: SQLite's is
reduced to blanks between ASCII, and PostgreSQL gets its lexemes ready made. Rows wait for the index with
`is_indexed` false; upkeep puts them there.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLE = "generations_search"
SQLITE = (f"CREATE VIRTUAL TABLE {TABLE} USING fts5(tokens, tokenize = 'ascii', detail = 'none', columnsize = 0)",)
# A short pending list: a search reads all of it, so it must stay a matter of a few pages.
POSTGRESQL = (
    f"CREATE TABLE {TABLE} (place bigint PRIMARY KEY, tokens tsvector NOT NULL)",
    f"CREATE INDEX {TABLE}_tokens ON {TABLE} USING gin (tokens) WITH (gin_pending_list_limit = 256)",
)


def make(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the table of this database's kind."""
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop it; all of it can be made again from the texts."""
    schema_editor.execute(f"DROP TABLE {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("generations", "0017_library_order")]
    operations = [migrations.RunPython(make, drop)]
