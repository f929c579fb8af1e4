"""With REDIS_URL, sessions, cache and rate limits go through a real Redis, and work as they do without."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis

from tests.studio_process import running_studio

pytestmark = pytest.mark.scaleout


def test_sessions_and_rate_limits_hold_in_redis(tmp_path: Path, redis_url: str) -> None:
    store = redis.Redis.from_url(redis_url)
    with running_studio(tmp_path / "data", REDIS_URL=redis_url) as studio:
        studio.add_administrator()
        client = studio.sign_in()

        assert client.get("/library/").status_code == 200
        assert [key for key in store.keys("*") if b"cached_db" in key], "the session is not cached"

        # A session that leaves the cache lives on in the database.
        store.flushall()
        assert client.get("/library/").url.path == "/library/"

        # One that has ended is gone in both.
        token, session = client.cookies["csrftoken"], client.cookies["sessionid"].encode()
        assert [key for key in store.keys("*") if session in key]
        client.post("/accounts/logout/", data={"csrfmiddlewaretoken": token}, headers={"Referer": studio.address})
        assert client.get("/library/").url.path == "/accounts/login/"
        assert not [key for key in store.keys("*") if session in key]
        assert not studio.query("SELECT 1 FROM django_session WHERE session_key = ?", session.decode())

        # Failed sign-ins are counted where every process sees them.
        before = store.dbsize()
        form = {"login": "measure", "password": "wrong", "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        answers = [
            client.post("/accounts/login/", data=form, headers={"Referer": studio.address}).text for _ in range(6)
        ]
        assert store.dbsize() > before
        assert answers[-1] != answers[0]
        assert [key for key in store.keys("*") if b"login_failed" in key]
        assert studio.query("SELECT count(*) FROM studio_cache") == [(0,)]
    store.close()
