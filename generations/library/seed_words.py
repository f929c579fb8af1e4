"""Words for seeded histories: prompts, titles and turns in English and Chinese, put together from parts."""

import random
from collections.abc import Sequence
from typing import Any

SUBJECTS = (
    "a lighthouse in the fog", "an orange cat on a sunlit meadow", "a paper boat on dark water",
    "two dancers under lanterns", "a tram in the rain", "a ceramic bowl on linen", "an ink mountain range",
    "a library at night", "a harbour at blue hour", "a fox in fresh snow", "a desert road", "a field of poppies",
)  # fmt: skip
MANNERS = (
    "slow push in, shallow depth of field", "low tracking shot", "static, sound leads the cut", "macro, rack focus",
    "watercolour on rough paper", "35 mm film, soft grain", "flat poster colours", "papercut, layered",
    "long exposure", "overcast light, muted palette",
)  # fmt: skip
ZH_SUBJECTS = (
    "一只毛茸茸的橘猫在阳光明媚的草地上奔跑", "未来城市夜景，霓虹灯倒映在湿润的街道上", "水墨群山，云雾流动",
    "海边灯塔，浓雾", "雨中的有轨电车", "雪地里的狐狸", "夜晚的图书馆", "灯笼下的两位舞者", "沙漠公路，落日",
    "青花瓷碗静物", "竹林小径，晨光", "江南水乡，乌篷船",
)  # fmt: skip
ZH_MANNERS = ("慢推镜头", "低机位跟拍", "浅景深", "胶片质感", "水彩风格", "剪纸风格", "长曝光", "柔和逆光")
TITLES = (
    "Shot list for the harbour film", "Naming for the spring catalogue", "Compare three opening lines",
    "Colour words for dusk", "Interview questions", "Budget memo", "春季画册命名", "分镜脚本：码头", "旁白润色",
    "三个开场白的比较", "黄昏的颜色词", "预算说明",
)  # fmt: skip
QUESTIONS = (
    "Give me three shots for a 14-second opening, no people.", "Shorten this paragraph to two sentences.",
    "Which of these titles is the clearest, and why?", "把这段旁白改得更口语一些。", "给我三个开场镜头，没有人物。",
    "用一句话解释什么是景深。",
)  # fmt: skip
ANSWERS = (
    "Three shots, one idea each:\n\n1. **The lamp** goes on in an empty harbour.\n2. **The swell** answers.\n"
    "3. **The rope** tightens on the bell.",
    "Shorter:\n\n> The fog lifts at six. The boats leave without a word.",
    "可以这样改：\n\n- 先说看见了什么\n- 再说听见了什么\n- 最后留一秒安静",
    "景深就是画面中看起来清晰的那一段距离。",
)


# A team comes back to what worked: so much of a history are prompts said before word for word.
FAVOURITE_SHARE = 0.45
# And so much is said once.
SINGLE_SHARE = 0.15


def prompt(chance: random.Random) -> str:
    """Return one prompt, half of the time in Chinese; a few of them over and over, most in versions, some once."""
    is_english = chance.random() < 0.5
    subject, manner = (SUBJECTS, MANNERS) if is_english else (ZH_SUBJECTS, ZH_MANNERS)
    words = (_favourite(subject, chance), _favourite(manner, chance))
    draw = chance.random()
    if draw < FAVOURITE_SHARE:
        return f"{words[0].capitalize()}, {words[1]}" if is_english else f"{words[0]},{words[1]}"
    number = chance.randint(100, 99_999) if draw > 1 - SINGLE_SHARE else chance.randint(1, 99)
    if is_english:
        return f"{chance.choice(SUBJECTS).capitalize()}, {chance.choice(MANNERS)}, take {number}"
    # Camera words stay English for many who write Chinese.
    manners = MANNERS if number % 4 == 0 else ZH_MANNERS
    return f"{chance.choice(ZH_SUBJECTS)},{chance.choice(manners)},第{number}版"


def _favourite(words: Sequence[str], chance: random.Random) -> str:
    """Return one of these, the first ones far more often."""
    return words[int(chance.random() ** 2 * len(words))]


def parameters(protocol: str, chance: random.Random) -> dict[str, Any]:
    """Return settings that a model of this protocol takes."""
    if protocol == "seedance":
        return {
            "ratio": chance.choice(("16:9", "9:16", "1:1", "4:3", "21:9")),
            "resolution": chance.choice(("480p", "720p")),
            "duration": chance.choice((4, 5, 8)),
        }
    if protocol == "gemini_images":
        return {"aspect_ratio": chance.choice(("1:1", "16:9", "3:4", "3:2", "9:16"))}
    return {"size": chance.choice(("1024x1024", "1536x1024", "1024x1536")), "n": 1}


def title(chance: random.Random) -> str:
    """Return a thread's title."""
    return chance.choice(TITLES)


def question(chance: random.Random) -> str:
    """Return what a person says."""
    return chance.choice(QUESTIONS)


def answer(chance: random.Random) -> str:
    """Return what a model answers."""
    return chance.choice(ANSWERS)
