"""The processes that `start` runs: started, watched, restarted, stopped. Standard library only.

It supervises from outside, by files that living processes touch: the queue's own processes can freeze without
ending, wait for each other without limit, or leave orphans behind with exit code 0.
"""

import logging
import os
import select
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from studio import deadlines
from studio.children import Role, children_of
from studio.logs import RequestIdFilter, build_formatter
from studio.plan import Plan, receive
from studio.processes import Child
from studio.readiness import first_page_status, is_page_status
from studio.watching import Backoff, Heartbeat

logger = logging.getLogger("studio.supervisor")

LOOP_SECONDS = 0.25
EAGER_LOOP_SECONDS = 0.05
# The clusters start when the web server answers: on a small machine they would only delay each other. Should the
# web server not come up, they start anyway, for they have work that needs no page.
LATEST_CLUSTER_START_SECONDS = 10.0
# A web server that answers, but not with the page, will not do better in the next instant.
NEXT_PROBE_SECONDS = 1.0
# A terminal or a service manager may send one wish to stop twice; a person needs longer to press the keys again.
SAME_WISH_SECONDS = 0.5


@dataclass
class Watched:
    """One child with what is known about its life."""

    child: Child
    role: Role
    beat_path: Path | None
    backoff: Backoff = field(default_factory=Backoff)
    heartbeat: Heartbeat | None = None
    started_seconds: float = 0.0
    start_at_seconds: float | None = None

    def start(self) -> None:
        """Start the process, and expect its first heartbeat."""
        self.start_at_seconds = None
        self.started_seconds = time.monotonic()
        self.child.start()
        if self.beat_path is not None:
            self.heartbeat = Heartbeat(self.started_seconds, stamp_of(self.beat_path))
        logger.info("Started %s as process %s", self.child.name, self.child.pid)


