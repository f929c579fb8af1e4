"""What a request will cost, as far as anyone can know before it is made, and what it did cost.

Gateways publish no prices of their own, so every figure is an estimate from public list prices that an
administrator can change in the catalogue. A model's `price_rule` names one of the rules below:

- `seedance_tokens`: `per_million` maps a resolution to [price without, price with an input video].
- `image_tokens`: `output_tokens` maps a resolution to tokens a picture, `output_per_million` is their price.
- `sized_image_tokens`: `output_tokens` maps a quality to tokens for 1024 × 1024, scaled by area.
- `chat_tokens`: `input_per_million` and `output_per_million`.

Units: prices in the installation's currency per million tokens.
Source: https://www.volcengine.com/docs/82379/1544106 (Seedance),
https://ai.google.dev/gemini-api/docs/pricing (Gemini), https://openai.com/api/pricing/ (OpenAI).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.conf import settings

from generations.models import CatalogModel

MILLION = Decimal(1_000_000)
CENT = Decimal("0.01")
FRAMES_A_SECOND = 24
LONGEST_CLIP_SECONDS = 15
TOKENS_A_PICTURE = 1_000
CHARACTERS_A_TOKEN = 4

# Width and height by resolution and ratio. Source: https://www.volcengine.com/docs/82379/1520757
CLIP_PIXELS: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "480p": {
        "16:9": (864, 496), "4:3": (752, 560), "1:1": (640, 640),
        "3:4": (560, 752), "9:16": (496, 864), "21:9": (992, 432),
    },
    "720p": {
        "16:9": (1280, 720), "4:3": (1112, 834), "1:1": (960, 960),
        "3:4": (834, 1112), "9:16": (720, 1280), "21:9": (1470, 630),
    },
    "1080p": {
        "16:9": (1920, 1080), "4:3": (1664, 1248), "1:1": (1440, 1440),
        "3:4": (1248, 1664), "9:16": (1080, 1920), "21:9": (2206, 946),
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Estimate:
    """A price before the click. `is_upper_bound`: the model itself decides how much it uses, up to this."""

    amount: Decimal
    currency: str
    is_upper_bound: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What a price depends on. Units: `input_seconds` of input video."""

    parameters: Mapping[str, Any]
    roles: Sequence[str] = ()
    prompt: str = ""
    input_seconds: float = 0.0


def estimate(
    model: CatalogModel,
    parameters: Mapping[str, Any],
    *,
    roles: Sequence[str] = (),
    prompt: str = "",
    input_seconds: float = 0.0,
) -> Estimate | None:
    """Return what this request will cost by the model's price rule, or None when it has none that can be read."""
    rule = RULES.get(str(model.price_rule.get("rule", "")))
    if rule is None or rule_errors(model.price_rule):
        return None
    request = Request(parameters=parameters, roles=roles, prompt=prompt, input_seconds=input_seconds)
    amount, is_upper_bound = rule(model.price_rule, request)
    return Estimate(amount=_rounded(amount), currency=settings.CURRENCY, is_upper_bound=is_upper_bound)


def charge(
    model: CatalogModel,
    *,
    parameters: Mapping[str, Any],
    resolved: Mapping[str, Any],
    usage: Mapping[str, Any],
    roles: Sequence[str] = (),
    prompt: str = "",
) -> Decimal | None:
    """Return what a finished request cost: from the tokens it reports, else from what it really made."""
    rule = model.price_rule
    if rule_errors(rule) or not rule.get("rule"):
        return None
    chosen = {**parameters, **{name: value for name, value in resolved.items() if value not in (None, "")}}
    tokens = _count(usage, "completion_tokens", "output_tokens")
    if rule["rule"] == "seedance_tokens" and tokens:
        return _rounded(_clip_price(rule, chosen, roles) * tokens / MILLION)
    if rule["rule"] == "sized_image_tokens" and tokens:
        inputs = _count(usage, "input_tokens") or 0
        total = Decimal(tokens) * Decimal(rule["output_per_million"]) + inputs * Decimal(rule["input_per_million"])
        return _rounded(total / MILLION)
    made = estimate(model, chosen, roles=roles, prompt=prompt)
    return made.amount if made else None


def charge_chat(model: CatalogModel, *, input_tokens: int, output_tokens: int) -> Decimal | None:
    """Return what a reply cost, or None when the model has no price. Units: six decimal places."""
    rule = model.price_rule
    if rule.get("rule") != "chat_tokens" or rule_errors(rule):
        return None
    total = input_tokens * Decimal(rule["input_per_million"]) + output_tokens * Decimal(rule["output_per_million"])
    return (total / MILLION).quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)


