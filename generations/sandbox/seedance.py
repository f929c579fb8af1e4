"""``/ai/seedance``: submit a clip, ask for its result.

Source: https://www.volcengine.com/docs/82379/1521309 for the task object; the placement inside ``result`` is not
documented by the gateway, hence the two dialects.
"""

import hashlib
import secrets
import time
from typing import Any

from generations.sandbox.catalogue import encoded_size, nearest_video_ratio, video_size, video_tokens
from generations.sandbox.envelopes import Refusal, media_error, media_ok, media_refusal
from generations.sandbox.exchange import Reply, Request
from generations.sandbox.faults import MEDIA, read_key, refuse_key, refuse_on_demand, spoil_answer, spoil_poll
from generations.sandbox.imagefacts import read_image_facts
from generations.sandbox.inputs import FOLDER, keep_input
from generations.sandbox.polling import Stage, Standing, is_without_url, observe, ready_at
from generations.sandbox.scenarios import Scenario, parse_scenario, strip_directives
from generations.sandbox.store import Task
from generations.sandbox.validate import LARGEST_SEED, Medium, VideoOrder, bad, validate_video
from generations.sandbox.workshop import Workshop

SHORTEST_SECONDS, LONGEST_SECONDS = 15.0, 25.0
TINY = (64, 64)
_TALL_WORDS = ("portrait", "vertical", "phone", "竖屏", "竖版", "手机", "人像")
_WIDE_WORDS = ("cinematic", "panorama", "宽银幕", "电影", "全景")


async def create_video(workshop: Workshop, request: Request) -> Reply:
    """Accept or refuse ``POST /ai/seedance/videos``."""
    key = read_key(request.headers, family=MEDIA)
    if problem := refuse_key(key, family=MEDIA, pays=True):
        return problem
    style = workshop.switches.validation
    try:
        body = request.json()
    except ValueError:
        return media_refusal(Refusal("InvalidParameter", "The request body is not valid JSON."), style=style)
    scenario = parse_scenario(_prompt_of(body))
    if problem := refuse_on_demand(scenario, family=MEDIA):
        return problem
    try:
        order = validate_video(body)
        inputs = _keep_media(workshop, order, owner=owner_of(key))
    except Refusal as refusal:
        return media_refusal(refusal, style=style)
    task = _make_task(workshop, order, inputs, scenario)
    workshop.store.add_task(task)
    workshop.ledger.record(path=request.path, prompt=order.prompt, accepted_id=task.id, model=order.model)
    if task.state == "waiting":
        workshop.start_drawing(task)
    return await spoil_answer(scenario) or media_ok({"task_id": task.id})


async def video_result(workshop: Workshop, request: Request) -> Reply:
    """Answer ``GET /ai/seedance/result?task_id=``."""
    if problem := refuse_key(read_key(request.headers, family=MEDIA), family=MEDIA, pays=False):
        return problem
    task_id = request.query.get("task_id", "")
    workshop.store.count_poll(task_id)
    task = workshop.store.task(task_id)
    if task is None or task.family != "seedance":
        return media_error(404, f"NotFound: the task {task_id} does not exist.")
    scenario = parse_scenario(task.prompt)
    if fault := await spoil_poll(scenario, polls=task.polls):
        return fault
    now = time.time()
    standing = observe(task, scenario, now=now, medium="Video")
    urls = {}
    if standing.stage is Stage.SUCCEEDED:
        task.answers += 1
        workshop.store.change_task(task.id, answers=task.answers)
        if not is_without_url(task, scenario):
            urls = _links(workshop, task, scenario, base_url=request.base_url, now=now)
    elif standing.stage in (Stage.FAILED, Stage.EXPIRED) and task.delivered_at is None:
        workshop.store.change_task(task.id, delivered_at=now)
    if (scenario.dialect or workshop.switches.dialect) == "bigmore":
        return _bigmore(task, standing, urls)
    return media_ok(_ark(task, standing, urls))


