"""`python manage.py start`: everything on one machine, in the foreground."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from studio.launch import start
from studio.preflight import CannotStartError, StartOptions


class Command(BaseCommand):
    """Runs web server, clusters and, without a gateway key, the sandbox."""

    help = "Runs the studio on this machine until Ctrl-C."
    # Migrations are this command's own business, and the checks belong to `check`.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the options of `start`."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="port of the pages (default: %(default)s)")
        parser.add_argument("--web-workers", type=int, default=1, help="processes that serve pages (default: 1)")
        parser.add_argument("--sandbox-port", type=int, help="port of the sandbox gateway (default: port + 100)")
        parser.add_argument("--only", choices=("web", "cluster"), help="for hosts of a larger installation")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Start, or say in one sentence why not and leave with exit code 2."""
        names = ("host", "port", "web_workers", "sandbox_port", "only")
        try:
            start(StartOptions(**{name: options[name] for name in names}))
        except CannotStartError as error:
            self.stderr.write(str(error))
            sys.exit(2)
        except KeyboardInterrupt:
            # Nothing runs yet, so there is nothing to say.
            sys.exit(130)
