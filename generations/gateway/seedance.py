"""Seedance video: `/ai/seedance/*`, a provider's task API behind the gateway's own envelope.

Source: https://apidoc.3hei.com/zh/docs/services/video/seedance/api/videos and
https://www.volcengine.com/docs/82379/1520757 (request), https://www.volcengine.com/docs/82379/1521309 (result).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generations.gateway.errors import BadInput
from generations.gateway.tasks import first_address, read_report, read_task_id
from generations.gateway.types import Accepted, InputFile, MediaOrder, Output, TaskReport, WireRequest, WireResponse
from generations.gateway.writing import (
    JSON_HEADERS,
    POLL_READ_SECONDS,
    SUBMIT_READ_SECONDS,
    checked_parameters,
    data_uri_or_address,
)

_PARAMETERS = frozenset(
    {
        "resolution",
        "ratio",
        "duration",
        "generate_audio",
        "seed",
        "watermark",
        "return_last_frame",
        "camera_fixed",
        "frames",
        "service_tier",
        "execution_expires_after",
        "draft",
        "tools",
        "safety_identifier",
    }
)
# The second generation dropped these; the service refuses bodies that carry them.
_NOT_IN_SECOND_GENERATION = frozenset({"camera_fixed", "frames", "draft"})
_ITEM_TYPES = {
    "first_frame": "image_url",
    "last_frame": "image_url",
    "reference_image": "image_url",
    "reference_video": "video_url",
    "reference_audio": "audio_url",
}
_VIDEO_POSITIONS = (
    "content.video_url",
    "video_url",
    "videoUrl",
    "result_url",
    "url",
    "videos[]",
    "outputs[]",
    "urls[]",
)
_LAST_FRAME_POSITIONS = ("content.last_frame_url", "last_frame_url", "lastFrameUrl")


class Seedance:
    """The adapter of protocol `seedance`."""

    protocol = "seedance"
    blocking = False

    def build_submit(self, order: MediaOrder) -> WireRequest:
        """Return the paid request for one clip; the mode follows from the roles of the inputs.

        Raises: BadInput for a parameter or role the protocol does not know, or a video given as bytes.
        """
        second_generation = "seedance-2" in order.model
        allowed = _PARAMETERS - _NOT_IN_SECOND_GENERATION if second_generation else _PARAMETERS
        text = [{"type": "text", "text": order.prompt}] if order.prompt.strip() else []
        body: dict[str, object] = {
            "model": order.model,
            "content": [*text, *(_content_item(file) for file in order.inputs)],
            **checked_parameters(order.parameters, allowed=allowed),
        }
        return WireRequest(
            method="POST",
            path="/ai/seedance/videos",
            headers=JSON_HEADERS,
            json=body,
            read_timeout_seconds=SUBMIT_READ_SECONDS,
        )

    def read_submit(self, response: WireResponse) -> Accepted:
        """Return the task id. Raises: GatewayError."""
        return read_task_id(response)

    def build_poll(self, task_id: str) -> WireRequest:
        """Return the question how a task stands."""
        return WireRequest(
            method="GET",
            path="/ai/seedance/result",
            query=(("task_id", task_id),),
            read_timeout_seconds=POLL_READ_SECONDS,
        )

    def read_poll(self, response: WireResponse) -> TaskReport:
        """Return how the task stands. Raises: OuterCode, GatewayError."""
        return read_report(response, find_outputs=_find_outputs)


def _content_item(file: InputFile) -> dict[str, object]:
    kind = _ITEM_TYPES.get(file.role)
    if kind is None:
        raise BadInput(f"This protocol has no input role {file.role}.")
    if kind == "video_url" and file.content is not None:
        raise BadInput("This protocol takes a reference video by address only.")
    return {"type": kind, kind: {"url": data_uri_or_address(file)}, "role": file.role}


def _find_outputs(result: Mapping[str, Any]) -> tuple[Output, ...]:
    video = first_address(result, _VIDEO_POSITIONS)
    if video is None:
        return ()
    last_frame = first_address(result, _LAST_FRAME_POSITIONS)
    outputs = (Output(role="video", url=video, mime="video/mp4"),)
    return (*outputs, Output(role="last_frame", url=last_frame, mime="image/png")) if last_frame else outputs


SEEDANCE = Seedance()