def stamp_of(path: Path) -> int | None:
    """Return a file's modification time in nanoseconds, `None` while it is missing."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


class Supervisor:
    """Runs a plan until a signal ends it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.watched = [Watched(child, role, beat) for child, role, beat in children_of(plan)]
        self.began_seconds = time.monotonic()
        self.is_ready = not plan.runs_web
        self.probe_at_seconds = 0.0
        self.stop_asked_seconds: float | None = None
        self.is_hasty = False
        self.wake_reader, self.wake_writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def run(self) -> int:
        """Start everything, keep it running, stop it at a signal; return the exit code."""
        self._catch_signals()
        self.stop_wish.unlink(missing_ok=True)
        for watched in self.watched:
            if watched.role is not Role.CLUSTER or self.is_ready:
                watched.start()
        if not self.plan.runs_web:
            say("Studio is ready: the clusters run; pages are served by another process.")
        while self.stop_asked_seconds is None:
            self._turn()
            self._sleep(LOOP_SECONDS if self.is_ready else EAGER_LOOP_SECONDS)
        self._stop()
        return 0

    @property
    def stop_wish(self) -> Path:
        """Return the file whose presence tells the engine to claim nothing more."""
        return self.plan.run_dir / "stopping"

    def _turn(self) -> None:
        now_seconds = time.monotonic()
        for watched in self.watched:
            if watched.child.is_running:
                self._judge(watched, now_seconds)
            elif self._may_start(watched, now_seconds):
                watched.start()
        if not self.is_ready and now_seconds >= self.probe_at_seconds:
            self._probe(now_seconds)

    def _probe(self, now_seconds: float) -> None:
        status = first_page_status(self.plan)
        if is_page_status(status):
            self.is_ready = True
            self._announce()
        elif status is not None:
            self.probe_at_seconds = now_seconds + NEXT_PROBE_SECONDS
            logger.error("The sign-in page answers %s instead of being shown; the reason stands above", status)

    def _may_start(self, watched: Watched, now_seconds: float) -> bool:
        if watched.start_at_seconds is not None:
            return now_seconds >= watched.start_at_seconds
        return self.is_ready or now_seconds - self.began_seconds > LATEST_CLUSTER_START_SECONDS

    def _judge(self, watched: Watched, now_seconds: float) -> None:
        child = watched.child
        if child.has_ended():
            code = child.end()
            logger.error("%s ended unexpectedly (%s)", child.name, describe_exit(code))
        elif watched.heartbeat is not None and watched.beat_path is not None:
            if not watched.heartbeat.is_stale(stamp_of(watched.beat_path), now_seconds=now_seconds):
                return
            logger.error("%s gave no sign of life for too long; ending its whole group", child.name)
            child.end()
        else:
            return
        delay_seconds = watched.backoff.next_delay_seconds(lived_seconds=now_seconds - watched.started_seconds)
        watched.start_at_seconds = now_seconds + delay_seconds
        if delay_seconds:
            logger.warning("%s died young; next start in %s s", child.name, delay_seconds)

    def _announce(self) -> None:
        say(f"Studio is ready: {self.plan.local_url}")
        if self.plan.public_url:
            say(f"People use: {self.plan.public_url}/")
        if self.plan.setup_url:
            say(f"Make the first administrator here (the link works once): {self.plan.setup_url}")

    def _stop(self) -> None:
        began_seconds = time.monotonic()
        say("Stopping: nothing new is begun, and what runs may finish. Press Ctrl-C again to end it at once.")
        self.stop_wish.touch()
        limits = {
            Role.WEB: deadlines.jobs_seconds(self.plan.stop_seconds),
            Role.CLUSTER: deadlines.jobs_seconds(self.plan.stop_seconds),
            # Last, because replies and submits that are still under way go there.
            Role.SANDBOX: deadlines.everything_seconds(self.plan.stop_seconds),
        }
        for watched in self.watched:
            if watched.role is not Role.SANDBOX and watched.child.is_running:
                watched.child.ask_to_stop()
        is_sandbox_asked = False
        while any(watched.child.is_running for watched in self.watched):
            elapsed_seconds = time.monotonic() - began_seconds
            for watched in self.watched:
                self._see_off(watched, is_late=elapsed_seconds > limits[watched.role])
            others = any(watched.child.is_running for watched in self.watched if watched.role is not Role.SANDBOX)
            if not others and not is_sandbox_asked:
                is_sandbox_asked = True
                for watched in self.watched:
                    watched.child.ask_to_stop()
            self._sleep(EAGER_LOOP_SECONDS)
        self.stop_wish.unlink(missing_ok=True)
        say("Studio has stopped.")

    def _see_off(self, watched: Watched, *, is_late: bool) -> None:
        child = watched.child
        if not child.is_running:
            return
        if child.has_ended():
            # Its group may still hold workers that nobody waits for.
            child.end()
        elif is_late or self.is_hasty:
            child.end()
            say(f"{child.name} had not finished and was ended: {LEFT_BEHIND[watched.role]}")

    def _catch_signals(self) -> None:
        signal.set_wakeup_fd(self.wake_writer, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        # Only so that the death of a child interrupts the sleep.
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        # A closed terminal is a wish to stop like any other, unless `nohup` said otherwise.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._on_signal)

    def _on_signal(self, number: int, _frame: object) -> None:
        now_seconds = time.monotonic()
        if self.stop_asked_seconds is None:
            self.stop_asked_seconds = now_seconds
        elif number == signal.SIGINT and now_seconds - self.stop_asked_seconds > SAME_WISH_SECONDS:
            self.is_hasty = True

    def _sleep(self, seconds: float) -> None:
        readable, _writable, _exceptional = select.select([self.wake_reader], [], [], seconds)
        if readable:
            os.read(self.wake_reader, 4096)


LEFT_BEHIND = {
    Role.WEB: "a reply that still streamed shows as interrupted, and can be continued.",
    Role.CLUSTER: "a submit without an answer shows as uncertain, and is never repeated by itself.",
    Role.SANDBOX: "its tasks are kept, and go on at the next start.",
}


def describe_exit(code: int) -> str:
    """Return an exit code in words."""
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


def say(sentence: str) -> None:
    """Print one sentence for the person at the terminal."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run the plan that `start` handed over."""
    handler = logging.StreamHandler()
    handler.addFilter(RequestIdFilter())
    handler.setFormatter(build_formatter(os.environ.get("STUDIO_LOG", "text")))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    return Supervisor(receive()).run()


if __name__ == "__main__":
    sys.exit(main())
