"""`createapikey`: make a personal API key and print it, alone, on standard output."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import keys
from accounts.models import ApiKey, KeyContent, User


class Command(BaseCommand):
    """Make a personal API key and print it; it is shown this one time."""

    help = "Makes a personal API key and prints it, alone, on standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say whose key it is, what it is called, and how long it lasts."""
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="what the key is called on the keys page")
        parser.add_argument("--days", type=int, default=0, help="ends after so many days; without it, never")
        parser.add_argument("--content", choices=KeyContent.values, default=KeyContent.FULL.value)

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the key.

        Raises: CommandError for a person or name that cannot have one.
        """
        person = User.objects.filter(username__iexact=options["username"], is_active=True).first()
        if person is None:
            raise CommandError(f"Nobody who may sign in is called {options['username']}.")
        name = options["name"].strip()
        longest = ApiKey._meta.get_field("name").max_length or 0
        if not name or len(name) > longest:
            raise CommandError(f"The name must have 1 to {longest} characters.")
        if options["days"] < 0:
            raise CommandError("--days must not be negative.")
        now = timezone.now()
        ends = now + timedelta(days=options["days"]) if options["days"] else None
        _key, secret = keys.issue(person, name=name, now=now, expires_at=ends, content=options["content"])
        self.stdout.write(secret)
