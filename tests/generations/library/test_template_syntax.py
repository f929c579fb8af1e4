"""The language of templates: what each form means, and what cannot be read."""

from __future__ import annotations

import pytest

from generations.library import template_syntax
from generations.library.template_syntax import CHOICE, NUMBER, TEXT, TemplateSyntaxError, ValueRefusedError


def test_places_are_filled_in_and_the_rest_stays() -> None:
    template = template_syntax.read(
        "{{thing}} on {{surface: linen | oak = oak}}, {{count：1–9＝3}} of them; {{thing}}!"
    )

    assert [(one.name, one.type, one.default) for one in template.variables] == [
        ("thing", TEXT, ""),
        ("surface", CHOICE, "oak"),
        ("count", NUMBER, "3"),
    ]
    assert template.fill({"thing": "碗", "count": "7"}) == "碗 on oak, 7 of them; 碗!"


def test_braces_behind_a_backslash_are_braces() -> None:
    assert template_syntax.read(r"a \{{b}} and {{c=d}}").fill({}) == "a {{b}} and d"
    assert template_syntax.read(template_syntax.escape("{{x}} 100%")).fill({}) == "{{x}} 100%"


@pytest.mark.parametrize(
    "text",
    [
        "{{a",
        "{{}}",
        "{{: x | y}}",
        "{{a: one}}",
        "{{a: 9-1}}",
        "{{a: x | y = z}}",
        "{{a: 1-9 = 12}}",
        "{{a: number = many}}",
        "{{a: x | y}} {{a: p | q}}",
        "{{" + "n" * 41 + "}}",
        "".join(f"{{{{n{number}}}}}" for number in range(21)),
        "{{a: " + "|".join(str(number) for number in range(31)) + "}}",
    ],
    ids=[
        *("open", "no name", "only choices", "one choice", "bounds turned", "no such choice", "out of bounds"),
        *("no number", "twice", "long name", "too many", "too many choices"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(text: str) -> None:
    with pytest.raises(TemplateSyntaxError) as refused:
        template_syntax.read(text)

    assert str(refused.value)


@pytest.mark.parametrize(
    "values",
    [{"s": "c"}, {"n": "0"}, {"n": "many"}, {"n": "NaN"}, {"t": " "}, {"t": "x" * 2_001}, {"t": "\x00"}],
    ids=["no such choice", "too small", "no number", "not a number", "blank", "too long", "NUL"],
)
def test_a_value_that_does_not_fit_is_refused_in_words(values: dict[str, str]) -> None:
    template = template_syntax.read("{{t}} {{s: a | b}} {{n: 1-9}}")

    with pytest.raises(ValueRefusedError) as refused:
        template.fill({"t": "x", "s": "a", "n": "1", **values})

    assert str(refused.value)


def test_a_value_is_no_template() -> None:
    assert template_syntax.read("{{a}} {{b=x}}").fill({"a": "{{b}} %s <script>"}) == "{{b}} %s <script> x"
