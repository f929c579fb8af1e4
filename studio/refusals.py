"""Short answers to requests whose body is not read: one plain sentence in the person's language."""

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from generations.api.errors import ApiError, Kind, answer_to
from generations.api.families import Family
from studio.bodies import Refusal, Send
from studio.logs import current_request_id
from studio.routing import MEBIBYTE, Headers

_SENTENCES = {
    Refusal.LENGTH_REQUIRED: _("This request must say how long it is."),
    Refusal.TOO_SLOW: _("The upload stood still for too long. Please try again."),
    Refusal.SIGN_IN: _("You are signed out. Sign in again, then send this once more."),
    Refusal.TOO_MANY: _("Too many uploads at once. Wait until one is done, then try again."),
    Refusal.MALFORMED: _("This request could not be read."),
}
_API_KINDS = {
    Refusal.TOO_LARGE: Kind.TOO_LARGE,
    Refusal.LENGTH_REQUIRED: Kind.LENGTH_REQUIRED,
    Refusal.TOO_SLOW: Kind.TOO_SLOW,
    Refusal.SIGN_IN: Kind.INVALID_KEY,
    Refusal.TOO_MANY: Kind.RATE_LIMITED,
    Refusal.MALFORMED: Kind.BAD_BODY,
}
_NO_KEY = "A body of this size is read only with an API key."
RETRY_AFTER_SECONDS = 10


@dataclass(frozen=True)
class Answer:
    """A whole answer, ready to be sent."""

    status: int
    headers: Headers
    body: bytes


def sentence_for(refusal: Refusal, *, limit_bytes: int) -> str:
    """Return the sentence for a person, in the active language."""
    if refusal is Refusal.TOO_LARGE:
        too_large = gettext("This is too large: at most %(megabytes)s MB can be sent here.")
        return too_large % {"megabytes": limit_bytes // MEBIBYTE}
    return str(_SENTENCES[refusal])


def build_answer(refusal: Refusal, *, limit_bytes: int, language: str, family: Family | None = None) -> Answer:
    """Return the answer for a refused body: a fragment for pages, for the API an error in its family's envelope.

    It states no length, because the server hangs up once the stated length is out: see `studio.dispatcher`.
    Units: `limit_bytes` is named in the sentence, in whole megabytes.
    """
    with translation.override(language if family is None else "en"):
        sentence = sentence_for(refusal, limit_bytes=limit_bytes)
        body = _as_fragment(refusal, sentence) if family is None else _as_api_error(refusal, sentence, family)
    headers = [
        (b"content-type", b"text/html; charset=utf-8" if family is None else b"application/json"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
        (b"vary", b"Accept-Language, Cookie"),
        # The rest of the body is never read, so nothing else can come over this connection.
        (b"connection", b"close"),
        (b"x-request-id", current_request_id.get().encode("latin-1")),
    ]
    if refusal is Refusal.TOO_MANY:
        headers.append((b"retry-after", str(RETRY_AFTER_SECONDS).encode()))
    return Answer(refusal.value, headers, body)


def _as_api_error(refusal: Refusal, sentence: str, family: Family) -> bytes:
    error = ApiError(_API_KINDS[refusal], _NO_KEY if refusal is Refusal.SIGN_IN else sentence)
    return answer_to(error, family=family, request_id=current_request_id.get()).body


def _as_fragment(refusal: Refusal, sentence: str) -> bytes:
    if refusal is Refusal.SIGN_IN:
        return render_to_string("accounts/_sign_in_again.html").encode()
    return render_to_string("studio/_refusal.html", {"sentence": sentence}).encode()


async def send_beginning(answer: Answer, send: Send) -> None:
    """Send the whole answer but its end."""
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": True})


async def send_end(send: Send) -> None:
    """End an answer that `send_beginning` began."""
    await send({"type": "http.response.body", "body": b"", "more_body": False})
