import asyncio
import os
import signal

from studio.lifespan import StopOnce, begin_at_signal


def test_the_stop_runs_once_whoever_asks_first() -> None:
    runs = []

    async def stop() -> None:
        runs.append("stopped")

    async def ask_three_times() -> None:
        once = StopOnce(stop)
        once.begin()
        once.begin()
        await once.wait()

    asyncio.run(ask_three_times())

    assert runs == ["stopped"]


def test_a_stop_that_fails_does_not_keep_the_worker_from_ending() -> None:
    async def fail() -> None:
        raise RuntimeError("broken")

    asyncio.run(StopOnce(fail).wait())


def test_the_signal_begins_the_stop_and_still_does_what_it_did_before() -> None:
    happened = []

    async def stop() -> None:
        happened.append("replies are finished")

    async def receive_a_signal() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, happened.append, "the server shuts down")
        once = StopOnce(stop)
        begin_at_signal(once, number=signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGUSR1)
        await asyncio.sleep(0.05)
        asyncio.get_running_loop().remove_signal_handler(signal.SIGUSR1)

    asyncio.run(receive_a_signal())

    assert sorted(happened) == ["replies are finished", "the server shuts down"]