def owner_of(key: str) -> str:
    """Return what stands for a key in the file: a digest, never the key."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _prompt_of(body: Any) -> str:
    content = body.get("content") if isinstance(body, dict) else None
    items = content if isinstance(content, list) else []
    return "\n".join(str(item.get("text", "")) for item in items if isinstance(item, dict))


def _keep_media(workshop: Workshop, order: VideoOrder, *, owner: str) -> list[dict[str, str]]:
    """Return role, kind and source of each medium. Raises: Refusal for an asset that the account does not have."""
    kept = []
    for index, medium in enumerate(order.media):
        source = {"role": medium.role, "kind": medium.kind}
        if medium.content is not None:
            source["file"] = keep_input(workshop.data_dir, medium.content)
        elif medium.url.startswith("asset://"):
            source["file"] = _asset_file(workshop, medium, owner=owner, index=index)
        else:
            source["fetch"] = medium.url
        kept.append(source)
    return kept


def _asset_file(workshop: Workshop, medium: Medium, *, owner: str, index: int) -> str:
    param = f"content[{index}].{medium.kind}_url.url"
    asset = workshop.store.asset(medium.url.removeprefix("asset://"), owner=owner)
    if asset is None:
        raise bad(param, "the asset does not exist")
    if not asset.fetched or asset.kind.lower() != medium.kind:
        raise bad(param, "the asset is not active, or of another type")
    return asset.file


def _make_task(workshop: Workshop, order: VideoOrder, inputs: list[dict[str, str]], scenario: Scenario) -> Task:
    now = time.time()
    task_id = f"cgt-{time.strftime('%Y%m%d%H%M%S', time.gmtime(now))}-{secrets.token_hex(5)}"
    digest = hashlib.sha256(strip_directives(order.prompt).encode()).digest()
    seed = order.seed if order.seed is not None else int.from_bytes(digest[:4], "big")
    seed = secrets.randbelow(LARGEST_SEED) if seed == -1 else seed
    ratio = _resolve_ratio(workshop, order, inputs) if order.ratio == "adaptive" else order.ratio
    seconds = 4 + digest[4] % 5 if order.seconds == -1 else order.seconds
    width, height = TINY if scenario.tiny else encoded_size(*video_size(order.resolution, ratio))
    job = {
        "kind": "film",
        "out": str(workshop.files_dir / f"{task_id}.mp4"),
        "last_frame_out": str(workshop.files_dir / f"{task_id}-last.png") if order.wants_last_frame else "",
        "prompt": strip_directives(order.prompt),
        "seed": seed,
        "width": width,
        "height": height,
        "seconds": seconds,
        "audio": order.has_audio,
        "inputs": inputs,
        "inputs_dir": str(workshop.data_dir / FOLDER),
    }
    actual = {
        "resolution": order.resolution,
        "ratio": ratio,
        "duration": seconds,
        "framespersecond": 24,
        "seed": seed,
        "generate_audio": order.has_audio,
        **order.echoes,
    }
    return Task(
        id=task_id,
        family="seedance",
        model=order.model,
        prompt=order.prompt,
        request={"job": job, "actual": actual},
        created_at=now,
        updated_at=now,
        ready_at=ready_at(
            task_id, scenario, now=now, shortest=SHORTEST_SECONDS, longest=LONGEST_SECONDS, pace=workshop.switches.pace
        ),
        # What will fail or never finish needs no drawing.
        state="drawn" if scenario.fail or scenario.stuck else "waiting",
    )


def _resolve_ratio(workshop: Workshop, order: VideoOrder, inputs: list[dict[str, str]]) -> str:
    for source in inputs:
        if source["kind"] == "image" and source.get("file"):
            facts = read_image_facts((workshop.data_dir / FOLDER / source["file"]).read_bytes())
            if facts:
                return nearest_video_ratio(facts.width, facts.height)
    prompt = order.prompt.lower()
    if any(word in prompt for word in _TALL_WORDS):
        return "9:16"
    return "21:9" if any(word in prompt for word in _WIDE_WORDS) else "16:9"


def _links(workshop: Workshop, task: Task, scenario: Scenario, *, base_url: str, now: float) -> dict[str, str]:
    gone = scenario.goneurl and task.answers == 1
    names = {"video_url": f"{task.id}.mp4"}
    if task.request["job"]["last_frame_out"]:
        names["last_frame_url"] = f"{task.id}-last.png"
    return {field: workshop.link(base_url, name, now=now, gone=gone) for field, name in names.items()}


def _ark(task: Task, standing: Standing, urls: dict[str, str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "task_id": task.id,
        "model": task.model,
        "status": standing.stage.value,
        "created_at": int(task.created_at),
        "updated_at": int(task.updated_at),
    }
    if standing.code:
        result["error"] = {"code": standing.code, "message": standing.message}
    if standing.stage is Stage.SUCCEEDED:
        actual = task.request["actual"]
        width, height = video_size(actual["resolution"], actual["ratio"])
        tokens = video_tokens(width=width, height=height, seconds=actual["duration"])
        usage = {"completion_tokens": tokens, "total_tokens": tokens}
        result |= {"content": urls, **actual, "usage": usage}
    return result


def _bigmore(task: Task, standing: Standing, urls: dict[str, str]) -> Reply:
    if standing.stage in (Stage.FAILED, Stage.EXPIRED):
        return media_error(1, f"{standing.code}: {standing.message}")
    result: dict[str, Any] = {"status": 0}
    if standing.stage is Stage.SUCCEEDED:
        result = {"status": 1, "seed": task.request["actual"]["seed"]}
        if urls:
            result["videoUrl"] = urls["video_url"]
        if "last_frame_url" in urls:
            result["lastFrameUrl"] = urls["last_frame_url"]
    return media_ok(result)
