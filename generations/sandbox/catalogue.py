"""What the real models can do: names, limits and exact pixel sizes.

Source: https://www.volcengine.com/docs/82379/1520757 for Seedance,
https://ai.google.dev/gemini-api/docs/image-generation for the Gemini image models.
"""

import dataclasses

DOCUMENTED_MODELS = (
    "doubao-seedance-2-0",
    "doubao-seedance-2-0-fast",
    "nano-banana-fast",
    "nano-banana-pro",
    "nano-banana-2",
    "gpt-image-2",
    "gpt-5.1",
    "claude-sonnet-4-6",
)

FRAMES_PER_SECOND = 24
VIDEO_RATIOS = ("16:9", "4:3", "1:1", "3:4", "9:16", "21:9")
_VIDEO_SIZES = {
    "480p": ((864, 496), (752, 560), (640, 640), (560, 752), (496, 864), (992, 432)),
    "720p": ((1280, 720), (1112, 834), (960, 960), (834, 1112), (720, 1280), (1470, 630)),
    "1080p": ((1920, 1080), (1664, 1248), (1440, 1440), (1248, 1664), (1080, 1920), (2206, 946)),
}

PICTURE_RATIOS = ("21:9", "16:9", "4:3", "3:2", "5:4", "1:1", "4:5", "2:3", "3:4", "9:16")
WIDE_PICTURE_RATIOS = ("1:4", "4:1", "1:8", "8:1")
PICTURE_RESOLUTIONS = ("1K", "2K", "4K")
_PICTURE_SIZES = {
    "1:1": (1024, 1024),
    "2:3": (848, 1264),
    "3:4": (896, 1200),
    "4:5": (928, 1152),
    "9:16": (768, 1376),
    "21:9": (1584, 672),
    "1:4": (512, 2048),
    "1:8": (384, 3072),
}


@dataclasses.dataclass(frozen=True, slots=True)
class VideoLimits:
    """What one family of video models accepts. Units: seconds."""

    shortest_seconds: int
    longest_seconds: int
    resolutions: tuple[str, ...]
    takes_references: bool
    makes_sound: bool
    takes_frames: bool
    lets_model_choose_length: bool
    takes_draft: bool = False


_ALL = ("480p", "720p", "1080p")
_SEEDANCE_2 = VideoLimits(4, 15, _ALL, True, True, False, True)
_VIDEO_FAMILIES = (
    ("doubao-seedance-2-0-fast", VideoLimits(4, 15, ("480p", "720p"), True, True, False, True)),
    ("doubao-seedance-2-0", _SEEDANCE_2),
    ("doubao-seedance-1-5-pro", VideoLimits(4, 12, _ALL, False, True, False, True, takes_draft=True)),
    ("doubao-seedance-1-0-lite-i2v", VideoLimits(2, 12, _ALL, True, False, True, False)),
    ("doubao-seedance-1-0", VideoLimits(2, 12, _ALL, False, False, True, False)),
    ("doubao-seedance-", _SEEDANCE_2),
    ("huoshan-seedance-2-0", _SEEDANCE_2),
)


def video_limits(model: str) -> VideoLimits | None:
    """Return the limits of a video model, or None for a name that is not one."""
    return next((limits for prefix, limits in _VIDEO_FAMILIES if model.startswith(prefix)), None)


def is_gemini_picture_model(model: str) -> bool:
    """Return whether the Gemini picture route knows the name."""
    return model.startswith("nano-banana-")


def is_openai_picture_model(model: str) -> bool:
    """Return whether the OpenAI picture routes know the name."""
    return model.startswith("gpt-image-")


def is_chat_model(model: str) -> bool:
    """Return whether the chat routes know the name."""
    return ("gpt" in model or "claude" in model) and not is_openai_picture_model(model)


def video_size(resolution: str, ratio: str) -> tuple[int, int]:
    """Return width and height that Seedance gives. Units: pixels."""
    return _VIDEO_SIZES[resolution][VIDEO_RATIOS.index(ratio)]


def encoded_size(width: int, height: int) -> tuple[int, int]:
    """Return the nearest size that H.264 with 4:2:0 colour can hold: both sides even."""
    return width - width % 2, height - height % 2


def nearest_video_ratio(width: int, height: int) -> str:
    """Return the documented ratio that is closest to a picture's."""
    wanted = width / height

    def distance(ratio: str) -> float:
        across, down = (int(side) for side in ratio.split(":"))
        shape = across / down
        return max(shape / wanted, wanted / shape)

    return min(VIDEO_RATIOS, key=distance)


def picture_ratios(model: str) -> tuple[str, ...]:
    """Return the ratios that a Gemini picture model takes; only ``nano-banana-2`` has the four extreme ones."""
    return PICTURE_RATIOS + WIDE_PICTURE_RATIOS if model == "nano-banana-2" else PICTURE_RATIOS


def picture_size(model: str, *, ratio: str, resolution: str) -> tuple[int, int]:
    """Return width and height that a Gemini picture model gives; the fast model knows 1K only. Units: pixels."""
    scale = 1 if "fast" in model else {"1K": 1, "2K": 2, "4K": 4}[resolution]
    if ratio in _PICTURE_SIZES:
        width, height = _PICTURE_SIZES[ratio]
    else:
        height, width = _PICTURE_SIZES[":".join(reversed(ratio.split(":")))]
    return width * scale, height * scale


def video_tokens(*, width: int, height: int, seconds: float) -> int:
    """Return the tokens that Seedance charges for a clip without input video.

    Source: derived from published responses; 5 s of 1280x720 report exactly 108 900.
    """
    return int(width * height * (FRAMES_PER_SECOND * seconds + 1) // 1024)
