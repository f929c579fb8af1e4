"""Keys: made after a recent sign-in, shown once, limited, revoked; nobody sees another person's."""

from __future__ import annotations

import datetime
import re
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import keys
from accounts.models import ApiKey, AuditEvent, AuditKind, User
from generations.models import ApiCall, ApiCallContent, ApiUsage, Generation
from tests.factories import make_completed, model_named

SECRET = re.compile(r"sk-studio-[A-Za-z0-9]{43}")


@pytest.fixture
def fresh(client: Client, alice: User) -> Client:
    """A browser in which alice has just signed in."""
    client.post("/accounts/login/", {"login": "alice", "password": "studio-alice-password"})
    return client


@pytest.fixture
def stale(fresh: Client) -> Client:
    """The same browser sixteen minutes later."""
    session = fresh.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 16 * 60
    session.save()
    return fresh


def form(**more: object) -> dict[str, object]:
    return {"name": "Render farm", "content": "full", "submission_id": str(uuid.uuid4()), **more}


def issue(person: User, name: str = "Laptop", **more: object) -> tuple[ApiKey, str]:
    return keys.issue(person, name=name, now=timezone.now(), **more)  # type: ignore[arg-type]


def call_of(key: ApiKey, *, generation: Generation | None = None, **more: object) -> ApiCall:
    model = generation.model if generation else model_named("gpt-5.1")
    values = {"protocol": model.protocol, "status": "completed", "started_at": timezone.now(), **more}
    return ApiCall.objects.create(key=key, person=key.person, model=model, generation=generation, **values)


def test_a_key_is_shown_once_and_works(fresh: Client, alice: User) -> None:
    response = fresh.post("/keys/", form())

    text = response.content.decode()
    found = SECRET.findall(text)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert keys.check(found[0], address="127.0.0.1", now=timezone.now()).name == "Render farm"
    assert not SECRET.search(fresh.get("/keys/").content.decode())
    event = AuditEvent.objects.get(kind=AuditKind.KEY_CREATED)
    assert (event.actor, event.subject) == (alice, alice)
    assert found[0] not in str(AuditEvent.objects.values())


def test_a_reload_of_the_answer_makes_no_second_key(fresh: Client) -> None:
    values = form()
    fresh.post("/keys/", values)

    response = fresh.post("/keys/", values, follow=True)

    assert ApiKey.objects.count() == 1
    assert not SECRET.search(response.content.decode())
    assert "made a moment ago" in response.content.decode()


def test_after_a_quarter_of_an_hour_the_password_is_asked_for_and_the_key_is_made_then(stale: Client) -> None:
    asked = stale.post("/keys/", form(name="Notebook"))

    assert asked.status_code == 302
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    assert not ApiKey.objects.exists()

    answer = stale.post(asked.headers["Location"], {"password": "studio-alice-password"})

    assert SECRET.search(answer.content.decode())
    assert ApiKey.objects.get().name == "Notebook"


