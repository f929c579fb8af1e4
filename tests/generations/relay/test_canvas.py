from __future__ import annotations

import random
import re

import pytest

from generations.relay.canvas import Canvas
from generations.relay.markdown import CARET_HTML, render

TEXT = """# A plan

Some **bold** words and `code`, then [a link](https://example.com/a_b) and *more*.
A second line, 中文 **粗体** 结束。

- one **two**
- three
  - four

| Shot | Seconds |
|:-----|--------:|
| Harbour | 5 |
| Swell | 4 |

```python
def wait(seconds):
    return "done"  # at last
```

1. first
2. second

> quoted

The end [1] & <script>
"""


def shown(canvas_html: str) -> str:
    """Return the HTML without the caret and with even blanks."""
    return re.sub(r"\s+", " ", canvas_html.replace(CARET_HTML, "")).strip()


def uncoloured(html: str) -> str:
    """Return the HTML without the tokens of program text."""
    return re.sub(r"</?span(?! class)[^>]*>", "", html.replace(CARET_HTML, "|"))


def pieces_of(text: str, *, seed: int) -> list[str]:
    """Cut a text into pieces of random length."""
    chance = random.Random(seed)
    pieces = []
    while text:
        length = chance.randint(1, 9)
        pieces.append(text[:length])
        text = text[length:]
    return pieces


@pytest.mark.parametrize("seed", range(12))
def test_a_text_that_came_in_pieces_looks_like_one_that_came_at_once(seed: int) -> None:
    canvas = Canvas()

    for piece in pieces_of(TEXT, seed=seed):
        if not canvas.grow(piece):
            canvas.paint(piece)
    canvas.refresh()

    assert shown(canvas.settled_html + canvas.open_html) == shown(render(TEXT))


def test_a_piece_that_is_taken_as_it_is_would_have_been_drawn_the_same() -> None:
    grown = 0
    canvas = Canvas()
    for piece in pieces_of(TEXT, seed=99):
        before = canvas.open_html
        if canvas.grow(piece):
            grown += 1
            canvas.refresh()
            # Colours of program text may come a frame later; words never move.
            assert uncoloured(canvas.open_html) == uncoloured(before.replace(CARET_HTML, piece + CARET_HTML))
        else:
            canvas.paint(piece)

    assert grown > 5


@pytest.mark.parametrize("offset", range(0, len(TEXT), 7))
def test_a_reader_who_comes_back_gets_just_the_blocks_that_are_lacking(offset: int) -> None:
    canvas, seen = Canvas(), Canvas()
    for piece in pieces_of(TEXT, seed=offset):
        canvas.paint(piece)
    seen.paint(TEXT[:offset])

    more = canvas.settled_since(TEXT, settled=seen.settled_offset)

    assert more is not None
    assert shown(seen.settled_html + more) == shown(canvas.settled_html)


@pytest.mark.parametrize("settled", [6, None])
def test_a_position_that_is_not_of_this_text_means_everything_anew(settled: int | None) -> None:
    canvas = Canvas()
    canvas.paint("short")

    assert canvas.settled_since("short", settled=settled) is None


def test_settled_blocks_are_never_drawn_again() -> None:
    canvas = Canvas()

    lengths = []
    for _ in range(200):
        canvas.paint("A paragraph of some words.\n\n")
        lengths.append(canvas.tail_length)

    assert max(lengths) < 40


def test_an_open_code_block_is_shown_as_code() -> None:
    canvas = Canvas()

    frame = canvas.paint("```python\nx = 1\ny")

    assert 'class="code-block"' in frame.open_html
    assert f"y{CARET_HTML}</code>" in frame.open_html


def test_a_huge_open_end_is_shown_as_it_was_written() -> None:
    canvas = Canvas()

    frame = canvas.paint("> quoted\n" * 40_000)

    assert 'class="prose__plain"' in frame.open_html
    assert canvas.grow("**more** of it\n")


def test_a_long_list_is_settled_item_by_item() -> None:
    canvas = Canvas()

    html = "".join(canvas.paint(f"- item {number}\n").settled_html for number in range(500))

    assert canvas.tail_length < 2_000
    assert html.count("<li>") > 350
    assert "item 0</li>" in html


MEGABYTES = {
    "prose": "A paragraph of some **words**.\n\n" * 33_000,
    "one line": "word " * 200_000,
    "one line of marks": "*a* `b` " * 125_000,
    "one block of code": "```js\n" + "const a = `x ${b}`; // c\n" * 40_000,
    "one list": "- item one\n" * 90_000,
    "one quotation": "> quoted *words*\n" * 58_000,
    "one table": "|a|b|\n|-|-|\n" + "|c|d|\n" * 140_000,
    "formulas": "$$\nx^2\n$$\n\n" * 90_000,
}


@pytest.mark.parametrize("text", MEGABYTES.values(), ids=MEGABYTES.keys())
def test_a_megabyte_is_sent_in_proportion_to_its_length(text: str) -> None:
    canvas = Canvas()
    sent = 0

    for start in range(0, len(text), 5_000):
        piece = text[start : start + 5_000]
        if canvas.grow(piece):
            sent += len(piece)
        else:
            frame = canvas.paint(piece)
            sent += len(frame.settled_html) + len(frame.open_html)

    # Sending all that is there with every piece would be a hundred times the text.
    assert sent < 20 * len(text)


@pytest.mark.parametrize("text", MEGABYTES.values(), ids=MEGABYTES.keys())
def test_what_every_flush_renders_again_stays_in_proportion_to_the_text(text: str) -> None:
    canvas = Canvas()
    text = text[:250_000]
    rendered = 0

    # About as much as comes between two flushes of a fast reply.
    for start in range(0, len(text), 1_000):
        piece = text[start : start + 1_000]
        if not canvas.grow(piece):
            rendered += canvas.tail_length + len(piece)
            canvas.paint(piece)

    # Rendering all that is there at every flush would be more than a hundred times the text.
    assert rendered < 8 * len(text)


def test_an_open_block_of_code_grows_without_being_drawn_again() -> None:
    canvas = Canvas()
    canvas.paint("```js\n" + "const a = 1;\n" * 400)

    assert canvas.grow("const b = `x`;\n  // more\n")
    assert not canvas.grow("```\n")
    assert 'data-token="keyword"' in canvas.paint("```\n\nEnd").settled_html


def test_a_formula_that_has_begun_is_shown_as_it_is_written_until_it_ends() -> None:
    canvas = Canvas()

    assert 'class="prose__formula"' in canvas.paint("Sum:\n\n$$\n\\frac{a}").open_html
    assert "<math " in canvas.paint("{b}\n$$\n").settled_html
