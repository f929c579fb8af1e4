"""People and their rights as a Django app."""

import os

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Connects the audit log to the signals of Django and allauth.

    Signals are refused elsewhere in this project; here they are the packages' own interface, and the only one.
    """

    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        """Connect the receivers once all models are loaded."""
        from accounts import audit_signals

        audit_signals.connect()


class StudioAdminConfig(AdminConfig):
    """Django's admin with the studio's door."""

    default_site = "accounts.admin_site.StudioAdminSite"

    def ready(self) -> None:
        """Register the pages, but not in the queue's processes: they show none, and each would hold the memory."""
        if not os.environ.get("Q_CLUSTER_NAME"):
            super().ready()
