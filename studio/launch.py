"""`manage.py start` from its options to the supervisor: look, prepare, hand over."""

import secrets
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import OperationalError, connections
from django.utils import timezone

from accounts.setup import administrator_exists, issue_setup_token, setup_path
from studio import prepare
from studio.plan import Plan, hand_over
from studio.preflight import (
    CannotStartError,
    StartOptions,
    check_data_dir,
    check_options,
    check_port_free,
    take_locks,
)
from studio.processes import end_run

SANDBOX_HOST = "127.0.0.1"


def start(options: StartOptions) -> None:
    """Prepare everything and become the supervisor; does not return.

    Raises: CannotStartError with one plain sentence.
    """
    check_options(options, has_allowed_hosts=settings.HAS_PUBLIC_NAME)
    run_dir = check_data_dir(settings.DATA_DIR)
    locks = take_locks(run_dir, options)
    run_id = replace_run(run_dir, options)
    if options.runs_web:
        check_port_free(options.host, options.port, purpose="the web server", option="--port")
    static_pid = prepare.collect_static_beside() if options.runs_web else None
    try:
        prepare.check_bucket()
        prepare.migrate()
        sandbox_port = choose_sandbox_port(options)
        token = "" if not options.runs_web or administrator_exists() else issue_setup_token(timezone.now())
    except OperationalError as error:
        raise CannotStartError(f"The database does not answer: {str(error).strip()}") from None
    finally:
        if static_pid is not None:
            prepare.wait_for_static(static_pid)
        connections.close_all()
    hand_over(
        Plan(
            base_dir=str(settings.BASE_DIR),
            data_dir=str(settings.DATA_DIR),
            host=options.host,
            port=options.port,
            web_workers=options.web_workers,
            sandbox_port=sandbox_port,
            runs_web=options.runs_web,
            runs_cluster=options.runs_cluster,
            stop_seconds=settings.STOP_SECONDS,
            run_id=run_id,
            lock_descriptors=locks,
            probe_host_header=probe_host_header(options),
            public_url=settings.PUBLIC_URL,
            setup_path=setup_path(token) if token else "",
        )
    )


def replace_run(run_dir: Path, options: StartOptions) -> str:
    """End what a killed supervisor may have left of the parts that are to run, and return the id of the new run.

    To be called with the locks held, so that nobody living owns those processes.
    """
    run_id = secrets.token_hex(8)
    for part, wanted in (("web", options.runs_web), ("cluster", options.runs_cluster)):
        if wanted:
            path = run_dir / f"{part}.run"
            if path.is_file():
                end_run(path.read_text().strip())
            path.write_text(run_id)
    return run_id


def choose_sandbox_port(options: StartOptions) -> int | None:
    """Return the sandbox's port when it has to run here, else `None`.

    Raises: CannotStartError when that port is taken.
    """
    # Hosts of a larger installation share one gateway, so none of them brings up its own.
    if options.only is not None or settings.SANDBOX_IS_ELSEWHERE or not is_sandbox_needed():
        return None
    port = options.chosen_sandbox_port
    check_port_free(SANDBOX_HOST, port, purpose="the sandbox gateway", option="--sandbox-port")
    return port


def is_sandbox_needed() -> bool:
    """Tell whether the sandbox has work: there is no real gateway, or something it accepted is unfinished."""
    if not settings.GATEWAY_API_KEY:
        return True
    generation = apps.get_model("generations", "Generation")
    if generation.objects.unfinished().exclude(endpoint_url="").exclude(endpoint_url=settings.GATEWAY_URL).exists():
        return True
    store = import_module("generations.sandbox.store")
    return bool(store.has_unfinished(settings.DATA_DIR / "sandbox"))


def probe_host_header(options: StartOptions) -> str:
    """Return a host name under which the studio answers its own supervisor."""
    names = settings.ALLOWED_HOSTS
    if "127.0.0.1" in names or "*" in names:
        return f"127.0.0.1:{options.port}"
    # `.example.com` allows the name itself too.
    return str(names[0]).removeprefix(".")
