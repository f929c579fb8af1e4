"""The cluster's start-up: every new worker of the `engine` cluster queues the engine's one job."""

from django_q.conf import Conf
from django_q.signals import post_spawn

from generations import queueing

ENGINE_JOB = "generations.jobs.run_engine"


def connect() -> None:
    """Listen for new workers. The signal is the queue's own interface; there is no other hook at a worker's start."""
    post_spawn.connect(queue_engine, dispatch_uid="generations.startup.queue_engine")


def queue_engine(**_kwargs: object) -> None:
    """Queue the engine's job from a worker of its cluster, in place of any package that an earlier worker left."""
    if Conf.CLUSTER_NAME != queueing.ENGINE_CLUSTER:
        return
    queueing.forget(queueing.ENGINE_CLUSTER)
    queueing.enqueue_here(ENGINE_JOB, cluster=queueing.ENGINE_CLUSTER)
