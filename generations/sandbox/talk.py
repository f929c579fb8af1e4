"""What the sandbox says: Markdown about the question asked, in its language, different for every question."""

import hashlib
import json
import random
import re

from generations.sandbox import improving
from generations.sandbox.conversation import Conversation, tokens_of
from generations.sandbox.phrases import CHINESE, ENGLISH, Phrases
from generations.sandbox.titles import title_of, without_request

_EDGES = " ?!.,。?!,::"
LONGEST_TOPIC, LONGEST_QUOTE = 32, 90
_CHINESE = re.compile(r"[一-鿿]")
_GREETING = re.compile(
    r"\s*(hi|hello|hey|good (morning|evening|day)|你好|您好|嗨|早上好|晚上好)[\s!.,。!,~]*", re.IGNORECASE
)
_CODE_WORDS = ("code", "python", "function", "script", "api", "sql", "json", "代码", "函数", "脚本", "程序", "接口")
_TABLE_WORDS = ("compare", "difference", "versus", " vs", "table", "which", "比较", "对比", "区别", "表格", "哪个")
_STEP_WORDS = ("how", "steps", "plan", "guide", "如何", "怎么", "怎样", "步骤", "计划")
_PICTURE_WORDS = ("image", "picture", "photo", "video", "clip", "prompt", "图", "视频", "画", "提示词", "镜头")


def compose(conversation: Conversation) -> str:
    """Return the reply in Markdown; the same question always gets the same one."""
    question = conversation.question
    if improving.is_asked(conversation.system):
        return improving.improve(question)
    phrases = _language_of(question)
    if conversation.titled:
        return title_of(conversation.titled)
    if conversation.wants_json:
        return json.dumps(
            {"topic": topic_of(question), "answer": phrases.bullets[0], "source": "sandbox"}, ensure_ascii=False
        )
    if conversation.has_tool_result:
        return f"{phrases.tool_result}\n\n{phrases.notes[0]}"
    if not question.strip() or _GREETING.fullmatch(question):
        return phrases.greeting
    pick = random.Random(hashlib.sha256(question.encode()).digest())  # noqa: S311 - variety, not secrecy
    topic = topic_of(question)
    parts = [pick.choice(phrases.openings).format(topic=topic, question=_shortened(question, LONGEST_QUOTE))]
    if conversation.images:
        parts.append(phrases.images.format(count=conversation.images))
    parts += _sections(question.lower(), topic, phrases, pick)
    parts += [pick.choice(phrases.closings), f"---\n\n{pick.choice(phrases.notes)}"]
    return "\n\n".join(parts)


def muse(question: str) -> str:
    """Return a short train of thought."""
    return _language_of(question).musing.format(topic=topic_of(question))


def fill_up(tokens: list[str], wanted: int, question: str) -> list[str]:
    """Return exactly so many tokens: cut, or gone on with in new paragraphs."""
    phrases, filled, number = _language_of(question), list(tokens), 0
    while len(filled) < wanted:
        paragraph = phrases.fillers[number % len(phrases.fillers)].format(topic=topic_of(question))
        filled += tokens_of(f"\n\n{paragraph}")
        number += 1
    return filled[:wanted]


def topic_of(question: str) -> str:
    """Return a few words for what the question is about."""
    line = question.strip().splitlines()[0] if question.strip() else ""
    plain = without_request(re.sub(r"[*_`#<>|\[\]]", "", line)).strip(_EDGES)
    return _shortened(plain or line, LONGEST_TOPIC) or "…"


def _language_of(text: str) -> Phrases:
    return CHINESE if _CHINESE.search(text) else ENGLISH


def _shortened(text: str, longest: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else f"{flat[:longest].rstrip()}…"


def _sections(question: str, topic: str, phrases: Phrases, pick: random.Random) -> list[str]:
    """Return the middle of the reply: a list, then what the question's words call for, or two things at random."""
    extra = {
        "code": any(word in question for word in _CODE_WORDS),
        "table": any(word in question for word in _TABLE_WORDS),
        "steps": any(word in question for word in _STEP_WORDS),
        "prompt": any(word in question for word in _PICTURE_WORDS),
    }
    wanted = [name for name, is_called in extra.items() if is_called] or pick.sample(sorted(extra), 2)
    builders = {"code": _code, "table": _table, "steps": _steps, "prompt": _prompt}
    bullets = "\n".join(f"- {bullet}" for bullet in pick.sample(phrases.bullets, 3))
    sections = [f"## {pick.choice(phrases.headings)}\n\n{bullets}"]
    return sections + [builders[name](topic, phrases, pick) for name in wanted]


def _steps(topic: str, phrases: Phrases, pick: random.Random) -> str:
    count = pick.choice((4, 5))
    return "\n".join(f"{index}. {step.format(topic=topic)}" for index, step in enumerate(phrases.steps[:count], 1))


def _table(_topic: str, phrases: Phrases, pick: random.Random) -> str:
    rows = [phrases.table_heads, ("---", "---", "---"), *pick.sample(phrases.table_rows, 3)]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"### {pick.choice(phrases.table_titles)}\n\n{lines}"


def _code(topic: str, phrases: Phrases, pick: random.Random) -> str:
    samples = (
        f'ideas = ["first draft", "second look", "{topic[:20]}"]\n'
        "for number, idea in enumerate(ideas, start=1):\n"
        '    print(f"{number}. {idea}")',
        f'def refine(prompt: str, *, light: str = "dusk") -> str:\n'
        '    """Return the prompt with one thing made explicit."""\n'
        '    return f"{prompt}, {light}, slow camera"\n\n'
        f'print(refine("{topic[:20]}"))',
    )
    sample = pick.choice(samples).replace("\\", "")
    return f"{pick.choice(phrases.code_intros)}\n\n```python\n{sample}\n```"


def _prompt(topic: str, phrases: Phrases, pick: random.Random) -> str:
    if phrases is CHINESE:
        light = pick.choice(("清晨的薄雾", "黄昏的暖光", "雨夜的霓虹"))
        return f"{pick.choice(phrases.prompt_intros)}\n\n> {topic},{light},镜头缓缓推进，画面干净，色彩克制"
    light = pick.choice(("thin morning mist", "warm light at dusk", "neon on a rainy night"))
    wishes = f"{topic}, {light}, slow push-in, clean composition, restrained colours"
    return f"{pick.choice(phrases.prompt_intros)}\n\n> {wishes}"