def rule_errors(rule: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a price rule, in words for the administrator; an empty rule means "no price"."""
    if not rule:
        return []
    name = str(rule.get("rule", ""))
    if name not in RULES:
        return [f"rule: {', '.join(RULES)}"]
    return [f"{key}: {error}" for key, kind in _SHAPES[name].items() if (error := kind(rule.get(key)))]


def _clip(rule: Mapping[str, Any], request: Request) -> tuple[Decimal, bool]:
    resolution = str(request.parameters.get("resolution", "720p"))
    sizes = CLIP_PIXELS.get(resolution, CLIP_PIXELS["720p"])
    width, height = sizes.get(str(request.parameters.get("ratio", "16:9")), sizes["16:9"])
    seconds = int(request.parameters.get("duration", 5))
    is_open = seconds < 0
    seconds = LONGEST_CLIP_SECONDS if is_open else seconds
    tokens = width * height * (FRAMES_A_SECOND * seconds + 1) // 1024
    tokens += int(request.input_seconds * width * height * FRAMES_A_SECOND / 1024)
    return _clip_price(rule, request.parameters, request.roles) * tokens / MILLION, is_open


def _clip_price(rule: Mapping[str, Any], parameters: Mapping[str, Any], roles: Sequence[str]) -> Decimal:
    prices = rule["per_million"]
    pair = prices.get(str(parameters.get("resolution", "720p"))) or next(iter(prices.values()))
    return Decimal(str(pair[1 if "reference_video" in roles else 0]))


def _picture(rule: Mapping[str, Any], request: Request) -> tuple[Decimal, bool]:
    by_resolution = rule["output_tokens"]
    tokens = by_resolution.get(str(request.parameters.get("resolution", "1K"))) or next(iter(by_resolution.values()))
    return Decimal(str(tokens)) * Decimal(str(rule["output_per_million"])) / MILLION, False


def _sized_picture(rule: Mapping[str, Any], request: Request) -> tuple[Decimal, bool]:
    by_quality = rule["output_tokens"]
    quality = str(request.parameters.get("quality", "auto"))
    size = re.fullmatch(r"(\d+)x(\d+)", str(request.parameters.get("size", "auto")))
    area = int(size[1]) * int(size[2]) if size else 1024 * 1024
    tokens = Decimal(str(by_quality.get(quality) or max(by_quality.values()))) * area / (1024 * 1024)
    count = int(request.parameters.get("n", 1) or 1)
    inputs = len(request.prompt) // CHARACTERS_A_TOKEN + TOKENS_A_PICTURE * len(request.roles)
    total = tokens * count * Decimal(str(rule["output_per_million"])) + inputs * Decimal(str(rule["input_per_million"]))
    return total / MILLION, quality not in by_quality


def _reply(rule: Mapping[str, Any], request: Request) -> tuple[Decimal, bool]:
    tokens = max(1, len(request.prompt) // CHARACTERS_A_TOKEN)
    return Decimal(tokens) * Decimal(str(rule["input_per_million"])) / MILLION, False


RULES: Mapping[str, Callable[[Mapping[str, Any], Request], tuple[Decimal, bool]]] = {
    "seedance_tokens": _clip,
    "image_tokens": _picture,
    "sized_image_tokens": _sized_picture,
    "chat_tokens": _reply,
}


def _rounded(amount: Decimal) -> Decimal:
    return max(amount.quantize(CENT, rounding=ROUND_HALF_UP), CENT) if amount > 0 else Decimal(0)


def _count(usage: Mapping[str, Any], *names: str) -> int | None:
    return next((int(usage[name]) for name in names if isinstance(usage.get(name), int)), None)


def _is_price(value: object) -> str:
    try:
        return "" if Decimal(str(value)) >= 0 else "≥ 0"
    except InvalidOperation:
        return "a number such as 46 or 0.5"


def _is_price_table(value: object) -> str:
    if not isinstance(value, dict) or not value:
        return 'an object such as {"1K": 1120}'
    return next((error for price in value.values() if (error := _is_price(price))), "")


def _is_pair_table(value: object) -> str:
    wanted = 'an object such as {"720p": [46, 28]}'
    if not isinstance(value, dict) or not value:
        return wanted
    pairs = value.values()
    return "" if all(isinstance(p, list) and len(p) == 2 and not any(map(_is_price, p)) for p in pairs) else wanted


_SHAPES: Mapping[str, Mapping[str, Callable[[object], str]]] = {
    "seedance_tokens": {"per_million": _is_pair_table},
    "image_tokens": {"output_tokens": _is_price_table, "output_per_million": _is_price},
    "sized_image_tokens": {
        "output_tokens": _is_price_table,
        "input_per_million": _is_price,
        "output_per_million": _is_price,
    },
    "chat_tokens": {"input_per_million": _is_price, "output_per_million": _is_price},
}
