#!/usr/bin/env python
"""The command line of the studio: `python manage.py start` runs everything."""

import os
import sys
from importlib import import_module

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> int:
    """Run one management command with the studio's settings.

    Returns 2, after one plain sentence, when a variable is bad: a traceback would hide which.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    try:
        import_module("studio.settings")
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        return 2
    execute_from_command_line(sys.argv)
    return 0


if __name__ == "__main__":
    sys.exit(main())
