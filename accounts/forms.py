"""Forms of the account pages that allauth does not have: first administrator, invited person, preferences."""

from typing import Any

from allauth.account.forms import SignupForm
from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Invitation, Theme, User
from accounts.names import time_zone_names


class SetupForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, address and password of the first administrator."""

    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Ten characters or more. A sentence is fine."),
    )
    password2 = forms.CharField(
        label=_("Password again"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    class Meta:
        model = User
        fields = ["username", "email"]
        widgets = {
            "username": forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }
        labels = {"username": _("User name"), "email": _("E-mail address (optional)")}
        help_texts = {"email": _("For resetting a forgotten password.")}

    def clean(self) -> dict[str, Any]:
        """Compare the two passwords, and weigh the password against name and address."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        password = cleaned.get("password1")
        if password and cleaned.get("password2") and password != cleaned["password2"]:
            self.add_error("password2", _("This is not the same password as above."))
        elif password:
            person = User(username=cleaned.get("username", ""), email=cleaned.get("email", ""))
            try:
                password_validation.validate_password(password, user=person)
            except ValidationError as error:
                self.add_error("password1", error)
        return cleaned

    def prepared_user(self) -> User:
        """Return the person, not yet saved, with the password already hashed."""
        person: User = self.save(commit=False)
        person.set_password(self.cleaned_data["password1"])
        return person


class InvitationSignupForm(SignupForm):  # type: ignore[misc]
    """allauth's sign-up form for somebody who was invited; the address is fixed when the invitation names one."""

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "username": _("User name"),
            "email": _("E-mail address (optional)"),
            "password1": _("Password"),
            "password2": _("Password again"),
        }
        for name, label in labels.items():
            self.fields[name].label = label
            self.fields[name].widget.attrs.pop("placeholder", None)
        self.fields["username"].widget.attrs["autofocus"] = True
        self.fields["password1"].help_text = _("Ten characters or more. A sentence is fine.")
        if invitation.email:
            self.fields["email"].label = _("E-mail address")
            self.fields["email"].initial = invitation.email
            # A disabled field takes its initial value whatever is posted.
            self.fields["email"].disabled = True
        else:
            self.fields["email"].help_text = _("For resetting a forgotten password.")


def _language_choices() -> list[tuple[str, Any]]:
    return [("", _("Like the browser")), *settings.LANGUAGES]


def _time_zone_choices() -> list[tuple[str, Any]]:
    return [("", _("Of the installation")), *((name, name.replace("_", " ")) for name in time_zone_names())]


class PreferencesForm(forms.Form):
    """Language, theme and time zone; a field that is not posted stays as it is."""

    language = forms.ChoiceField(label=_("Language"), required=False, choices=_language_choices)
    theme = forms.ChoiceField(label=_("Theme"), required=False, choices=Theme.choices)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, choices=_time_zone_choices)

    def chosen(self) -> dict[str, str]:
        """Return what was posted and is valid, by name."""
        return {name: self.cleaned_data[name] for name in self.fields if name in self.data}
