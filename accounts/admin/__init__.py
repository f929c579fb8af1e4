"""Staff's view of people, invitations, second factors, sessions and the audit log."""

from accounts.admin import invitations, keys, people, security

__all__ = ["invitations", "keys", "people", "security"]
