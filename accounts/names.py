"""What a user name, a language and a time zone may be: checks shared by models and forms."""

import unicodedata
import zoneinfo
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _


@deconstructible
class UserNameValidator(RegexValidator):
    """Letters of any script, digits and . _ + -; no @, so that a name is never somebody's e-mail address."""

    regex = r"^[\w.+-]+\Z"
    message = _("Use letters, digits and the signs . _ + - only.")
    flags = 0


def fold(text: str) -> str:
    """Return the form in which two names or addresses are compared: NFKC, without case."""
    return unicodedata.normalize("NFKC", text).casefold()


def initials_of(name: str) -> str:
    """Return one or two characters that stand for a person: "林悦" gives "林悦", "Ada Lovelace" gives "AL"."""
    words = [word for word in name.replace("_", " ").replace(".", " ").replace("-", " ").split() if word[0].isalnum()]
    if not words:
        return name[:1].upper()
    if "\u2e80" <= words[0][0] <= "\ud7a3":
        return words[0][-2:]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@lru_cache(maxsize=1)
def time_zone_names() -> tuple[str, ...]:
    """Return the names that a person may choose from, sorted: regions with a city, and UTC."""
    regions = (
        "Africa/",
        "America/",
        "Antarctica/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    )
    return ("UTC", *sorted(name for name in zoneinfo.available_timezones() if name.startswith(regions)))


def validate_time_zone(name: str) -> None:
    """Raise ValidationError unless the time zone database of this machine knows the name."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("This time zone is not known here."), code="unknown_time_zone")


def validate_language(code: str) -> None:
    """Raise ValidationError unless the studio speaks this language."""
    if code not in dict(settings.LANGUAGES):
        raise ValidationError(_("The studio does not speak this language."), code="unknown_language")
