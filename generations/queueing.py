"""The only door to django-q2's queue: jobs are named by dotted path, take plain values, and leave on commit.

Hosts share one database. One queue in it is everybody's: the job cluster of whichever host is free takes what lies
there, so pages may queue on hosts that run none (`enqueue`). Each host has queues of its own besides (`enqueue_here`):
neither the engine's one job nor the probe of a living job cluster may be taken by another host, and an answer that lies
on one host's disk can only be stored there. What is queued there by a host that has gone is never taken; its rows come
due again by themselves, and another host's engine queues them afresh.
"""

import datetime

from django.db import transaction
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ, Task
from django_q.tasks import async_task

from generations.hosts import host_digest

ENGINE_CLUSTER = "engine"
JOB_CLUSTER = "studio"
SHARED_QUEUE = "studio@any"
# How many packages are tried before another host is let go first.
SHARED_LOOKED_AT = 8
# A package carries a wish that its row repeats within minutes; results are only there to be looked at.
PACKAGE_KEPT = datetime.timedelta(days=1)
RESULT_KEPT = datetime.timedelta(days=7)


def queue_key(cluster: str) -> str:
    """Return the key under which a cluster of this host finds its packages."""
    return f"{cluster}@{host_digest()}"


class HostBroker(ORM):  # type: ignore[misc]
    """django-q2's database broker, for the clusters of this host; its job cluster also takes what is everybody's."""

    def __init__(self, list_key: str | None = None) -> None:
        cluster = list_key or Conf.CLUSTER_NAME
        self.takes_shared = cluster == JOB_CLUSTER
        super().__init__(list_key=cluster if cluster == SHARED_QUEUE else queue_key(cluster))

    def dequeue(self) -> list[tuple[int, str]] | None:
        """Return one package, of everybody's queue first; a conditional update decides who has it."""
        packages: list[tuple[int, str]] | None = (self.takes_shared and self._shared()) or super().dequeue()
        return packages

    def _shared(self) -> list[tuple[int, str]]:
        now = timezone.now()
        waiting = self.get_connection().filter(key=SHARED_QUEUE, lock__lt=now).order_by("id")
        for package in waiting[:SHARED_LOOKED_AT]:
            mine = self.get_connection().filter(pk=package.pk, lock=package.lock)
            if mine.update(lock=self.timeout(package)):
                return [(package.pk, package.payload)]
        return []


def enqueue(job: str, *arguments: int | str) -> None:
    """Queue a job for the job cluster of any host, as soon as the running transaction commits.

    For pages and clusters alike. Such a job works on rows and shared storage, never on what lies on one host's disk.
    Idempotent jobs only: the queue delivers at least once, and may lose a job whose worker was killed.
    """
    _queue(job, *arguments, cluster=SHARED_QUEUE)


def enqueue_here(job: str, *arguments: int | str, cluster: str = JOB_CLUSTER) -> None:
    """Queue a job for a cluster of this very host, as soon as the running transaction commits, or at once outside.

    To be called in a cluster: a host that serves pages alone would leave it for good. The queue delivers at least
    once and may lose a job whose worker was killed: the engine's sweep queues it again, and a claim in our own row
    decides whether it does anything.
    """
    _queue(job, *arguments, cluster=cluster)


def _queue(job: str, *arguments: int | str, cluster: str) -> None:
    """Queue on commit. A job that cannot be queued is logged and no more.

    Raised after the commit, it would make the caller forget what it has just leased.
    """

    def queue() -> None:
        async_task(job, *arguments, cluster=cluster)

    transaction.on_commit(queue, robust=True)


def enqueue_once(job: str, *, cluster: str = JOB_CLUSTER) -> None:
    """Queue a small job without arguments for this host, unless the queue is so full that it would only add to it."""
    if OrmQ.objects.filter(key=queue_key(cluster)).count() < 1_000:
        enqueue_here(job, cluster=cluster)


def forget(cluster: str) -> int:
    """Drop every package that waits or lies locked for a cluster, and return how many there were.

    For the engine's cluster only: its one job is queued afresh by every new worker, and the package of a
    killed one would otherwise lie there for good.
    """
    count: int = OrmQ.objects.filter(key=queue_key(cluster)).delete()[0]
    return count


def sweep_packages(*, now: datetime.datetime, is_dry: bool) -> int:
    """Drop packages that nobody took for a day, as of a host that is gone; return how many. Idempotent: yes."""
    old = OrmQ.objects.filter(lock__lt=now - PACKAGE_KEPT)
    count: int = old.count() if is_dry else old.delete()[0]
    return count


def sweep_results(*, now: datetime.datetime, is_dry: bool) -> int:
    """Drop the queue's results, failures mostly, after a week; return how many. Idempotent: yes."""
    old = Task.objects.filter(stopped__lt=now - RESULT_KEPT)
    count: int = old.count() if is_dry else old.delete()[0]
    return count
