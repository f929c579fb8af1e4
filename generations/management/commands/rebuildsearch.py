"""`manage.py rebuildsearch`: make the search index afresh from the texts."""

from typing import Any

from django.core.management.base import BaseCommand

from generations.search import folds, index

AT_ONCE = 2_000


class Command(BaseCommand):
    """Forgets the index and the count of prompts, and makes both again; the studio may run meanwhile."""

    help = "Makes the search index afresh from prompts, titles, messages and file names."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild, and say how many entries there are."""
        index.rebuild()
        count = 0
        while written := index.write_waiting(at_once=AT_ONCE):
            count += written
            if self.stdout.isatty():
                self.stdout.write(f"{count} entries", ending="\r")
        folds.forget()
        while folds.fold_waiting(at_once=AT_ONCE):
            pass
        self.stdout.write(f"{count} entries are in the search index.")
