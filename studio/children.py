"""Which processes a plan consists of. Standard library only."""

import os
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

from studio.plan import Plan
from studio.processes import RUN_ID_VARIABLE, Child

# Above this many requests at once, streams included, a worker leaves new connections in the system's queue.
REQUESTS_AT_ONCE = 2048


class Role(Enum):
    """What a process does, which decides when it starts and how long it may take to stop."""

    WEB = "web"
    CLUSTER = "cluster"
    SANDBOX = "sandbox"


def children_of(plan: Plan) -> Iterator[tuple[Child, Role, Path | None]]:
    """Yield each process with its role and the file that it touches while it lives."""
    base = Path(plan.base_dir)
    common = {**os.environ, "STUDIO_SUPERVISED": "1", RUN_ID_VARIABLE: plan.run_id, "PYTHONUNBUFFERED": "1"}
    # Tracebacks without the line of markers under each line.
    common["PYTHONNODEBUGRANGES"] = "1"
    if plan.sandbox_port is not None:
        common["STUDIO_SANDBOX_URL"] = f"http://127.0.0.1:{plan.sandbox_port}"
        # Where it reads the files that come by address; it contacts nothing beyond this machine.
        common["STUDIO_LOCAL_URL"] = f"http://127.0.0.1:{plan.port}"
        yield Child("sandbox", sandbox_command(plan), env=common, cwd=base), Role.SANDBOX, None
    if plan.runs_web:
        web_env = {**common, "STUDIO_WEB_PROCESS": "1"}
        yield Child("web server", web_command(plan), env=web_env, cwd=base), Role.WEB, None
    if plan.runs_cluster:
        for name, label in (("engine", "engine"), ("studio", "job cluster")):
            # Checks belong to `check`, and would load every page into processes that show none.
            command = [sys.executable, "manage.py", "qcluster", "--name", name, "--skip-checks"]
            child = Child(label, command, env={**common, "Q_CLUSTER_NAME": name}, cwd=base)
            yield child, Role.CLUSTER, plan.run_dir / f"{name}.beat"


def sandbox_command(plan: Plan) -> list[str]:
    """Return the command line of the stand-in gateway."""
    data_dir = str(Path(plan.data_dir) / "sandbox")
    options = ["--host", "127.0.0.1", "--port", str(plan.sandbox_port), "--data-dir", data_dir]
    return [sys.executable, "-m", "generations.sandbox", *options]


def web_command(plan: Plan) -> list[str]:
    """Return the command line of the web server."""
    options = {
        "--interface": "asgi",
        "--loop": "asyncio",
        "--http": "1",
        "--host": plan.host,
        "--port": str(plan.port),
        "--workers": str(plan.web_workers),
        "--backlog": str(REQUESTS_AT_ONCE),
        "--backpressure": str(REQUESTS_AT_ONCE),
        # It reports every write to a client that has left; our own access lines say what there is to say.
        "--log-level": "error",
    }
    flags = ["--no-ws", "--no-access-log"]
    if plan.web_workers > 1:
        flags += ["--respawn-failed-workers", "--respawn-interval", "0.1"]
    pairs = [part for pair in options.items() for part in pair]
    return [sys.executable, "-m", "granian", *pairs, *flags, "studio.asgi:application"]
