"""Wake every engine at once when a person has ordered something, also from a host that serves pages alone.

With `REDIS_URL` a message goes out when the order's transaction has been committed; whichever engine is first leases
the row. A wake-up carries nothing and may be lost: without one, or without Redis, the engine's own tick finds the row.

Source: https://redis.io/docs/latest/develop/pubsub/: messages are delivered at most once, whatever the database number.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from generations.hosts import key_digest

if TYPE_CHECKING:
    from redis import Redis

logger = logging.getLogger(__name__)

# An order must not wait for a Redis that does not answer.
PATIENCE_SECONDS = 0.5
QUIET_SECONDS = 30.0
LISTEN_SECONDS = 15.0
RECONNECT_SECONDS = 2.0

_quiet_until = 0.0


def channel_name() -> str:
    """Return the channel of this installation: others may use the same Redis, and channels know no database."""
    return f"studio:{key_digest()[:16]}:wake"


def ring() -> None:
    """Wake the engines as soon as the running transaction commits, or at once outside of one; never raises."""
    if settings.REDIS_URL:
        transaction.on_commit(_publish, robust=True)


async def listen(wake: asyncio.Event) -> None:
    """Set the event at every wake-up, until cancelled. Without Redis this returns at once."""
    if not settings.REDIS_URL:
        return
    # Loaded by the engine alone: nothing else listens.
    from redis.asyncio import Redis as AsyncRedis
    from redis.exceptions import RedisError

    is_heard = True
    while True:
        try:
            # The time-out is longer than the wait for a message, so that only a dead connection meets it.
            async with (
                AsyncRedis.from_url(
                    settings.REDIS_URL, socket_timeout=2 * LISTEN_SECONDS, socket_connect_timeout=5
                ) as redis,
                redis.pubsub(ignore_subscribe_messages=True) as channel,
            ):
                await channel.subscribe(channel_name())
                if not is_heard:
                    logger.info("wake-ups are heard again")
                is_heard = True
                while True:
                    if await channel.get_message(timeout=LISTEN_SECONDS) is not None:
                        wake.set()
                    else:
                        await channel.ping()
        except (RedisError, OSError) as error:
            if is_heard:
                logger.warning("no wake-ups are heard (%s); orders are found at the next tick", type(error).__name__)
            is_heard = False
            await asyncio.sleep(RECONNECT_SECONDS)


def _publish() -> None:
    global _quiet_until
    from redis.exceptions import RedisError

    if time.monotonic() < _quiet_until:
        return
    try:
        _redis(settings.REDIS_URL).publish(channel_name(), "")
    except (RedisError, OSError) as error:
        _quiet_until = time.monotonic() + QUIET_SECONDS
        logger.warning("no engine could be woken (%s); orders are found at the next tick", type(error).__name__)


@functools.cache
def _redis(url: str) -> Redis:
    from redis import Redis

    return Redis.from_url(url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS)
