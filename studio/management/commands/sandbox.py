"""`python manage.py sandbox`: only the stand-in gateway, for trying a client against the protocol."""

import sys
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from studio.preflight import CannotStartError, check_data_dir, check_port_free


class Command(BaseCommand):
    """Serves the sandbox until Ctrl-C."""

    help = "Runs only the sandbox gateway."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take address and port."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8100, help="port to listen on (default: %(default)s)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Serve, or say in one sentence why not and leave with exit code 2."""
        host, port = options["host"], options["port"]
        try:
            check_data_dir(settings.DATA_DIR)
            check_port_free(host, port, purpose="the sandbox gateway", option="--port")
        except CannotStartError as error:
            self.stderr.write(str(error))
            sys.exit(2)
        self.stderr.write(f"Sandbox gateway: http://{host}:{port}/v1")
        serve = import_module("generations.sandbox.serve").serve
        serve(host=host, port=port, data_dir=settings.DATA_DIR / "sandbox")
