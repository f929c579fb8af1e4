"""What the sandbox answers when it is asked to improve a prompt: the prompt, and what was left open in it."""

import hashlib
import random
import re

ASKED = "improved prompt only"
_CHINESE = re.compile(r"[一-鿿]")
_ENDS = " \n\t.,;，。；、"
ENGLISH = (
    ("thin morning mist over the ground", "low golden light from the left", "soft overcast light", "neon on wet stone"),
    ("slow push-in at eye level", "static wide shot", "35 mm, shallow depth of field", "gentle tracking shot"),
    ("clean composition, restrained colours", "fine grain, muted palette", "crisp detail, quiet background"),
)
CHINESE = (
    ("清晨薄雾贴着地面", "左侧斜射的金色光线", "柔和的阴天光线", "霓虹映在湿石板上"),
    ("镜头平视缓缓推进", "固定全景", "35 毫米，浅景深", "平稳跟拍"),
    ("构图干净，色彩克制", "细腻颗粒，低饱和", "细节清晰，背景安静"),
)


def is_asked(system: str) -> bool:
    """Tell whether a system prompt asks for an improved prompt and nothing else."""
    return ASKED in system


def improve(prompt: str) -> str:
    """Return the prompt with light, camera and look added in its language; the same one always gets the same."""
    plain = prompt.strip().rstrip(_ENDS)
    pick = random.Random(hashlib.sha256(plain.encode()).digest())  # noqa: S311 - variety, not secrecy
    is_chinese = _CHINESE.search(plain) is not None
    added = [pick.choice(choices) for choices in (CHINESE if is_chinese else ENGLISH)]
    return "，".join([plain, *added]) + "。" if is_chinese else ", ".join([plain, *added]) + "."
