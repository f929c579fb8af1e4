"""The client against the sandbox over real loopback: both dialects, every directive."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from generations.gateway import assets, models
from generations.gateway.adapters import MEDIA_ADAPTERS
from generations.gateway.errors import (
    AnswerLost,
    AuthError,
    BadInput,
    CreditError,
    GatewayError,
    ModelUnavailable,
    OuterCode,
    ProtocolError,
    RateLimited,
    Refused,
    StreamCut,
    UpstreamError,
)
from generations.gateway.types import (
    Accepted,
    ChatEvent,
    Delivered,
    Finished,
    InputFile,
    MediaOrder,
    ReasoningDelta,
    TaskReport,
    TaskState,
    TextDelta,
    UsageReport,
)
from tests.generations.gateway.conftest import CHAT_MODELS, SandboxGateway

_numbers = itertools.count()
ORDERS: dict[str, tuple[str, dict[str, Any]]] = {
    "seedance": ("doubao-seedance-2-0-fast", {"resolution": "480p", "duration": 4}),
    "gemini_images": ("nano-banana-fast", {"aspect_ratio": "1:1"}),
    "openai_images": ("gpt-image-2", {"size": "1024x1024", "quality": "low"}),
}
TASKS = ["seedance", "gemini_images"]


def order(protocol: str, directives: str = "", *inputs: InputFile, **parameters: Any) -> MediaOrder:
    model, usual = ORDERS[protocol]
    prompt = f"a lake {next(_numbers)} [sandbox tiny {directives}]"
    return MediaOrder(model=model, prompt=prompt, parameters={**usual, **parameters}, inputs=inputs)


def accepted(gateway: SandboxGateway, protocol: str, directives: str = "") -> str:
    answer = gateway.submit(protocol, order(protocol, directives))
    assert isinstance(answer, Accepted)
    return answer.task_id


def failure(gateway: SandboxGateway, protocol: str, task_id: str) -> GatewayError:
    """Return why a task failed, in whichever of the dialects' ways it is said."""
    codes: list[str] = []
    while len(codes) < 3:
        try:
            report = gateway.wait(protocol, task_id)
        except OuterCode as error:
            codes.append(error.outer_code)
            last: GatewayError = error
            continue
        assert report.state in {TaskState.FAILED, TaskState.EXPIRED}
        assert report.error is not None
        return report.error
    assert len(set(codes)) == 1
    return last


def picture(gateway: SandboxGateway) -> InputFile:
    delivered = gateway.submit("openai_images", order("openai_images"))
    assert isinstance(delivered, Delivered)
    return InputFile(role="edit_image", mime="image/png", filename="a.png", content=delivered.outputs[0].content)


def test_a_video_goes_from_prompt_to_file(gateway: SandboxGateway) -> None:
    answer = gateway.submit("seedance", order("seedance", "polls=2", return_last_frame=True, seed=7))
    assert isinstance(answer, Accepted)

    first = gateway.poll("seedance", answer.task_id)
    last = gateway.wait("seedance", answer.task_id)

    assert first.state in {TaskState.QUEUED, TaskState.RUNNING}
    assert first.unknown_word is None
    assert last.state is TaskState.SUCCEEDED
    assert [output.role for output in last.outputs] == ["video", "last_frame"]
    assert last.resolved["seed"] == 7
    assert "token=" not in last.raw


def test_a_picture_goes_from_prompt_to_file(gateway: SandboxGateway) -> None:
    report = gateway.wait("gemini_images", accepted(gateway, "gemini_images", "polls=2"))

    assert report.state is TaskState.SUCCEEDED
    assert [output.role for output in report.outputs] == ["image"]


def test_pictures_come_at_once(gateway: SandboxGateway) -> None:
    delivered = gateway.submit("openai_images", order("openai_images", "", n=2, output_format="webp"))

    assert isinstance(delivered, Delivered)
    assert [output.mime for output in delivered.outputs] == ["image/webp", "image/webp"]
    assert delivered.usage


def test_pictures_are_edited(gateway: SandboxGateway) -> None:
    source = picture(gateway)

    one = gateway.submit("openai_images", order("openai_images", "", source))
    two = gateway.submit("openai_images", order("openai_images", "", source, source))
    task = gateway.submit("gemini_images", order("gemini_images", "", source))

    assert isinstance(one, Delivered)
    assert isinstance(two, Delivered)
    assert isinstance(task, Accepted)
    assert gateway.wait("gemini_images", task.task_id).outputs


