"""One studio's database under measurement: fills it with `seedhistory`'s rows, multiplies them, times requests.

`library` starts one worker a size and asks them in turn, so that whatever else the machine does meets all sizes alike.
Each line on standard input is one order in JSON, each line on standard output its answer. What is timed is all that
the server does for a request: middleware, session, view, queries, template.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django

# Whose pages are measured has half of all rows; a newcomer has next to nothing, beside the same team.
SHARES = (("measure", 0.5), ("ada", 0.3), ("ben", 0.2))
NEWCOMER = "newcomer"
NEWCOMER_ROWS = 60
THREADS_SHARE = 0.02
DEPTHS = (0.5, 0.99)


class Stopwatch:
    """Times what it encloses: `ms` that processors were at work on it, here and in the database's own process.

    Waiting is left out: on a machine that does other things too it measures those.
    """

    ms: float = 0.0

    def __enter__(self) -> Stopwatch:
        self._began = time.process_time_ns() + _database_ns()
        return self

    def __exit__(self, *_error: object) -> None:
        self.ms = (time.process_time_ns() + _database_ns() - self._began) / 1e6


def _database_ns() -> int:
    """Return how long PostgreSQL's process for this connection has run; SQLite works inside this one."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    return int(Path(f"/proc/{backend}/schedstat").read_text().split()[0])


@dataclass(slots=True)
class Worker:
    """Answers orders about one database."""

    clients: dict[str, Any] = field(default_factory=dict)

    def grow(self, to: int, seed: int) -> dict[str, Any]:
        """Fill an empty database with so many entries, or multiply what is there; return what that took in seconds."""
        from django.core.management import call_command
        from django.db import connection

        from accounts.models import User
        from generations.models import TimelineEntry
        from tests.benchmarks.library_rows import multiply

        began = time.perf_counter()
        call_command("migrate", verbosity=0)
        there = TimelineEntry.objects.count()
        missing = to - there
        for name in (*(name for name, _share in SHARES), NEWCOMER):
            if not User.objects.filter(username=name).exists():
                User.objects.create_user(name, f"{name}@example.com", "measured-by-a-script")
        if there and to // there > 1:
            multiply(round(to / there))
        elif missing > 0:
            for name, share in SHARES:
                self._fill(name, round(missing * share), seed)
            if not TimelineEntry.objects.filter(owner__username=NEWCOMER).exists():
                self._fill(NEWCOMER, NEWCOMER_ROWS, seed)
        filled = time.perf_counter() - began
        with connection.cursor() as cursor:
            # What PostgreSQL's own upkeep does a minute later.
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "PRAGMA optimize")
        return {"rows": TimelineEntry.objects.count(), "seconds": filled}

    def _fill(self, name: str, rows: int, seed: int) -> None:
        from accounts.models import User
        from generations.clock import database_now
        from generations.library.samples import shared_assets
        from generations.library.seeding import Seeder
        from generations.models import Asset

        owner, now = User.objects.get(username=name), database_now()
        threads = max(1, round(rows * THREADS_SHARE))
        # Drawn once, and shared by everybody's rows.
        assets = list(Asset.objects.all()) or shared_assets(owner, now=now)
        seeder = Seeder(owner=owner, assets=assets, now=now, seed=seed)
        seeder.generations(rows - threads)
        seeder.threads(threads)

    def places(self) -> dict[str, Any]:
        """Return what addresses need to know: cursors at depths of the person's own list, its numbers, an old day."""
        from accounts.models import User
        from generations.library.listing import Place
        from generations.models import Board, Revision, TimelineEntry

        person = User.objects.get(username=SHARES[0][0])
        own = TimelineEntry.objects.kept().of_person(person.pk).order_by("-place")
        total = own.count()
        cursors = [own.values_list("place", flat=True)[int(total * depth)] for depth in DEPTHS]
        board = Board.objects.filter(owner=person).first()
        return {
            "half": Place(cursors[0]).cursor,
            "end": Place(cursors[1]).cursor,
            "day": Place(cursors[0]).sorted_at.date().isoformat(),
            "before": (Place(cursors[0]).sorted_at + datetime.timedelta(days=1)).date().isoformat(),
            "board": board.name if board else "",
            "number": Revision.objects.number_of(person.pk),
            "team_number": Revision.objects.number_of(None),
        }

    def ask(self, path: str, person: str = SHARES[0][0], *, part: str = "") -> dict[str, Any]:
        """Return the time that one request took, in milliseconds, its status, and how many items it showed."""
        client = self._client(person)
        headers = {"HX-Request": "true", "HX-Target": part} if part else {}
        with Stopwatch() as watch:
            answer = client.get(path, headers=headers)
        text = answer.content.decode()
        return {"ms": watch.ms, "status": answer.status_code, "cards": text.count('id="card-')}

    def lists(self, q: str) -> dict[str, Any]:
        """Return the time of all that a page does for a search but its template: question, entries, cards.

        How many there are is asked for by a request of its own, which is measured as such.
        """
        from accounts.models import User
        from generations.clock import database_now
        from generations.library.asked import Asked
        from generations.library.cards import cards_of
        from generations.library.live import current_number
        from generations.library.timeline import read_page

        person, now = User.objects.get(username=SHARES[0][0]), database_now()
        with Stopwatch() as watch:
            listing = Asked(q=q).listing(person, now=now)
            current_number(listing)
            page = read_page(listing)
            terms = listing.question.terms if listing.question else ()
            cards_of(page.entries, now=now, reader_id=person.pk, terms=terms)
        shown = f"{len(page.entries)} shown{', further back' if page.is_cut else ''}"
        return {"ms": watch.ms, "count": shown, "cards": len(page.entries)}

    def queries(self, path: str, person: str = SHARES[0][0], *, part: str = "") -> dict[str, Any]:
        """Return the statements of one request."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            self.ask(path, person, part=part)
        return {"count": len(captured), "statements": [(one["time"], one["sql"]) for one in captured]}

    def counts(self, q: str = "", scope: str = "") -> dict[str, Any]:
        """Return how long one count took, in milliseconds, and what it says."""
        from accounts.models import User
        from generations.clock import database_now
        from generations.library.asked import Asked
        from generations.library.timeline import count

        person, now = User.objects.get(username=SHARES[0][0]), database_now()
        with Stopwatch() as watch:
            found = count(Asked(scope=scope, q=q).listing(person, now=now))
        return {"ms": watch.ms, "count": f"{found.number:,}{'+' if found.is_more else ''}"}

    def touch(self) -> dict[str, Any]:
        """Change the newest item of the person, as the engine does: its entry, its document, the numbers."""
        from django.db import transaction

        from generations.models import Generation, Revision, TimelineEntry
        from generations.search import index

        generation = Generation.objects.filter(owner__username=SHARES[0][0]).latest("id")
        with transaction.atomic():
            entry = TimelineEntry.objects.record_generation(generation)
            index.write([entry])
            Revision.objects.bump([entry])
        return {}

    def _client(self, person: str) -> Any:
        from django.test import Client

        from accounts.models import User

        if person not in self.clients:
            self.clients[person] = Client(SERVER_NAME="127.0.0.1")
            self.clients[person].force_login(User.objects.get(username=person))
        return self.clients[person]


def main() -> None:
    """Answer orders until there are no more."""
    django.setup()
    worker = Worker()
    for line in sys.stdin:
        order = json.loads(line)
        with contextlib.redirect_stdout(sys.stderr):
            answer = getattr(worker, order.pop("do"))(**order)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
