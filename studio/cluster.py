"""What the queue's processes do besides when the supervisor runs them: share memory, and show when they work.

The supervisor's probe is a job that touches a file. While every worker has a long download in hand, no probe gets
through, though all is well: so a worker touches that file itself as long as it has a job, which the queue's own
time limit bounds.
"""

import gc
import os
import threading
from importlib import import_module

from django.conf import settings
from django.core.files.storage import storages
from django_q.conf import Conf
from django_q.signals import post_execute_in_worker, pre_execute

JOB_CLUSTER = "studio"
JOBS_MODULE = "generations.jobs"
BEAT_EVERY_SECONDS = 5.0

_idle = threading.Event()


def prepare() -> None:
    """Load the jobs before the workers are forked, and listen for the beginnings and ends of jobs in them."""
    pre_execute.connect(begin, dispatch_uid="studio.cluster.begin")
    post_execute_in_worker.connect(end, dispatch_uid="studio.cluster.end")
    import_module(JOBS_MODULE)
    # The package that speaks S3, where media lie in a bucket; its connections are made later, in each process.
    storages["default"]
    # A collection writes to every object that it looks at, and so copies the memory that a fork shares.
    gc.collect()
    os.register_at_fork(before=gc.freeze)


def begin(**_kwargs: object) -> None:
    """Begin to touch the file."""
    if Conf.CLUSTER_NAME != JOB_CLUSTER:
        return
    _idle.clear()
    threading.Thread(target=_beat_until_idle, name="job-beat", daemon=True).start()


def end(**_kwargs: object) -> None:
    """Stop touching the file."""
    _idle.set()


def _beat_until_idle() -> None:
    while not _idle.wait(BEAT_EVERY_SECONDS):
        (settings.DATA_DIR / "run" / "studio.beat").touch()