def test_a_first_frame_is_taken(gateway: SandboxGateway) -> None:
    source = gateway.submit("openai_images", MediaOrder("gpt-image-2", "a hill", {"size": "1024x1024"}))
    assert isinstance(source, Delivered)
    frame = InputFile(role="first_frame", mime="image/png", filename="a.png", content=source.outputs[0].content)

    answer = gateway.submit("seedance", order("seedance", "", frame))

    assert isinstance(answer, Accepted)
    assert gateway.wait("seedance", answer.task_id).state is TaskState.SUCCEEDED


@pytest.mark.parametrize("style", ["info", "http400", "nested"])
@pytest.mark.parametrize("protocol", TASKS)
def test_a_bad_field_is_refused_in_every_style(gateway: SandboxGateway, protocol: str, style: str) -> None:
    gateway.set_switches(validation=style)
    wrong: dict[str, Any] = {"duration": 99} if protocol == "seedance" else {"aspect_ratio": "7:5"}

    error = gateway.refusal(protocol, order(protocol, "", **wrong))

    assert type(error) is BadInput
    assert error.code.startswith(("InvalidParameter", "MissingParameter"))
    assert error.surely_not_accepted


def test_a_bad_size_is_refused(gateway: SandboxGateway) -> None:
    assert type(gateway.refusal("openai_images", order("openai_images", "", size="1000x1000"))) is BadInput


@pytest.mark.parametrize("protocol", list(ORDERS))
@pytest.mark.parametrize(
    ("directive", "kind", "surely_not_accepted"),
    [
        ("http=401", AuthError, True),
        ("http=403", CreditError, True),
        ("http=429", RateLimited, True),
        ("http=503", ModelUnavailable, True),
        ("http=500", AnswerLost, False),
        ("http=502", AnswerLost, False),
        ("html", ProtocolError, False),
        ("badjson", ProtocolError, False),
        ("drop", AnswerLost, False),
    ],
)
def test_trouble_with_a_submit(
    gateway: SandboxGateway, protocol: str, directive: str, kind: type[GatewayError], surely_not_accepted: bool
) -> None:
    error = gateway.refusal(protocol, order(protocol, directive))

    assert type(error) is kind
    assert error.surely_not_accepted is surely_not_accepted
    assert (error.retry_after_seconds is not None) is (kind is RateLimited)
    assert "lake" not in str(error)


@pytest.mark.parametrize("protocol", list(ORDERS))
def test_a_submit_that_was_heard_and_lost_stands_in_the_ledger_once(gateway: SandboxGateway, protocol: str) -> None:
    lost = order(protocol, "drop")

    gateway.refusal(protocol, lost)

    assert gateway.times_accepted(lost.prompt) == 1


@pytest.mark.parametrize("protocol", list(ORDERS))
@pytest.mark.parametrize(
    ("key", "kind"), [("bad-key-1", AuthError), ("poor-key-1", CreditError), ("slow-key-1", RateLimited)]
)
def test_trouble_with_a_key(sandbox: str, protocol: str, key: str, kind: type[GatewayError]) -> None:
    error = SandboxGateway(sandbox, key=key).refusal(protocol, order(protocol))

    assert type(error) is kind
    assert key not in f"{error} {error.detail}"


@pytest.mark.parametrize("protocol", list(ORDERS))
def test_an_unknown_model_is_not_offered(gateway: SandboxGateway, protocol: str) -> None:
    error = gateway.refusal(protocol, MediaOrder("no-such-model", "a lake", {}))

    assert type(error) in {ModelUnavailable, BadInput}
    assert error.surely_not_accepted


@pytest.mark.parametrize("protocol", TASKS)
@pytest.mark.parametrize(
    ("directive", "reason"), [("moderation", "refused"), ("upstream", "upstream"), ("expired", "timeout")]
)
def test_a_task_that_fails_says_why(gateway: SandboxGateway, protocol: str, directive: str, reason: str) -> None:
    task_id = accepted(gateway, protocol, f"fail={directive}")

    assert failure(gateway, protocol, task_id).reason == reason


def test_a_refused_picture_says_so_at_once(gateway: SandboxGateway) -> None:
    error = gateway.refusal("openai_images", order("openai_images", "fail=moderation"))

    assert type(error) is Refused
    assert error.surely_not_accepted


