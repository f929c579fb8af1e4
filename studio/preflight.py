"""What must hold before `start` touches anything: each failure is one plain sentence."""

import errno
import fcntl
import ipaddress
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

SANDBOX_PORT_OFFSET = 100
LARGEST_PORT = 65535


class CannotStartError(Exception):
    """Raised with one plain sentence for the person who typed `start`."""


@dataclass(frozen=True)
class StartOptions:
    """What was asked for on the command line."""

    host: str
    port: int
    web_workers: int
    sandbox_port: int | None
    only: str | None

    @property
    def runs_web(self) -> bool:
        """Tell whether this host serves pages."""
        return self.only in {None, "web"}

    @property
    def runs_cluster(self) -> bool:
        """Tell whether this host does the work."""
        return self.only in {None, "cluster"}

    @property
    def chosen_sandbox_port(self) -> int:
        """Return the port of the sandbox: the one asked for, or a hundred above the web server's."""
        return self.sandbox_port if self.sandbox_port is not None else self.port + SANDBOX_PORT_OFFSET


def check_options(options: StartOptions, *, has_allowed_hosts: bool) -> None:
    """Refuse numbers that cannot be, and a door open to others behind which every name is refused.

    Raises: CannotStartError.
    """
    if not 1 <= options.port <= LARGEST_PORT:
        raise CannotStartError(f"--port must be between 1 and {LARGEST_PORT}, not {options.port}.")
    if not 1 <= options.chosen_sandbox_port <= LARGEST_PORT:
        raise CannotStartError(
            f"The sandbox would get port {options.chosen_sandbox_port}, which does not exist. Name one with "
            "--sandbox-port."
        )
    if options.chosen_sandbox_port == options.port:
        raise CannotStartError(f"The web server and the sandbox cannot both have port {options.port}.")
    if options.web_workers < 1:
        raise CannotStartError(f"--web-workers must be at least 1, not {options.web_workers}.")
    if options.runs_web and not is_loopback(options.host) and not has_allowed_hosts:
        raise CannotStartError(
            f"--host {options.host} opens the studio to other machines, but it would answer none of them: set "
            "STUDIO_PUBLIC_URL (such as https://studio.example.com) or STUDIO_ALLOWED_HOSTS first."
        )


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_port_free(host: str, port: int, *, purpose: str, option: str) -> None:
    """Refuse a port that another process has.

    Raises: CannotStartError, also when the address is not one of this machine.
    """
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise CannotStartError(f"--host {host} is not an address of this machine.") from None
    with socket.socket(family, kind, protocol) as probe:
        # As the server itself does: a port that only waits for old connections to fade is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise CannotStartError(_why_not_bound(error, host, port, purpose=purpose, option=option)) from None


def _why_not_bound(error: OSError, host: str, port: int, *, purpose: str, option: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} for {purpose} is in use by another process. Stop that one, or choose another with {option}."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} for {purpose} needs more rights than this user has. Choose one above 1023 with {option}."
    return f"{purpose.capitalize()} cannot use {host} port {port}: {error.strerror}."


def check_data_dir(data_dir: Path) -> Path:
    """Make the folders of the running studio and return the one for locks and heartbeats.

    Raises: CannotStartError when something cannot be written there.
    """
    try:
        for folder in (data_dir, data_dir / "run", data_dir / "tmp", data_dir / "media"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = data_dir / "run" / f".probe.{secrets.token_hex(4)}"
        probe.write_bytes(b"ok")
        probe.unlink()
    except OSError as error:
        raise CannotStartError(
            f"The data folder {data_dir} cannot be written ({error.strerror}). Set STUDIO_DATA_DIR to a folder that "
            "this user may write."
        ) from None
    return data_dir / "run"


def take_locks(run_dir: Path, options: StartOptions) -> tuple[int, ...]:
    """Take this data folder for the parts that are to run, and return the descriptors that hold it.

    The kernel lets go of them when the process ends, however it ends.
    Raises: CannotStartError when another `start` has it.
    """
    parts = [part for part, wanted in (("web", options.runs_web), ("cluster", options.runs_cluster)) if wanted]
    return tuple(_take_lock(run_dir / f"{part}.lock", run_dir.parent) for part in parts)


def _take_lock(path: Path, data_dir: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise CannotStartError(
            f"The studio already runs on the data folder {data_dir}. Stop it first, or name another folder with "
            "STUDIO_DATA_DIR."
        ) from None
    return descriptor
