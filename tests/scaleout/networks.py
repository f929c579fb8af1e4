"""Hosts with a network of their own: namespaces of this machine's kernel on one bridge, where root may make them.

Pulling the plug of such a host is what it is in a machine room: nobody is told, and what was on its way is lost.
Without root, hosts are process groups on loopback, whose connections the kernel closes for them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field

# By process, so that tests which run at the same time do not meet. A range for measurements between networks, RFC 2544.
SUBNET = f"198.18.{os.getpid() % 250}"
SERVICES = f"{SUBNET}.1"
LOOPBACK = "127.0.0.1"


@dataclass(slots=True)
class Host:
    """Where a host answers, how a command is run on it, and what its end of the network is called."""

    address: str
    prefix: tuple[str, ...] = ()
    link: str = ""

    def unplug(self) -> None:
        """Cut the host off for good."""
        if self.link:
            _ip("link", "set", self.link, "down")


@dataclass(slots=True)
class Network:
    """Where the common services answer, and the hosts so far."""

    services: str
    bridge: str = ""
    hosts: list[Host] = field(default_factory=list)

    def add_host(self) -> Host:
        """Return one more host."""
        number = len(self.hosts) + 2
        if not self.bridge:
            host = Host(LOOPBACK)
        else:
            name, link = f"{self.bridge}h{number}", f"{self.bridge}v{number}"
            _ip("netns", "add", name)
            _ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name)
            _ip("link", "set", link, "master", self.bridge, "up")
            inside = ("netns", "exec", name, "ip")
            _ip(*inside, "address", "add", f"{SUBNET}.{number}/24", "dev", "eth0")
            _ip(*inside, "link", "set", "eth0", "up")
            _ip(*inside, "link", "set", "lo", "up")
            host = Host(f"{SUBNET}.{number}", ("ip", "netns", "exec", name), link)
        self.hosts.append(host)
        return host


def can_make_namespaces() -> bool:
    """Tell whether this process may make networks: it is root, and no container forbids it."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    name = f"st{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode:
        return False
    # A kernel without bridges or pairs says so here.
    made = subprocess.run(["ip", "link", "add", name, "type", "bridge"], capture_output=True, check=False)
    subprocess.run(["ip", "link", "delete", name], capture_output=True, check=False)
    subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
    return made.returncode == 0


@contextlib.contextmanager
def running_network() -> Iterator[Network]:
    """Yield a network for hosts: a bridge of this process's own, or loopback where none can be made."""
    if not can_make_namespaces():
        yield Network(LOOPBACK)
        return
    # Names of network devices have at most fifteen letters.
    bridge = f"st{os.getpid() % 100_000}"
    network = Network(SERVICES, bridge)
    _ip("link", "add", bridge, "type", "bridge")
    try:
        _ip("address", "add", f"{SERVICES}/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        yield network
    finally:
        for host in network.hosts:
            _ip("link", "delete", host.link, check=False)
            _ip("netns", "delete", host.prefix[-1], check=False)
        _ip("link", "delete", bridge, check=False)


def _ip(*words: str, check: bool = True) -> None:
    subprocess.run(["ip", *words], check=check, capture_output=not check)
