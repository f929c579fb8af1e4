"""Who sees what a person makes from now on."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from generations.models import Installation, StudioPreferences, Visibility


class SharingForm(forms.ModelForm[StudioPreferences]):
    """A person's own defaults. An empty choice follows the installation, and says what that is at the moment."""

    class Meta:
        model = StudioPreferences
        fields = ("media_visibility", "thread_visibility")

    def __init__(self, data: dict[str, str] | None = None, *, person: User) -> None:
        # The row is made by saving, not by looking at the page.
        own = StudioPreferences.objects.filter(person=person).first() or StudioPreferences(person=person)
        super().__init__(data, instance=own, auto_id="sharing-%s")
        installation = Installation.current()
        self._offer("media_visibility", _("New videos and images"), Visibility(installation.media_visibility))
        self._offer("thread_visibility", _("New chats"), Visibility(installation.thread_visibility))

    def _offer(self, name: str, label: object, usual: Visibility) -> None:
        like_all = _("As the studio does (%(choice)s)") % {"choice": usual.label}
        self.fields[name] = forms.ChoiceField(
            label=str(label), choices=[("", like_all), *Visibility.choices], required=False
        )
