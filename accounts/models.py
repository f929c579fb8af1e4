"""People, the ways in (invitation, set-up link), and the audit log that nobody edits."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.names import UserNameValidator, initials_of, validate_language, validate_time_zone


class Role(models.TextChoices):
    """What a person may do, weakest first; the third one is stored as Django's own two flags."""

    MEMBER = "member", _("Member")
    LEAD = "lead", _("Lead")
    ADMINISTRATOR = "administrator", _("Administrator")


# The stored role tells member from lead only, so that no row can claim a right that Django's flags deny.
STORED_ROLES = [(Role.MEMBER.value, Role.MEMBER.label), (Role.LEAD.value, Role.LEAD.label)]


class Theme(models.TextChoices):
    """Light or dark; the empty value follows the system."""

    SYSTEM = "", _("Like the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class StudioUserManager(UserManager["User"]):
    """Looks people up without regard to case, and stores addresses in lower case, where allauth expects them."""

    # Migrations must go on working when this class moves.
    use_in_migrations = False

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Return the address in lower case; None becomes empty."""
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person of that name, in whatever case it is written."""
        return self.get(username__iexact=username)

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra_fields: Any
    ) -> "User":
        """Make an administrator, as `createsuperuser` does, and leave a trace of it."""
        user = super().create_superuser(username, email, password, **extra_fields)
        AuditEvent.objects.create(
            kind=AuditKind.USER_CREATED,
            subject=user,
            subject_name=user.username,
            details={"role": Role.ADMINISTRATOR.value, "way": "create_superuser"},
        )
        return user


class User(AbstractUser):
    """One person of the team.

    An administrator is `is_superuser` and `is_staff`, as `createsuperuser` makes one; `role` tells the rest apart.
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    username = models.CharField(
        _("user name"),
        max_length=150,
        unique=True,
        validators=[UserNameValidator(), MinLengthValidator(2)],
        error_messages={"unique": _("This name is taken.")},
    )
    # One field, because a first and a last name do not exist in every language, nor in one order.
    name = models.CharField(_("name"), max_length=80, blank=True, help_text=_("As colleagues should see it."))
    email = models.EmailField(_("e-mail address"), blank=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    role = models.CharField(_("role"), max_length=16, choices=STORED_ROLES, default=Role.MEMBER)
    language = models.CharField(_("language"), max_length=16, blank=True, validators=[validate_language])
    theme = models.CharField(_("theme"), max_length=8, blank=True, choices=Theme)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[validate_time_zone])

    objects: ClassVar[StudioUserManager] = StudioUserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("username"), name="user_name_unique", violation_error_message=_("This name is taken.")
            ),
            models.UniqueConstraint(
                Lower("email"),
                condition=~models.Q(email=""),
                name="user_email_unique",
                violation_error_message=_("This address belongs to somebody else."),
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=[Role.MEMBER.value, Role.LEAD.value]), name="user_role_known"
            ),
        ]

    def clean(self) -> None:
        """Bring name and address into the form in which they are stored."""
        super().clean()
        self.email = StudioUserManager.normalize_email(self.email)

    @property
    def effective_role(self) -> Role:
        """The role that counts: Django's flags first, then the stored one."""
        if self.is_superuser and self.is_staff:
            return Role.ADMINISTRATOR
        return Role(self.role)

    @property
    def display_name(self) -> str:
        """The name that colleagues see."""
        return self.name or self.username

    @property
    def initials(self) -> str:
        """One or two characters for the avatar."""
        return initials_of(self.display_name)

    def get_full_name(self) -> str:
        """Return the name; Django's admin asks for it."""
        return self.name

    def get_short_name(self) -> str:
        """Return the name by which to greet."""
        return self.display_name


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations by what can still be done with them."""

    def open(self, *, now: datetime) -> "InvitationQuerySet":
        """Keep those that nobody used and that have not expired."""
        return self.filter(used_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """A link by which one person may join; the token itself exists only in that link."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    email = models.EmailField(
        _("e-mail address"), blank=True, help_text=_("If given, the person joins with exactly this address.")
    )
    role = models.CharField(_("role"), max_length=16, choices=STORED_ROLES, default=Role.MEMBER)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="invitations_made",
        verbose_name=_("invited by"),
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), editable=False)
    used_at = models.DateTimeField(_("used"), null=True, editable=False)
    used_by = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="invitation_used",
        verbose_name=_("used by"),
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.email or f"#{self.pk}"


