"""allauth's own forms in the studio's words: labels above the fields, no placeholders, one hint for passwords.

Named in the settings `ACCOUNT_FORMS` and `MFA_FORMS`.
"""

from typing import Any

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User

PASSWORD_HINT = _("Ten characters or more. A sentence is fine.")

# One table for all of them, because the packages name the same thing the same in every form.
LABELS: dict[str, Any] = {
    "login": _("User name or e-mail"),
    "email": _("E-mail address"),
    "password": _("Password"),
    "oldpassword": _("Present password"),
    "password1": _("New password"),
    "password2": _("New password again"),
    "code": _("Code"),
    "name": _("Name"),
    "passwordless": _("Sign in with it alone, without a password"),
}


class PlainFieldsMixin(forms.Form):
    """Takes placeholders away and gives labels and hints."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = LABELS.get(name, field.label)
            field.help_text = PASSWORD_HINT if name == "password1" else ""
            if name == "code":
                field.widget.attrs["inputmode"] = "numeric"


class SignInForm(PlainFieldsMixin, account_forms.LoginForm):  # type: ignore[misc]
    """Name or address, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autofocus"] = True


class ChangePasswordForm(PlainFieldsMixin, account_forms.ChangePasswordForm):  # type: ignore[misc]
    """The present password, and a new one twice."""


class SetPasswordForm(PlainFieldsMixin, account_forms.SetPasswordForm):  # type: ignore[misc]
    """A first password for an account that was made without one."""


class ResetPasswordForm(PlainFieldsMixin, account_forms.ResetPasswordForm):  # type: ignore[misc]
    """The address to which the reset link goes."""


class ResetPasswordKeyForm(PlainFieldsMixin, account_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """The new password behind a reset link."""


class AddEmailForm(PlainFieldsMixin, account_forms.AddEmailForm):  # type: ignore[misc]
    """The new address."""

    def clean_email(self) -> str:
        """Refuse a colleague's address at once; allauth alone would find out at the confirmation."""
        email: str = super().clean_email()
        if User.objects.filter(email=email).exclude(pk=self.user.pk).exists():
            raise get_adapter().validation_error("email_taken")
        return email


class ReauthenticateForm(PlainFieldsMixin, account_forms.ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something delicate."""


class AuthenticateForm(PlainFieldsMixin, mfa_forms.AuthenticateForm):  # type: ignore[misc]
    """The code of the authenticator app, or a recovery code."""


class ReauthenticateByCodeForm(PlainFieldsMixin, mfa_forms.ReauthenticateForm):  # type: ignore[misc]
    """The code once more, before something delicate."""


class ActivateTotpForm(PlainFieldsMixin, totp_forms.ActivateTOTPForm):  # type: ignore[misc]
    """The first code, which proves that the app holds the secret."""


# What reading an answer of the wrong shape raises, deep inside the passkey library: the answer comes from outside.
MISSHAPEN = (KeyError, TypeError, AttributeError, ValueError)


class PasskeyAnswerMixin(forms.Form):
    """Refuses an answer of the wrong shape like one that is simply not right, instead of failing over it."""

    def clean_credential(self) -> Any:
        """Return the authenticator that the answer proves.

        Raises: ValidationError also for what is no answer at all.
        """
        try:
            return super().clean_credential()  # type: ignore[misc]
        except MISSHAPEN as error:
            raise get_mfa_adapter().validation_error("incorrect_code") from error


class SignInByPasskeyForm(PasskeyAnswerMixin, webauthn_forms.LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey instead of name and password."""


class AuthenticateByPasskeyForm(PasskeyAnswerMixin, webauthn_forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey as the second step."""


class ReauthenticateByPasskeyForm(PasskeyAnswerMixin, webauthn_forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey once more, before something delicate."""


class AddPasskeyForm(PlainFieldsMixin, webauthn_forms.AddWebAuthnForm):  # type: ignore[misc]
    """A name for a new passkey; most people want to sign in with nothing else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True

    def clean(self) -> Any:
        """Check the new passkey; an answer of the wrong shape is refused, not failed over."""
        try:
            return super().clean()
        except MISSHAPEN as error:
            raise get_mfa_adapter().validation_error("incorrect_code") from error


class RenamePasskeyForm(PlainFieldsMixin, webauthn_forms.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""
