"""Keys: issued once, found by their prefix, compared whole, and of no use the moment they are revoked."""

from __future__ import annotations

import datetime
import io
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts import keys
from accounts.models import ApiKey, AuditEvent, AuditKind, User

NOW = datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC)
HERE = "127.0.0.1"


def issue(person: User, **more: object) -> tuple[ApiKey, str]:
    return keys.issue(person, name="Laptop", now=NOW, **more)  # type: ignore[arg-type]


def refused(secret: str, *, address: str = HERE, now: datetime.datetime = NOW) -> str:
    with pytest.raises(keys.KeyRefusedError) as refusal:
        keys.check(secret, address=address, now=now)
    return refusal.value.reason


def test_a_fresh_key_opens_the_api_for_its_person(alice: User) -> None:
    key, secret = issue(alice)

    found = keys.check(secret, address=HERE, now=NOW)

    assert found == key
    assert found.person == alice
    assert secret.startswith(key.shown.removesuffix("…"))
    assert len(secret) == len("sk-studio-") + 43


def test_the_secret_stands_in_no_table(alice: User) -> None:
    _key, secret = issue(alice)

    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = str(cursor.fetchall())
            assert secret not in rows
            assert secret[len("sk-studio-") + keys.PREFIX_CHARACTERS :] not in rows


@pytest.mark.parametrize(
    "secret", ["", "sk-studio-", "sk-studio-short", "sk-other", "\u4f60\u597d", "\udcff", "x" * 9999]
)
def test_what_is_no_key_is_refused(alice: User, secret: str) -> None:
    issue(alice)

    assert refused(secret) == "unknown"


def test_a_right_prefix_alone_is_worth_nothing(alice: User) -> None:
    _key, secret = issue(alice)

    assert refused(secret[:-1] + ("a" if secret[-1] != "a" else "b")) == "unknown"
    assert refused(secret + "a") == "unknown"


def test_a_revoked_key_ends_at_once_and_leaves_a_trace(alice: User, admin: User) -> None:
    key, secret = issue(alice)

    assert keys.revoke(key, actor=admin, now=NOW)
    assert not keys.revoke(key, actor=admin, now=NOW)

    assert refused(secret) == "revoked"
    event = AuditEvent.objects.get(kind=AuditKind.KEY_REVOKED)
    assert (event.actor, event.subject) == (admin, alice)
    assert secret not in str(AuditEvent.objects.values())


def test_an_expired_key_is_refused_from_its_last_moment_on(alice: User) -> None:
    _key, secret = issue(alice, expires_at=NOW + datetime.timedelta(minutes=1))

    assert keys.check(secret, address=HERE, now=NOW)
    assert refused(secret, now=NOW + datetime.timedelta(minutes=1)) == "expired"


def test_a_deactivated_person_has_no_keys(alice: User) -> None:
    _key, secret = issue(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert refused(secret) == "inactive"


@pytest.mark.parametrize(
    ("address", "is_allowed"),
    [("10.1.2.3", True), ("::ffff:10.1.2.3", True), ("10.2.0.1", False), ("2001:db8::1", True), ("unknown", False)],
)
def test_a_key_may_be_bound_to_networks(alice: User, address: str, is_allowed: bool) -> None:
    _key, secret = issue(alice, allowed_addresses=["10.1.0.0/16", "2001:db8::/32"])

    if is_allowed:
        assert keys.check(secret, address=address, now=NOW)
    else:
        assert refused(secret, address=address) == "address"


def test_a_use_is_noted_once_a_minute(alice: User) -> None:
    key, _secret = issue(alice)
    later = NOW + datetime.timedelta(seconds=61)

    assert keys.note_use(key, address=HERE, now=NOW)
    key.refresh_from_db()
    assert not keys.note_use(key, address="10.0.0.1", now=NOW + datetime.timedelta(seconds=59))
    assert keys.note_use(key, address="10.0.0.1", now=later)

    key.refresh_from_db()
    assert (key.last_used_at, key.last_used_address) == (later, "10.0.0.1")


def test_one_form_makes_one_key(alice: User, bob: User) -> None:
    submission_id = uuid.uuid4()
    issue(alice, submission_id=submission_id)

    with pytest.raises(keys.KeyMadeBeforeError):
        issue(alice, submission_id=submission_id)

    issue(bob, submission_id=submission_id)
    assert ApiKey.objects.count() == 2


def test_the_webhook_secret_is_stored_nowhere_and_changes_with_its_number(alice: User) -> None:
    key, _secret = issue(alice)
    first = keys.webhook_secret(key)

    keys.change(key, actor=alice, webhook_secret_number=2)

    assert first.startswith("whsec_")
    assert keys.webhook_secret(key) != first
    assert first not in str(ApiKey.objects.values())


def test_the_command_prints_the_key_and_nothing_else(alice: User) -> None:
    out = io.StringIO()

    call_command("createapikey", "ALICE", "--name", "Render farm", "--days", "30", stdout=out)

    key = keys.check(out.getvalue().strip(), address=HERE, now=timezone.now())
    assert (key.person, key.name, out.getvalue().count("\n")) == (alice, "Render farm", 1)
    assert key.expires_at is not None


@pytest.mark.parametrize(
    "arguments", [("nobody", "--name", "x"), ("alice", "--name", " "), ("alice", "--name", "x" * 81)]
)
def test_the_command_says_plainly_what_is_wrong(alice: User, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        call_command("createapikey", *arguments)