@pytest.mark.parametrize("protocol", TASKS)
def test_a_success_without_its_address_is_reported_as_such(gateway: SandboxGateway, protocol: str) -> None:
    task_id = accepted(gateway, protocol, "nourl")
    reports: list[TaskReport] = []
    while not reports or not reports[-1].outputs:
        reports.append(gateway.poll(protocol, task_id))

    successes = [report for report in reports if report.state is TaskState.SUCCEEDED]
    assert [bool(report.outputs) for report in successes] == [False, True]


def test_a_picture_answer_without_a_picture_is_a_protocol_error(gateway: SandboxGateway) -> None:
    error = gateway.refusal("openai_images", order("openai_images", "nourl"))

    assert type(error) is ProtocolError
    assert not error.surely_not_accepted


@pytest.mark.parametrize("protocol", TASKS)
def test_a_dead_link_is_replaced_by_the_next_poll(gateway: SandboxGateway, protocol: str) -> None:
    task_id = accepted(gateway, protocol, "goneurl")

    first = gateway.wait(protocol, task_id).outputs[0].url
    second = gateway.wait(protocol, task_id).outputs[0].url

    assert first
    assert second
    assert first != second


@pytest.mark.parametrize("protocol", TASKS)
@pytest.mark.parametrize("dialect", ["ark", "bigmore"])
def test_one_task_may_speak_another_dialect(plain_gateway: SandboxGateway, protocol: str, dialect: str) -> None:
    task_id = accepted(plain_gateway, protocol, f"dialect={dialect}")

    assert plain_gateway.wait(protocol, task_id).outputs


@pytest.mark.parametrize("protocol", TASKS)
def test_a_stuck_task_keeps_running(gateway: SandboxGateway, protocol: str) -> None:
    report = gateway.poll(protocol, accepted(gateway, protocol, "stuck"))

    assert report.state in {TaskState.QUEUED, TaskState.RUNNING}
    assert report.unknown_word is None


@pytest.mark.parametrize("protocol", TASKS)
@pytest.mark.parametrize(
    ("directive", "kind"),
    [
        ("401", AuthError),
        ("403", CreditError),
        ("429", RateLimited),
        ("500", AnswerLost),
        ("503", ModelUnavailable),
        ("html", ProtocolError),
        ("badjson", ProtocolError),
        ("drop", AnswerLost),
        ("code", OuterCode),
    ],
)
def test_a_poll_that_goes_wrong_says_nothing_about_the_task(
    gateway: SandboxGateway, protocol: str, directive: str, kind: type[GatewayError]
) -> None:
    task_id = accepted(gateway, protocol, f"poll={directive} pollfaults=1")

    with pytest.raises(GatewayError) as caught:
        gateway.poll(protocol, task_id)

    assert type(caught.value) is kind
    assert gateway.wait(protocol, task_id).state is TaskState.SUCCEEDED


@pytest.mark.parametrize("protocol", TASKS)
def test_an_unknown_task_is_told_by_an_outer_code(gateway: SandboxGateway, protocol: str) -> None:
    with pytest.raises((OuterCode, BadInput)) as caught:
        gateway.poll(protocol, "no-such-task")

    assert caught.value.code


@pytest.mark.parametrize("protocol", list(CHAT_MODELS))
def test_a_reply_comes_whole(gateway: SandboxGateway, protocol: str) -> None:
    reply = gateway.ask(protocol, "hello [sandbox tokens=9]")

    assert reply.text
    assert reply.finish_reason == "stop"
    assert reply.usage is not None
    assert reply.usage.output_tokens == 9


@pytest.mark.parametrize("protocol", list(CHAT_MODELS))
def test_a_reply_comes_as_a_stream(gateway: SandboxGateway, protocol: str) -> None:
    events = gateway.stream(protocol, "你好 [sandbox tokens=30 tps=2000 reasoning pings]")

    assert sum(isinstance(event, TextDelta) for event in events) > 5
    assert any(isinstance(event, ReasoningDelta) for event in events)
    assert [event for event in events if isinstance(event, Finished)] == [Finished("stop")]
    usage = [event.usage for event in events if isinstance(event, UsageReport)][-1]
    assert usage.input_tokens > 0
    assert usage.output_tokens >= 30


