"""What a person may say about an API key of theirs."""

from __future__ import annotations

import datetime
import ipaddress
import re
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import ApiKey, KeyContent
from generations.models import CatalogModel, Installation
from generations.notify.webhooks import address_problem, read_private_hosts

MOST_ADDRESSES = 50


class KeySettingsForm(forms.Form):
    """Which models, from where, until when, and what the history keeps. Empty means no limit."""

    expires_on = forms.DateField(
        label=gettext_lazy("Ends after"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty: never."),
    )
    addresses = forms.CharField(
        label=gettext_lazy("From these addresses only"),
        required=False,
        max_length=2_000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("For instance 203.0.113.7, 10.0.0.0/8. Empty: from anywhere."),
    )
    models = forms.MultipleChoiceField(
        label=gettext_lazy("Only these models"), required=False, widget=forms.CheckboxSelectMultiple
    )
    content = forms.ChoiceField(
        label=gettext_lazy("The history keeps of chat calls"),
        choices=KeyContent.choices,
        initial=KeyContent.FULL,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, allowed: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = CatalogModel.objects.offered()
        choices = [(model.gateway_name, model.name) for model in offered]
        # What a key may use stays to be seen and taken away, also when the model is not offered any more.
        known = {name for name, _label in choices}
        choices += [(name, name) for name in allowed or () if name not in known]
        field: Any = self.fields["models"]
        field.choices = choices

    def clean_expires_on(self) -> datetime.date | None:
        """Return the last day; it must not be over."""
        last: datetime.date | None = self.cleaned_data["expires_on"]
        if last is not None and last < timezone.localdate():
            raise ValidationError(_("This day is over. Choose a later one."))
        return last

    def clean_addresses(self) -> list[str]:
        """Return networks in their usual spelling."""
        texts = [text for text in re.split(r"[\s,;]+", self.cleaned_data["addresses"]) if text]
        if len(texts) > MOST_ADDRESSES:
            raise ValidationError(_("At most %(count)s addresses can be given.") % {"count": MOST_ADDRESSES})
        networks = []
        for text in texts:
            try:
                network = ipaddress.ip_network(text, strict=False)
            except ValueError:
                raise ValidationError(_("%(text)s is no address.") % {"text": text[:60]}) from None
            networks.append(str(network.network_address) if network.num_addresses == 1 else str(network))
        return list(dict.fromkeys(networks))

    def values(self) -> dict[str, Any]:
        """Return what was chosen under the names of the row's columns."""
        last = self.cleaned_data["expires_on"]
        ends = None
        if last is not None:
            ends = timezone.make_aware(datetime.datetime.combine(last + datetime.timedelta(days=1), datetime.time()))
        return {
            "expires_at": ends,
            "allowed_addresses": self.cleaned_data["addresses"],
            "allowed_models": self.cleaned_data["models"],
            "content": self.cleaned_data["content"],
        }


class NewKeyForm(KeySettingsForm):
    """A name, and the settings with it."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("What it is for, such as: render farm, notebook."),
        error_messages={"required": gettext_lazy("Give the key a name, so that you know it again.")},
    )
    submission_id = forms.UUIDField(widget=forms.HiddenInput)

    field_order = ("name", "expires_on", "addresses", "models", "content", "submission_id")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        initial = {"submission_id": uuid.uuid4(), **(kwargs.pop("initial", None) or {})}
        super().__init__(*args, initial=initial, auto_id="new-key-%s", **kwargs)


class KeyNameForm(forms.Form):
    """Another name."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Give the key a name, so that you know it again.")},
    )


class WebhookForm(forms.Form):
    """Where the results of media calls are announced."""

    webhook_url = forms.URLField(
        label=gettext_lazy("Address"),
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": ""}),
        help_text=gettext_lazy("Each finished image or video of this key is announced there. Empty: nowhere."),
        error_messages={"invalid": gettext_lazy("Enter a web address that begins with https:// or http://.")},
    )

    def clean_webhook_url(self) -> str:
        """Refuse what is no web address, and what plainly lies inside a private network."""
        url: str = self.cleaned_data["webhook_url"]
        if not url:
            return url
        trusted = read_private_hosts(Installation.current().webhook_private_hosts)
        problem = address_problem(url, trusted=trusted)
        if problem == "private":
            raise ValidationError(
                _("This address lies inside a private network. An administrator can allow it for webhooks.")
            )
        if problem:
            raise ValidationError(_("Enter a web address that begins with https:// or http://."))
        return url


def settings_form_of(key: ApiKey, data: Any = None) -> KeySettingsForm:
    """Return the form of a key's settings as they stand."""
    last = None
    if key.expires_at is not None:
        last = timezone.localtime(key.expires_at - datetime.timedelta(seconds=1)).date()
    initial = {
        "expires_on": last,
        "addresses": ", ".join(key.allowed_addresses),
        "models": key.allowed_models,
        "content": key.content,
    }
    return KeySettingsForm(data, initial=initial, allowed=key.allowed_models)