def test_a_wrong_password_makes_no_key(stale: Client) -> None:
    asked = stale.post("/keys/", form())

    stale.post(asked.headers["Location"], {"password": "not-my-password"})

    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": " "}, "Give the key a name"),
        ({"name": "x" * 81}, "80"),
        ({"expires_on": "2020-01-01"}, "This day is over"),
        ({"addresses": "here and there"}, "here is no address"),
        ({"models": ["gpt-9"]}, "gpt-9"),
        ({"content": "everything"}, "everything"),
        ({"name": "a\x00b"}, "Null characters"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(fresh: Client, values: dict[str, object], sentence: str) -> None:
    response = fresh.post("/keys/", form(**values))

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not ApiKey.objects.exists()


def test_limits_are_kept_with_the_key(fresh: Client) -> None:
    last = timezone.localdate() + datetime.timedelta(days=3)

    fresh.post("/keys/", form(expires_on=last.isoformat(), addresses="10.0.0.1/8, 203.0.113.7", models=["gpt-5.1"]))

    key = ApiKey.objects.get()
    assert key.allowed_addresses == ["10.0.0.0/8", "203.0.113.7"]
    assert key.allowed_models == ["gpt-5.1"]
    assert timezone.localtime(key.expires_at) == timezone.make_aware(
        datetime.datetime.combine(last + datetime.timedelta(days=1), datetime.time())
    )


def test_the_page_speaks_the_readers_language_and_knows_the_studios_address(fresh: Client, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://studio.example.com"

    english = fresh.get("/keys/").content.decode()
    chinese = fresh.get("/keys/", headers={"Accept-Language": "zh-hans"}).content.decode()

    assert "https://studio.example.com/v1/chat/completions" in english
    assert "Hello!" in english
    assert "你好!" in chinese
    assert "your-api-key" in chinese
    for path in ("/ai/seedance/videos", "/ai/seedance/result?task_id=", "/ai/gemini/image/generate"):
        assert f"https://studio.example.com{path}" in english
    assert "一只毛茸茸的橘猫在阳光明媚的草地上奔跑" in chinese
    assert "未来城市夜景，霓虹灯倒映在湿润的街道上" in chinese
    assert english.count("AIKey: your-api-key") == 4


def test_a_key_is_renamed_limited_and_gets_a_webhook(fresh: Client, alice: User) -> None:
    key, _secret = issue(alice)
    page = f"/keys/{key.public_id}/"

    assert fresh.post(f"{page}name/", {"name": "Desk"}).status_code == 302
    assert fresh.post(f"{page}settings/", {"content": "metadata", "models": ["gpt-5.1"]}).status_code == 302
    assert fresh.post(f"{page}webhook/", {"webhook_url": "https://example.com/hook"}).status_code == 302
    before = keys.webhook_secret(key)
    assert fresh.post(f"{page}webhook/", {"renew": "1"}).status_code == 302

    key.refresh_from_db()
    assert (key.name, key.content, key.allowed_models) == ("Desk", "metadata", ["gpt-5.1"])
    assert key.webhook_url == "https://example.com/hook"
    assert keys.webhook_secret(key) != before
    assert AuditEvent.objects.filter(kind=AuditKind.KEY_CHANGED).count() == 4
    assert keys.webhook_secret(key) in fresh.get(page).content.decode()


@pytest.mark.parametrize(
    ("part", "values"),
    [("name", {"name": ""}), ("settings", {"content": "x"}), ("webhook", {"webhook_url": "ftp://example.com"})],
)
def test_bad_changes_are_refused_beside_their_field(
    fresh: Client, alice: User, part: str, values: dict[str, str]
) -> None:
    key, _secret = issue(alice)

    assert fresh.post(f"/keys/{key.public_id}/{part}/", values).status_code == 422


@pytest.mark.parametrize("part", ["settings", "webhook"])
def test_wider_rights_need_a_recent_sign_in(stale: Client, alice: User, part: str) -> None:
    key, _secret = issue(alice)

    response = stale.post(f"/keys/{key.public_id}/{part}/", {"content": "full", "webhook_url": ""})

    assert response.headers["Location"].startswith("/accounts/reauthenticate/")


def test_a_revoked_key_ends_at_once(stale: Client, alice: User) -> None:
    key, secret = issue(alice)

    stale.post(f"/keys/{key.public_id}/revocation/")

    with pytest.raises(keys.KeyRefusedError):
        keys.check(secret, address="127.0.0.1", now=timezone.now())
    assert "revoked" in stale.get("/keys/").content.decode()


def test_charlie_sees_nothing_of_alices_keys(client: Client, charlie: User, alice: User) -> None:
    key, _secret = issue(alice, "Alice's own")
    call = call_of(key)
    client.force_login(charlie)
    page = f"/keys/{key.public_id}/"

    assert client.get(page).status_code == 404
    for part in ("name", "settings", "webhook", "revocation"):
        response = client.post(f"{page}{part}/", {"name": "Mine"})
        assert response.status_code in {302, 404}
        assert response.headers.get("Location", "/accounts/reauthenticate/").startswith("/accounts/reauthenticate/")
    assert client.get(f"/keys/calls/{call.public_id}/").status_code == 404
    for path in ("/keys/", "/keys/calls/", f"/keys/calls/?key={key.public_id}"):
        assert "Alice" not in client.get(path).content.decode()
    key.refresh_from_db()
    assert key.revoked_at is None


def test_the_table_counts_calls_and_money_of_chat_and_media(fresh: Client, alice: User) -> None:
    key, _secret = issue(alice)
    today = timezone.now().date()
    ApiUsage.objects.create(key=key, on=today, call_count=3, amount=Decimal("1.25"))
    picture = make_completed(alice, charge_amount=Decimal("2.50"))
    call_of(key, generation=picture)
    call_of(key, generation=picture, is_joined=True)

    text = fresh.get("/keys/").content.decode()

    assert "¥3.75" in text
    assert ">3</td>" in text


def test_lists_cost_the_same_with_five_rows_and_with_fifteen(fresh: Client, alice: User) -> None:
    def grow(count: int) -> None:
        for number in range(count):
            key, _secret = issue(alice, f"Key {number}")
            call = call_of(key)
            ApiCallContent.objects.create(call=call, excerpt="What is a lighthouse?")
            call_of(key, generation=make_completed(alice))

    def queries(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as context:
            assert fresh.get(path).status_code == 200
        return len(context)

    # The first page of a session also notes that it is used.
    fresh.get("/keys/")
    grow(5)
    before = [queries(path) for path in ("/keys/", "/keys/calls/")]
    grow(10)

    assert [queries(path) for path in ("/keys/", "/keys/calls/")] == before


def test_the_log_goes_on_where_a_page_ends(fresh: Client, alice: User) -> None:
    key, _secret = issue(alice)
    for _number in range(60):
        call_of(key)

    first = fresh.get("/keys/calls/").content.decode()
    more = re.search(r'href="(/keys/calls/\?after=[^"]+)"', first)

    assert more
    assert first.count('<tr id="call-') == 50
    assert fresh.get(more[1]).content.decode().count('<tr id="call-') == 10
    assert fresh.get("/keys/calls/?after=forged").content.decode().count('<tr id="call-') == 50


def test_a_call_shows_its_words_only_where_they_were_kept(fresh: Client, alice: User) -> None:
    key, _secret = issue(alice)
    kept, bare = call_of(key), call_of(key)
    ApiCallContent.objects.create(
        call=kept, turns=[{"role": "user", "text": "<b>What?</b>"}], reply="**This.** <script>alert(1)</script>"
    )

    text = fresh.get(f"/keys/calls/{kept.public_id}/").content.decode()

    assert "&lt;b&gt;What?&lt;/b&gt;" in text
    assert "<strong>This.</strong>" in text
    assert "<script>alert" not in text
    assert "counts and cost only" in fresh.get(f"/keys/calls/{bare.public_id}/").content.decode()


def test_staff_see_and_revoke_everybodys_keys(client: Client, admin: User, alice: User) -> None:
    key, secret = issue(alice)
    client.force_login(admin)

    listing = client.get("/admin/accounts/apikey/").content.decode()
    page = client.get(f"/admin/accounts/apikey/{key.pk}/change/").content.decode()
    client.post("/admin/accounts/apikey/", {"action": "revoke", "_selected_action": [key.pk]})

    key.refresh_from_db()
    assert "Laptop" in listing
    assert key.revoked_at is not None
    assert secret not in listing + page
    assert key.digest not in listing + page
    assert AuditEvent.objects.get(kind=AuditKind.KEY_REVOKED).actor == admin
    assert client.post(f"/admin/accounts/apikey/{key.pk}/delete/", {"post": "yes"}).status_code == 403
