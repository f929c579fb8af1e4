"""`manage.py seedhistory`: fill a person's history with plausible rows."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from generations.clock import database_now
from generations.library.samples import shared_assets
from generations.library.seeding import Seeder


class Command(BaseCommand):
    """Makes generations and threads for trying lists out; nothing of it is sent to a gateway."""

    help = "Fills a history with plausible generations and threads in English and Chinese."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the person, the numbers and the seed."""
        parser.add_argument("username")
        parser.add_argument("--generations", type=int, default=1_000)
        parser.add_argument("--threads", type=int, default=100)
        parser.add_argument("--messages", type=int, default=0, help="Messages of each thread; 0 is two to eight.")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the rows and say how many there are."""
        owner = User.objects.filter(username__iexact=options["username"]).first()
        if owner is None:
            raise CommandError(f"There is nobody called {options['username']}.")
        if min(options["generations"], options["threads"], options["messages"]) < 0:
            raise CommandError("The numbers of generations, threads and messages cannot be negative.")
        now = database_now()
        assets = shared_assets(owner, now=now) if options["generations"] else []
        seeder = Seeder(owner=owner, assets=assets, now=now, seed=options["seed"], messages_each=options["messages"])
        seeder.generations(options["generations"])
        seeder.threads(options["threads"])
        self.stdout.write(
            f"{owner.username} has {options['generations']} more generations and {options['threads']} more threads."
        )