@pytest.mark.parametrize("protocol", list(CHAT_MODELS))
def test_a_stream_without_usage_is_whole_all_the_same(gateway: SandboxGateway, protocol: str) -> None:
    events = gateway.stream(protocol, "hello [sandbox tokens=5 nousage]")

    assert Finished("stop") in events


@pytest.mark.parametrize("protocol", list(CHAT_MODELS))
def test_bytes_that_are_no_characters_do_not_stop_a_stream(gateway: SandboxGateway, protocol: str) -> None:
    events = gateway.stream(protocol, "hello [sandbox tokens=20 badutf8]")

    assert sum(isinstance(event, TextDelta) for event in events) >= 20
    assert Finished("stop") in events


@pytest.mark.parametrize("protocol", list(CHAT_MODELS))
@pytest.mark.parametrize(("directive", "reasons"), [("length", {"length"}), ("refusal", {"refusal", "content_filter"})])
def test_a_reply_says_why_it_ends(gateway: SandboxGateway, protocol: str, directive: str, reasons: set[str]) -> None:
    events = gateway.stream(protocol, f"hello [sandbox finish={directive}]")

    assert {event.reason for event in events if isinstance(event, Finished)} <= reasons
    assert gateway.ask(protocol, f"hello [sandbox finish={directive}]").finish_reason in reasons


@pytest.mark.parametrize("protocol", list(CHAT_MODELS))
@pytest.mark.parametrize(("directive", "kind"), [("cut=5", StreamCut), ("error=5", UpstreamError)])
def test_a_stream_that_breaks_keeps_what_came(
    gateway: SandboxGateway, protocol: str, directive: str, kind: type[GatewayError]
) -> None:
    said: list[ChatEvent] = []

    with pytest.raises(UpstreamError) as caught:
        gateway.stream(protocol, f"hello [sandbox tokens=20 {directive}]", said)

    assert type(caught.value) is kind
    assert any(isinstance(event, TextDelta) for event in said)
    assert not any(isinstance(event, Finished) for event in said)


@pytest.mark.parametrize("protocol", list(CHAT_MODELS))
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("directive", "kind"),
    [
        ("http=401", AuthError),
        ("http=403", CreditError),
        ("http=429", RateLimited),
        ("http=500", AnswerLost),
        ("http=503", ModelUnavailable),
        ("html", ProtocolError),
        ("badjson", ProtocolError),
        ("drop", AnswerLost),
        ("fail=moderation", Refused),
    ],
)
def test_trouble_with_a_chat(
    gateway: SandboxGateway, protocol: str, streamed: bool, directive: str, kind: type[GatewayError]
) -> None:
    with pytest.raises(GatewayError) as caught:
        (gateway.stream if streamed else gateway.ask)(protocol, f"a secret lake [sandbox {directive}]")

    assert type(caught.value) is kind
    assert "lake" not in str(caught.value)


def test_the_library_takes_and_shows_an_asset(gateway: SandboxGateway) -> None:
    report = gateway.wait("gemini_images", accepted(gateway, "gemini_images"))
    address = report.outputs[0].url
    assert address

    created = assets.read_created(gateway.send(assets.build_create(url=address, asset_type="Image", name="lake")))
    looks = [assets.read_asset(gateway.send(assets.build_get(created))) for _ in range(4)]
    page = assets.read_page(gateway.send(assets.build_list()))

    assert looks[0].status is assets.AssetStatus.PROCESSING
    assert looks[-1].status is assets.AssetStatus.ACTIVE
    assert created in {item.id for item in page.items}
    reference = InputFile(role="reference_image", mime="image/png", filename="a.png", url=looks[-1].reference)
    assert isinstance(gateway.submit("seedance", order("seedance", "", reference)), Accepted)


def test_an_unknown_asset_is_refused(gateway: SandboxGateway) -> None:
    with pytest.raises(BadInput):
        assets.read_asset(gateway.send(assets.build_get("asset-none")))


def test_the_key_is_checked_by_the_list_of_models(sandbox: str) -> None:
    good, bad = SandboxGateway(sandbox), SandboxGateway(sandbox, key="bad-key-1")

    names = models.read_list(good.send(models.build_list()))

    assert names is not None
    assert {model for model, _parameters in ORDERS.values()} <= set(names)
    with pytest.raises(AuthError):
        models.read_list(bad.send(models.build_list()))


def test_every_media_adapter_is_covered_here() -> None:
    assert set(ORDERS) == set(MEDIA_ADAPTERS)
