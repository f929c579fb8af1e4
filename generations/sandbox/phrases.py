"""The sentences of the sandbox's chat, in both languages; ``talk`` puts them together."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Phrases:
    """Building blocks of one language; ``{topic}`` and ``{question}`` are filled in."""

    openings: tuple[str, ...]
    headings: tuple[str, ...]
    bullets: tuple[str, ...]
    steps: tuple[str, ...]
    table_titles: tuple[str, ...]
    table_heads: tuple[str, str, str]
    table_rows: tuple[tuple[str, str, str], ...]
    code_intros: tuple[str, ...]
    prompt_intros: tuple[str, ...]
    closings: tuple[str, ...]
    notes: tuple[str, ...]
    images: str
    greeting: str
    tool_result: str
    musing: str
    fillers: tuple[str, ...]


ENGLISH = Phrases(
    openings=(
        "You asked about **{topic}** – here is a compact answer.",
        "Good question. Let me take *“{question}”* apart.",
        "Here is how I would look at **{topic}**.",
        "Short version first, details after: **{topic}** is mostly a matter of order and patience.",
    ),
    headings=("What matters most", "The idea in short", "Where to start", "Three things to keep in mind"),
    bullets=(
        "**Start small.** One clear subject beats five half-finished ones.",
        "**Name the light.** Morning, dusk or neon changes everything else.",
        "**Say what moves**, and how fast; the rest may stand still.",
        "**Keep what works.** Change one word at a time and compare.",
        "**Write it down.** A result that cannot be repeated is luck.",
        "**Ask for less.** Constraints make better pictures than adjectives.",
        "**Look twice.** The second glance finds what the first one forgave.",
    ),
    steps=(
        "Put the goal of {topic} into one sentence.",
        "Collect two or three examples that you like, and say why.",
        "Make a rough first version without judging it.",
        "Compare, keep the best part, throw the rest away.",
        "Repeat with one change only.",
    ),
    table_titles=("A quick comparison", "Side by side"),
    table_heads=("Approach", "Good for", "Watch out"),
    table_rows=(
        ("Quick draft", "finding a direction", "easily mistaken for the result"),
        ("Careful pass", "one strong picture or clip", "takes patience"),
        ("Series", "telling a story", "needs a common thread"),
        ("Remix", "learning from what exists", "credit your sources"),
    ),
    code_intros=("The same thing as a few lines of Python:", "If you prefer code to words:"),
    prompt_intros=("A prompt that you could try next:", "As a starting point for the Create page:"),
    closings=(
        "Tell me which part you would like in more depth.",
        "Shall I turn this into a prompt for a picture or a clip?",
        "If you give me an example of your own, I can be more precise.",
    ),
    notes=(
        "I am the studio's *sandbox*: nobody paid for this answer, and no large model was woken up for it.",
        "This comes from the built-in *sandbox*: cheerful, but not very clever. A gateway key brings the real thing.",
    ),
    images="I can see {count} attached picture(s). The sandbox only counts them; a real model would describe them.",
    greeting="Hello! I am the sandbox, the studio's practice partner. Ask me anything: "
    "I answer with headings, lists, tables and code, so that you can see how a reply looks.",
    tool_result="Thank you, the tool has answered. In short: the call went through and its result reached me.",
    musing="The person wants to know about {topic}. A short answer with a list and an example fits. "
    "A table, if things are compared.",
    fillers=(
        "Another angle on {topic}: begin with what the viewer should feel, and work backwards from there.",
        "It also helps to look at how others dealt with {topic}, and to borrow their order rather than their words.",
        "Small differences add up: a slower camera, a softer light, one object less.",
        "Whenever two versions seem equal, keep the simpler one and move on.",
    ),
)

CHINESE = Phrases(
    openings=(
        "关于**{topic}**，先给一个简明的回答。",
        "好问题。我们把「{question}」拆开来看。",
        "如果由我来考虑**{topic}**，我会这样做。",
        "先说结论，再说细节：**{topic}**的关键在于顺序和耐心。",
    ),
    headings=("最重要的几点", "简单来说", "从哪里开始", "三个要点"),
    bullets=(
        "**从小处着手**：一个清晰的主体，胜过五个模糊的想法。",
        "**写明光线**：清晨、黄昏还是霓虹，会改变整个画面。",
        "**说清什么在动**，动得多快；其余的可以静止。",
        "**保留有效的部分**：一次只改一个词，然后比较。",
        "**记录下来**：不能重现的结果只是运气。",
        "**少即是多**：限制往往比形容词更有用。",
        "**再看一眼**：第二眼能发现第一眼忽略的问题。",
    ),
    steps=(
        "用一句话写下{topic}的目标。",
        "收集两三个喜欢的例子，并说明喜欢的原因。",
        "先做一个粗略的版本，不急着评判。",
        "对比之后留下最好的部分，其余舍弃。",
        "每次只改一处，再来一遍。",
    ),
    table_titles=("快速对比", "并排来看"),
    table_heads=("方式", "适合", "注意"),
    table_rows=(
        ("快速草稿", "寻找方向", "容易被当成成品"),
        ("精细制作", "一张好图或一段好视频", "需要耐心"),
        ("系列创作", "讲一个故事", "要有共同的线索"),
        ("再创作", "向已有作品学习", "注明来源"),
    ),
    code_intros=("用几行 Python 表示就是：", "如果你更喜欢代码："),
    prompt_intros=("下一步可以试试这个提示词：", "可以在创作页面里这样写："),
    closings=(
        "想深入了解哪一部分？告诉我就好。",
        "要不要把它改写成图片或视频的提示词？",
        "如果给我一个你自己的例子，我可以说得更具体。",
    ),
    notes=(
        "我是工作室自带的*沙盒*：这条回答不花一分钱，也没有惊动任何大模型。",
        "这条回答来自内置的*沙盒*，它很热情，但不算聪明；接入网关密钥后就能得到真正的回答。",
    ),
    images="我看到你附上了 {count} 张图片；沙盒只会数数，真正的模型才会描述它们。",
    greeting="你好！我是沙盒，工作室里的练习伙伴。随便问吧：我会用标题、列表、表格和代码来回答，让你看看回复的样子。",
    tool_result="谢谢，工具已经返回结果。简而言之：调用成功，结果我已经收到。",
    musing="对方想了解{topic}。适合用简短的回答，加一个列表和一个例子；如果涉及比较，就用表格。",
    fillers=(
        "换个角度看{topic}：先想好观众应该感受到什么，再倒推画面。",
        "也可以看看别人是怎么处理{topic}的，借鉴他们的顺序，而不是他们的词句。",
        "细微的差别会累积起来：镜头慢一点，光线柔一点，物体少一个。",
        "如果两个版本难分高下，就留下更简单的那个，继续往前走。",
    ),
)
