"""Many keys at once on a real server: one that is revoked opens nothing any more, and nobody else notices."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field

import httpx

from tests.studio_process import RunningStudio

KEYS, CLIENTS = 200, 50
SECOND = 1.0
MAKE = """
import json
from django.utils import timezone
from accounts.keys import issue
from accounts.models import User
person = User.objects.get(username="measure")
print(json.dumps([issue(person, name=f"Many {n}", now=timezone.now())[1] for n in range(%d)]))
"""
REVOKE = """
from django.utils import timezone
from accounts.keys import revoke
from accounts.models import ApiKey
key = ApiKey.objects.get(name="Many 7")
revoke(key, actor=key.person, now=timezone.now())
"""
CHAT = {"model": "gpt-5.1", "messages": [{"role": "user", "content": "Hi [sandbox tokens=3 tps=0]"}]}


@dataclass(slots=True)
class Log:
    """What each call was answered: key, when it was sent, status. Units: seconds of a monotonic clock."""

    calls: list[tuple[str, float, int]] = field(default_factory=list)
    is_over: bool = False


async def go_round(studio: RunningStudio, secrets: list[str], log: Log) -> None:
    """Use some keys in turn, for lists and for chat, until it is over."""
    async with httpx.AsyncClient(base_url=studio.address, timeout=60, trust_env=False) as client:
        while not log.is_over:
            for place, secret in enumerate(secrets):
                headers, sent_at = {"x-api-key": secret}, time.monotonic()
                if place % 4:
                    answer = await client.get("/v1/models", headers=headers)
                else:
                    answer = await client.post("/v1/chat/completions", json=CHAT, headers=headers)
                log.calls.append((secret, sent_at, answer.status_code))


async def use_all(studio: RunningStudio, secrets: list[str]) -> tuple[Log, float]:
    """Use all keys side by side, have one revoked in the middle, and return when that was done."""
    log = Log()
    own = KEYS // CLIENTS
    clients = [
        asyncio.create_task(go_round(studio, secrets[place * own : (place + 1) * own], log)) for place in range(CLIENTS)
    ]
    while len({secret for secret, _at, _status in log.calls}) < KEYS:
        await asyncio.sleep(0.1)
    await asyncio.to_thread(studio.manage, "shell", "--no-imports", "-c", REVOKE)
    revoked_at, seen = time.monotonic(), len(log.calls)
    while len(log.calls) < seen + 3 * KEYS or time.monotonic() < revoked_at + 3 * SECOND:
        await asyncio.sleep(0.1)
    log.is_over = True
    await asyncio.gather(*clients)
    return log, revoked_at


def test_of_two_hundred_keys_the_one_that_is_revoked_ends_and_no_other(studio: RunningStudio) -> None:
    secrets = json.loads(studio.manage("shell", "--no-imports", "-c", MAKE % KEYS))

    log, revoked_at = asyncio.run(use_all(studio, secrets))

    others = {status for secret, _at, status in log.calls if secret != secrets[7]}
    late = {status for secret, at, status in log.calls if secret == secrets[7] and at > revoked_at + SECOND}
    assert others == {200}
    assert late == {401}
    assert {status for secret, _at, status in log.calls if secret == secrets[7]} == {200, 401}
