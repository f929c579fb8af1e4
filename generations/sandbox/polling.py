"""Where a task stands when a client asks: time, polls, drawing and directives together."""

import dataclasses
import enum
import hashlib

from generations.sandbox.scenarios import Scenario
from generations.sandbox.store import Task


class Stage(enum.Enum):
    """What the client is told."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """Stage and, of a failure, code and message."""

    stage: Stage
    code: str = ""
    message: str = ""


def wait_seconds(task_id: str, *, shortest: float, longest: float, pace: float) -> float:
    """Return how long a task takes at least: between the two, by its id, times the pace."""
    share = hashlib.sha256(task_id.encode()).digest()[0] / 255
    return (shortest + (longest - shortest) * share) * pace


def ready_at(task_id: str, scenario: Scenario, *, now: float, shortest: float, longest: float, pace: float) -> float:
    """Return the earliest moment of success. Explicit ``seconds`` or ``polls`` take the place of the usual wait."""
    if scenario.seconds is not None:
        return now + scenario.seconds
    if scenario.polls is not None:
        return now
    return now + wait_seconds(task_id, shortest=shortest, longest=longest, pace=pace)


def observe(task: Task, scenario: Scenario, *, now: float, medium: str) -> Standing:
    """Return where the task stands at its newest poll; ``medium`` (Video, Image) words the moderation code."""
    if scenario.stuck:
        return Standing(Stage.RUNNING)
    early = now < task.ready_at or task.polls < (scenario.polls or 0)
    if early:
        young = now - task.created_at < 0.2 * (task.ready_at - task.created_at)
        return Standing(Stage.QUEUED if young else Stage.RUNNING)
    if scenario.fail:
        return _failure(scenario.fail, medium=medium)
    if task.state == "broken":
        error = task.result["error"]
        return Standing(Stage.FAILED, error["code"], error["message"])
    return Standing(Stage.SUCCEEDED if task.state == "drawn" else Stage.RUNNING)


def is_without_url(task: Task, scenario: Scenario) -> bool:
    """Return whether this success must come without its address: the first answer, the first N, or every one."""
    if not scenario.nourl:
        return False
    if scenario.nourl == "forever":
        return True
    return task.answers <= (int(scenario.nourl) if scenario.nourl.isdigit() else 1)


def _failure(kind: str, *, medium: str) -> Standing:
    if kind == "expired":
        return Standing(Stage.EXPIRED, "TaskExpired", "The task waited longer than execution_expires_after.")
    if kind == "moderation":
        message = f"The output {medium.lower()} may contain sensitive information."
        return Standing(Stage.FAILED, f"Output{medium}SensitiveContentDetected", message)
    if kind == "input":
        message = "The input text may contain sensitive information."
        return Standing(Stage.FAILED, "InputTextSensitiveContentDetected", message)
    return Standing(Stage.FAILED, "InternalServiceError", "The service met an unexpected error, please try again.")
