"""``/ai/gemini``: submit a picture, ask for its result.

Source: https://docs.mountsea.ai/api-reference/gemini/image for the fields. The result's body is not documented by
the gateway, hence the two dialects.
"""

import hashlib
import secrets
import time
from typing import Any

from generations.sandbox.envelopes import Refusal, media_error, media_ok, media_refusal
from generations.sandbox.exchange import Reply, Request
from generations.sandbox.faults import MEDIA, read_key, refuse_key, refuse_on_demand, spoil_answer, spoil_poll
from generations.sandbox.inputs import FOLDER, keep_input
from generations.sandbox.polling import Stage, is_without_url, observe, ready_at
from generations.sandbox.scenarios import Scenario, parse_scenario, strip_directives
from generations.sandbox.store import Task
from generations.sandbox.validate_images import PictureOrder, validate_gemini_picture
from generations.sandbox.workshop import Workshop

SHORTEST_SECONDS, LONGEST_SECONDS = 3.0, 8.0
TINY = (64, 64)


async def create_picture(workshop: Workshop, request: Request) -> Reply:
    """Accept or refuse ``POST /ai/gemini/image/generate``."""
    if problem := refuse_key(read_key(request.headers, family=MEDIA), family=MEDIA, pays=True):
        return problem
    switches = workshop.switches
    try:
        body = request.json()
    except ValueError:
        refusal = Refusal("InvalidParameter", "The request body is not valid JSON.")
        return media_refusal(refusal, style=switches.validation)
    scenario = parse_scenario(str(body.get("prompt", "")) if isinstance(body, dict) else "")
    if problem := refuse_on_demand(scenario, family=MEDIA):
        return problem
    try:
        order = validate_gemini_picture(body, takes_data_uris=switches.data_uris_for_gemini)
    except Refusal as refusal:
        return media_refusal(refusal, style=switches.validation)
    task = _make_task(workshop, order, scenario)
    workshop.store.add_task(task)
    workshop.ledger.record(path=request.path, prompt=order.prompt, accepted_id=task.id, model=order.model)
    if task.state == "waiting":
        workshop.start_drawing(task)
    return await spoil_answer(scenario) or media_ok({"taskCode": task.id})


async def picture_result(workshop: Workshop, request: Request) -> Reply:
    """Answer ``GET /ai/gemini/result?code=``."""
    if problem := refuse_key(read_key(request.headers, family=MEDIA), family=MEDIA, pays=False):
        return problem
    code = request.query.get("code", "")
    if not code:
        return media_error(400, "MissingParameter: the query parameter `code` is missing.")
    workshop.store.count_poll(code)
    task = workshop.store.task(code)
    if task is None or task.family != "gemini":
        return media_error(404, f"NotFound: the task {code} does not exist.")
    scenario = parse_scenario(task.prompt)
    if fault := await spoil_poll(scenario, polls=task.polls):
        return fault
    now = time.time()
    standing = observe(task, scenario, now=now, medium="Image")
    is_bigmore = (scenario.dialect or workshop.switches.dialect) == "bigmore"
    if standing.stage is Stage.SUCCEEDED:
        task.answers += 1
        workshop.store.change_task(task.id, answers=task.answers)
        url = _link(workshop, task, scenario, base_url=request.base_url, now=now)
        return media_ok(_bigmore_done(url) if is_bigmore else _ark_done(task, url))
    if standing.stage in (Stage.FAILED, Stage.EXPIRED):
        workshop.store.change_task(task.id, delivered_at=task.delivered_at or now)
        if is_bigmore:
            return media_error(1, f"{standing.code}: {standing.message}")
        error = {"code": standing.code, "message": standing.message}
        status = "expired" if standing.stage is Stage.EXPIRED else "failed"
        return media_ok({"taskCode": task.id, "status": status, "images": [], "error": error})
    return media_ok({"status": 0} if is_bigmore else {"taskCode": task.id, "status": "processing", "images": []})


def picture_job(workshop: Workshop, order: PictureOrder, *, name: str, seed: int, tiny: bool) -> dict[str, Any]:
    """Return what the worker needs for one picture, inputs kept on disk."""
    width, height = TINY if tiny else (order.width, order.height)
    inputs = [{"role": "edit", "kind": "image", "fetch": url} for url in order.urls]
    for content in order.contents:
        inputs.append({"role": "edit", "kind": "image", "file": keep_input(workshop.data_dir, content)})
    return {
        "kind": "picture",
        "out": str(workshop.files_dir / name),
        "prompt": strip_directives(order.prompt),
        "seed": seed,
        "width": width,
        "height": height,
        "format": order.format,
        "compression": order.compression,
        "inputs": inputs,
        "mask": keep_input(workshop.data_dir, order.mask) if order.mask else "",
        "inputs_dir": str(workshop.data_dir / FOLDER),
    }


def prompt_seed(prompt: str) -> int:
    """Return the seed of a prompt for models that take none."""
    return int.from_bytes(hashlib.sha256(strip_directives(prompt).encode()).digest()[:4], "big")


def _make_task(workshop: Workshop, order: PictureOrder, scenario: Scenario) -> Task:
    now = time.time()
    task_id = secrets.token_hex(16)
    name = f"{task_id}.{order.format}"
    job = picture_job(workshop, order, name=name, seed=prompt_seed(order.prompt), tiny=scenario.tiny)
    return Task(
        id=task_id,
        family="gemini",
        model=order.model,
        prompt=order.prompt,
        request={"job": job, "name": name},
        created_at=now,
        updated_at=now,
        ready_at=ready_at(
            task_id, scenario, now=now, shortest=SHORTEST_SECONDS, longest=LONGEST_SECONDS, pace=workshop.switches.pace
        ),
        state="drawn" if scenario.fail or scenario.stuck else "waiting",
    )


def _link(workshop: Workshop, task: Task, scenario: Scenario, *, base_url: str, now: float) -> str:
    if is_without_url(task, scenario):
        return ""
    return workshop.link(base_url, task.request["name"], now=now, gone=scenario.goneurl and task.answers == 1)


def _ark_done(task: Task, url: str) -> dict[str, Any]:
    picture = {"url": url, "width": task.request["job"]["width"], "height": task.request["job"]["height"]}
    return {"taskCode": task.id, "status": "completed", "images": [picture] if url else []}


def _bigmore_done(url: str) -> dict[str, Any]:
    return {"status": 1, "imageUrl": url} if url else {"status": 1}
