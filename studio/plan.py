"""What `start` decided, handed over to the supervisor, which cannot read Django's settings. Standard library only."""

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

PLAN_VARIABLE = "STUDIO_START_PLAN"


@dataclass(frozen=True)
class Plan:
    """Everything that the supervisor needs to know."""

    base_dir: str
    data_dir: str
    host: str
    port: int
    web_workers: int
    sandbox_port: int | None
    runs_web: bool
    runs_cluster: bool
    stop_seconds: float
    run_id: str
    lock_descriptors: tuple[int, ...]
    probe_host_header: str
    public_url: str = ""
    setup_path: str = ""

    @property
    def run_dir(self) -> Path:
        """Return the folder of heartbeats, locks and wishes."""
        return Path(self.data_dir) / "run"

    @property
    def local_host(self) -> str:
        """Return the address under which this machine reaches the web server."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read here, not bound
        host = self.host.strip("[]")
        return everywhere.get(host, host)

    @property
    def local_url(self) -> str:
        """Return the whole address for this machine, with a slash at its end."""
        host = f"[{self.local_host}]" if ":" in self.local_host else self.local_host
        return f"http://{host}:{self.port}/"

    @property
    def setup_url(self) -> str:
        """Return the whole set-up link, or an empty string when there is nothing to set up."""
        if not self.setup_path:
            return ""
        return (self.public_url or self.local_url.rstrip("/")) + self.setup_path


def hand_over(plan: Plan) -> None:
    """Become the supervisor: same process, terminal and locks, without the memory that Django took.

    The plan travels in the environment, which other people on this machine cannot read, unlike a command line.
    """
    for descriptor in plan.lock_descriptors:
        os.set_inheritable(descriptor, True)
    sys.stdout.flush()
    sys.stderr.flush()
    environment = {**os.environ, PLAN_VARIABLE: json.dumps(asdict(plan))}
    os.chdir(plan.base_dir)
    os.execve(sys.executable, [sys.executable, "-m", "studio.supervisor"], environment)  # noqa: S606 - no shell is meant


def receive() -> Plan:
    """Return the plan that `hand_over` left, and take it out of the environment of all children."""
    values = json.loads(os.environ.pop(PLAN_VARIABLE))
    values["lock_descriptors"] = tuple(values["lock_descriptors"])
    plan = Plan(**values)
    for descriptor in plan.lock_descriptors:
        os.set_inheritable(descriptor, False)
    return plan
