"""Processes in groups of their own, ended as groups, and none left behind. Standard library only.

A group outlives its first process: ending only that one would leave forked workers at work. So a group is always
ended whole, by its id, and before its first process is reaped, while that id cannot have gone to somebody else.
"""

import ctypes
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

RUN_ID_VARIABLE = "STUDIO_RUN_ID"
_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html

# Only Linux has it; elsewhere the next start clears up.
_prctl = getattr(ctypes.CDLL(None, use_errno=True), "prctl", None)


def die_with_parent(parent_pid: int | None = None) -> None:
    """Ask the kernel to end this process when its parent ends; a parent that has already gone counts too."""
    if _prctl is not None:
        _prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if parent_pid is not None and os.getppid() != parent_pid:
        os._exit(1)


def let_forks_die_with_parent() -> None:
    """Make every process that this one forks, and those that they fork, end with its parent.

    The kernel forgets the wish at a fork, so each child has to repeat it.
    """
    os.register_at_fork(after_in_child=die_with_parent)


class Child:
    """One process with a session and a process group of its own."""

    def __init__(self, name: str, argv: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> None:
        self.name = name
        self.argv = list(argv)
        self.env = dict(env)
        self.cwd = cwd
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Tell whether it was started and not yet reaped."""
        return self._process is not None

    @property
    def pid(self) -> int:
        """Return the id of process and group.

        Raises: RuntimeError when it does not run.
        """
        if self._process is None:
            raise RuntimeError(f"{self.name} does not run")
        return self._process.pid

    def start(self) -> None:
        """Start it."""
        parent_pid = os.getpid()
        # The supervisor has one thread, so running code between fork and exec is safe here.
        self._process = subprocess.Popen(  # noqa: S603 - a fixed list of arguments, no shell
            self.argv,
            env=self.env,
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(parent_pid),
        )

    def has_ended(self) -> bool:
        """Tell whether its first process has ended; it stays unreaped."""
        if self._process is None:
            return True
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def ask_to_stop(self) -> None:
        """Send SIGTERM to its first process alone: that one knows how to stop the others."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)

    def end(self) -> int:
        """End the whole group at once, reap its first process and return that one's exit code."""
        if self._process is None:
            return 0
        end_group(self._process.pid)
        code = self._process.wait()
        self._process = None
        return code


def end_group(group: int) -> None:
    """Send SIGKILL to every process of a group, if there is any."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def processes_of_run(run_id: str) -> Iterator[int]:
    """Yield the ids of living processes that were started, at whatever depth, under this run id.

    A process keeps the environment that it was started with, so this finds orphans and never a stranger.
    """
    needle = f"{RUN_ID_VARIABLE}={run_id}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        if needle in environment.split(b"\0") and int(folder.name) != os.getpid():
            yield int(folder.name)


def end_run(run_id: str) -> int:
    """End every process of an earlier run and return how many there were."""
    ended = 0
    for pid in list(processes_of_run(run_id)):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        ended += 1
    return ended
