"""`manage.py sweep`: what runs each hour by itself, by hand; with `--dry-run` it only counts."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from generations.clock import database_now
from generations.lifecycle.upkeep import sweep


class Command(BaseCommand):
    """Clears files without a row, leases without a process and packages without a job."""

    help = "Clears what nobody needs any more: orphaned files, stale leases, leftovers of the queue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether only to count."""
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep and print one line for each kind."""
        for name, count in asdict(sweep(now=database_now(), is_dry=options["dry_run"])).items():
            self.stdout.write(f"{name.replace('_', ' ')}: {count}")
