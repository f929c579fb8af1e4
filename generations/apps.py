"""The product as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GenerationsConfig(AppConfig):
    """Connects the engine's start-up to the cluster when Django is ready."""

    name = "generations"
    verbose_name = _("Generations")

    def ready(self) -> None:
        """Let the cluster start the engine by itself."""
        from generations import startup

        startup.connect()
