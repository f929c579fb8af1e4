import asyncio
from collections.abc import Awaitable, Callable

import pytest

from studio.bodies import (
    BodyRefusedError,
    ClientGoneError,
    GuardedBody,
    LargeBodySlots,
    Message,
    Refusal,
    already_read,
    declared_length_bytes,
)

MEBIBYTE = 1024 * 1024


async def let_in() -> None:
    return


async def keep_out() -> None:
    raise BodyRefusedError(Refusal.SIGN_IN)


def chunk(size: int, *, more: bool = True) -> Message:
    return {"type": "http.request", "body": b"x" * size, "more_body": more}


def guarded(
    messages: list[Message],
    *,
    limit: int = 4 * MEBIBYTE,
    admit: Callable[[], Awaitable[None]] = let_in,
    slots: LargeBodySlots | None = None,
    patience: float = 30,
) -> GuardedBody:
    waiting = iter(messages)

    async def source() -> Message:
        try:
            return next(waiting)
        except StopIteration:
            await asyncio.Event().wait()
            raise

    return GuardedBody(source, limit, admit, (slots or LargeBodySlots()).slot_for("client"), patience)


def refusal_of(work: Awaitable[object]) -> Refusal:
    async def run() -> object:
        return await work

    with pytest.raises(BodyRefusedError) as caught:
        asyncio.run(run())
    return caught.value.refusal


def test_a_body_within_its_limit_is_read_whole() -> None:
    body = guarded([chunk(3), chunk(2, more=False)])

    assert asyncio.run(body.read_whole()) == b"xxxxx"


def test_a_body_that_grows_beyond_its_limit_is_refused_while_it_is_read() -> None:
    body = guarded([chunk(60), chunk(60)], limit=100)

    assert refusal_of(body.read_whole()) is Refusal.TOO_LARGE


def test_an_announced_length_beyond_the_limit_is_refused_before_anything_is_read() -> None:
    body = guarded([], limit=2 * MEBIBYTE)

    assert refusal_of(body.check_announced(3 * MEBIBYTE)) is Refusal.TOO_LARGE


def test_a_stranger_is_sent_to_sign_in_before_a_large_body_is_read() -> None:
    body = guarded([], admit=keep_out)

    assert refusal_of(body.check_announced(2 * MEBIBYTE)) is Refusal.SIGN_IN
    assert body.read_bytes == 0


def test_a_stranger_without_an_announced_length_gets_no_further_than_a_mebibyte() -> None:
    body = guarded([chunk(MEBIBYTE), chunk(1), chunk(MEBIBYTE)], admit=keep_out)

    assert refusal_of(body.read_whole()) is Refusal.SIGN_IN
    assert body.read_bytes == MEBIBYTE + 1


def test_nobody_is_asked_for_a_small_body() -> None:
    body = guarded([chunk(1000, more=False)], admit=keep_out)

    assert len(asyncio.run(body.read_whole())) == 1000


def test_a_body_that_stands_still_is_refused() -> None:
    body = guarded([chunk(1)], patience=0.01)

    assert refusal_of(body.read_whole()) is Refusal.TOO_SLOW


def test_a_body_that_only_drips_is_refused_although_it_never_stands_still() -> None:
    dripping, flowing = (guarded([chunk(size), chunk(size), chunk(size, more=False)]) for size in (1, 200_000))
    for body in (dripping, flowing):
        body.began -= body.slow_start_seconds + 100

    assert refusal_of(dripping.read_whole()) is Refusal.TOO_SLOW
    assert len(asyncio.run(flowing.read_whole())) == 600_000


def test_waiting_for_the_client_to_leave_has_no_time_limit() -> None:
    body = guarded([chunk(1, more=False)], patience=0.01)

    async def wait_long() -> None:
        await body.receive()
        async with asyncio.timeout(0.1):
            await body.receive()

    with pytest.raises(TimeoutError):
        asyncio.run(wait_long())


def test_a_client_that_leaves_in_the_middle_is_not_taken_for_a_short_body() -> None:
    body = guarded([chunk(1), {"type": "http.disconnect"}])

    with pytest.raises(ClientGoneError):
        asyncio.run(body.read_whole())


def test_one_client_has_at_most_four_large_bodies_at_once() -> None:
    slots = LargeBodySlots(per_client=4)
    open_bodies = [guarded([], slots=slots) for _ in range(4)]
    for body in open_bodies:
        asyncio.run(body.check_announced(2 * MEBIBYTE))

    assert refusal_of(guarded([], slots=slots).check_announced(2 * MEBIBYTE)) is Refusal.TOO_MANY

    open_bodies[0].slot.release()
    asyncio.run(guarded([], slots=slots).check_announced(2 * MEBIBYTE))


def test_a_place_is_free_again_once_the_body_is_read() -> None:
    slots = LargeBodySlots(per_client=1)
    body = guarded([chunk(2 * MEBIBYTE, more=False)], slots=slots)

    asyncio.run(body.read_whole())

    assert not body.slot.is_taken
    slots.take("client")


def test_draining_ends_when_the_client_has_sent_all_or_time_is_up() -> None:
    finished = guarded([chunk(5), chunk(5, more=False)])
    endless = guarded([chunk(5)])

    asyncio.run(finished.drain(most_bytes=100, most_seconds=10))
    asyncio.run(endless.drain(most_bytes=100, most_seconds=0.01))

    assert finished.is_complete
    assert not endless.is_complete


def test_a_body_read_before_is_handed_over_once() -> None:
    async def later() -> Message:
        return {"type": "http.disconnect"}

    async def read_twice() -> list[str]:
        receive = already_read(b"abc", then=later)
        return [(await receive())["type"], (await receive())["type"]]

    assert asyncio.run(read_twice()) == ["http.request", "http.disconnect"]


@pytest.mark.parametrize(
    ("headers", "length"),
    [
        ([], 0),
        ([(b"content-length", b"12")], 12),
        ([(b"transfer-encoding", b"chunked")], None),
    ],
)
def test_the_announced_length_is_read(headers: list[tuple[bytes, bytes]], length: int | None) -> None:
    assert declared_length_bytes(headers) == length


@pytest.mark.parametrize("value", [b"-1", b"1e3", b"\xb2", b"0x10"])
def test_a_length_that_is_no_number_is_refused(value: bytes) -> None:
    with pytest.raises(BodyRefusedError):
        declared_length_bytes([(b"content-length", value)])
