"""The composition root as a Django app: it carries the commands, checks and template tags."""

import os
from importlib import import_module

from django.apps import AppConfig

from studio.processes import let_forks_die_with_parent


class StudioConfig(AppConfig):
    """Registers the system checks when Django is ready."""

    name = "studio"
    verbose_name = "Studio"

    def ready(self) -> None:
        """Register the checks; under the supervisor, tie forked workers to their parents."""
        import_module("studio.checks")
        if os.environ.get("STUDIO_SUPERVISED"):
            let_forks_die_with_parent()
        if os.environ.get("STUDIO_SUPERVISED") and os.environ.get("Q_CLUSTER_NAME"):
            import_module("studio.cluster").prepare()
