"""Sentences of Django that its own Simplified Chinese catalogue lacks; marked here so that the studio's supplies them.

Nothing imports this: gettext reads it. A sentence leaves when Django's catalogue has it.
Source: https://github.com/django/django/tree/stable/5.2.x/django/contrib/admin/locale/zh_Hans
"""

from django.utils.translation import gettext_noop, ngettext_lazy

PASSWORDS = (
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
)
ADMINISTRATION = (
    gettext_noop("Model name"),
    gettext_noop("Add link"),
    gettext_noop("Change or view list link"),
    gettext_noop("After you’ve created a user, you’ll be able to edit more user options."),
    gettext_noop("Error:"),
)