class SetupToken(models.Model):
    """The one-time link by which the first administrator is made; at most one row exists."""

    # A fixed key makes the second row impossible in every database.
    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _("set-up link")
        verbose_name_plural = _("set-up links")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="setup_token_single")]

    def __str__(self) -> str:
        return self.created_at.isoformat()


class KeyContent(models.TextChoices):
    """What the history keeps of a key's chat calls."""

    FULL = "full", _("Prompts and replies")
    METADATA = "metadata", _("Counts and cost only")


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Keys by what can still be done with them."""

    def usable(self, *, now: datetime) -> "ApiKeyQuerySet":
        """Keep those that open the API at this moment."""
        is_running = models.Q(expires_at=None) | models.Q(expires_at__gt=now)
        return self.filter(is_running, revoked_at=None, person__is_active=True)


class ApiKey(models.Model):
    """A person's key to the API. The secret itself exists only where it was copied to.

    `prefix` is the part by which a key is found and recognised; `digest` is that of the whole secret.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys", verbose_name=_("person")
    )
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("key"), max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    # Made when the form was rendered: a reload of the answer to it must not make a second key.
    submission_id = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("ends"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    # Gateway names of models, and addresses or networks; an empty list allows all.
    allowed_models = models.JSONField(_("models"), default=list, blank=True)
    allowed_addresses = models.JSONField(_("addresses"), default=list, blank=True)
    content = models.CharField(_("history keeps"), max_length=10, choices=KeyContent.choices, default=KeyContent.FULL)
    webhook_url = models.URLField(_("webhook"), max_length=500, blank=True)
    # The secret that signs webhooks is derived; a higher number is another secret.
    webhook_secret_number = models.PositiveIntegerField(default=1, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    last_used_address = models.GenericIPAddressField(_("from"), null=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "submission_id"], name="one_api_key_a_submission"),
            models.CheckConstraint(condition=models.Q(content__in=KeyContent.values), name="api_key_content_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown(self) -> str:
        """The beginning of the secret, by which its owner recognises it."""
        return f"sk-studio-{self.prefix}…"

    @property
    def keeps_content(self) -> bool:
        """Whether prompts and replies of chat calls stay in the history."""
        return self.content == KeyContent.FULL


class AuditKind(models.TextChoices):
    """What can happen to an account; the list grows, so the column itself does not know it."""

    SIGN_IN = "sign_in", _("Signed in")
    SIGN_OUT = "sign_out", _("Signed out")
    SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    PASSWORD_RESET_REQUESTED = "password_reset_requested", _("Password reset asked for")
    PASSWORD_RESET_DONE = "password_reset_done", _("Password reset")
    EMAIL_CHANGED = "email_changed", _("E-mail address changed")
    ROLE_CHANGED = "role_changed", _("Role or rights changed")
    USER_CREATED = "user_created", _("Account made")
    USER_DEACTIVATED = "user_deactivated", _("Account deactivated")
    USER_ACTIVATED = "user_activated", _("Account activated")
    INVITATION_CREATED = "invitation_created", _("Invitation made")
    INVITATION_USED = "invitation_used", _("Invitation used")
    AUTHENTICATOR_ADDED = "authenticator_added", _("Second factor added")
    AUTHENTICATOR_REMOVED = "authenticator_removed", _("Second factor removed")
    SESSION_ENDED = "session_ended", _("Session ended")
    KEY_CREATED = "key_created", _("API key made")
    KEY_CHANGED = "key_changed", _("API key changed")
    KEY_REVOKED = "key_revoked", _("API key revoked")


class AuditEvent(models.Model):
    """One thing that happened to an account. Rows are added and never changed; names outlive the people."""

    at = models.DateTimeField(_("time"), default=timezone.now, db_index=True)
    kind = models.CharField(_("what"), max_length=40, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="audit_events_caused",
        verbose_name=_("account of the doer"),
    )
    actor_name = models.CharField(_("by whom"), max_length=150, blank=True)
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="audit_events",
        verbose_name=_("account concerned"),
    )
    subject_name = models.CharField(_("about whom"), max_length=150, blank=True)
    ip_address = models.GenericIPAddressField(_("address"), null=True)
    user_agent = models.CharField(_("browser"), max_length=200, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit log")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_name}"

    @property
    def kind_label(self) -> str:
        """What happened, in words; a kind that a later version wrote stays as it is."""
        return str(AuditKind(self.kind).label) if self.kind in AuditKind else self.kind
