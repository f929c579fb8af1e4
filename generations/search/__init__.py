"""The search index: one document of tokens per timeline entry, the same on SQLite and on PostgreSQL.

`tokens` cuts text, and what lists filter by, into tokens; `index` writes and asks; `matching` looks a candidate up
in the text itself. A document is known by its entry's `place`, so that the index is in the order of every list.
`folds` counts equal prompts together, with documents of their own.
"""
