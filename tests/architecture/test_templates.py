"""What holds for every template, stylesheet and script: nothing inline, stable roots, meanings instead of values."""

import re
from pathlib import Path

import pytest

from studio.ratios import RATIOS

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PARTIALS = [path for path in TEMPLATES if path.name.startswith("_")]
STYLESHEETS = sorted((ROOT / "static/css").rglob("*.css"))
COMPONENTS = sorted((ROOT / "static/css").glob("components/*.css")) + sorted((ROOT / "static/css").glob("extra/*.css"))
BEHAVIOURS = sorted((ROOT / "static/js").rglob("*.js"))
SPRITE = ROOT / "static/img/icons.svg"

STYLESHEET_LINES_MAX = 200
BEHAVIOUR_LINES_MAX = 150
# Most of it is loaded by one page alone; what every page carries has a budget in bytes.
SCRIPT_LINES_MAX = 6_000
PAGE_LINES_MAX = 120
UTILITIES_MAX = 25

COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def name_of(path: Path) -> str:
    """Return a short name for a report."""
    return str(path.relative_to(ROOT))


def markup_of(path: Path) -> str:
    """Return a template's text without comments and tags."""
    return TAG.sub("", COMMENT.sub("", path.read_text()))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_has_no_inline_style_script_or_handler(path: Path) -> None:
    markup = markup_of(path)

    assert not re.search(r"\sstyle\s*=", markup)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", markup)
    assert not re.search(r"\shx-on", markup)
    assert not re.search(r"javascript:", markup)
    assert "<style" not in markup
    assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", markup) if "application/json" not in tag)


@pytest.mark.parametrize("path", PARTIALS, ids=name_of)
def test_a_partial_opens_with_a_comment_about_its_context(path: Path) -> None:
    text = path.read_text()

    assert text.startswith("{#")
    assert "ontext" in text.split("#}")[0]
    assert "{% extends" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_stays_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= PAGE_LINES_MAX


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_icon_of_a_template_is_in_the_sprite(path: Path) -> None:
    drawn = set(re.findall(r'\{% icon "([\w-]+)"', path.read_text()))

    assert drawn <= set(re.findall(r'<symbol id="([\w-]+)"', SPRITE.read_text()))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_included_partial_exists(path: Path) -> None:
    included = re.findall(r'\{% include "([^"]+)"', path.read_text())

    assert [name for name in included if not (ROOT / "templates" / name).is_file()] == []


@pytest.mark.parametrize("path", COMPONENTS, ids=name_of)
def test_a_component_uses_meanings_and_never_raw_values(path: Path) -> None:
    text = path.read_text()

    assert "--lch-" not in text
    assert not re.search(r"\boklch\(|#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(", text)
    assert "!important" not in text
    assert not re.search(r"z-index:\s*\d", text)


@pytest.mark.parametrize("path", STYLESHEETS, ids=name_of)
def test_a_stylesheet_stays_small_and_nests_at_most_twice(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    depth = deepest = 0
    for sign in text:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        deepest = max(deepest, depth)

    assert len(path.read_text().splitlines()) <= STYLESHEET_LINES_MAX
    assert depth == 0
    assert deepest <= 3


@pytest.mark.parametrize("path", STYLESHEETS, ids=name_of)
def test_every_variable_that_is_used_is_set_somewhere(path: Path) -> None:
    everywhere = "".join(sheet.read_text() for sheet in STYLESHEETS)
    known = set(re.findall(r"(--[\w-]+)\s*:", everywhere))

    assert set(re.findall(r"var\((--[\w-]+)", path.read_text())) <= known


def test_the_table_of_contents_names_every_stylesheet_once() -> None:
    entry = (ROOT / "static/css/studio.css").read_text()
    imported = re.findall(r'@import url\("([^"]+)"\) layer\(\w+\);', entry)

    # What one page or dialog needs alone lies in `extra/`, and is linked by the template that needs it.
    everywhere = [path.relative_to(ROOT / "static/css") for path in STYLESHEETS if path.name != "studio.css"]
    assert sorted(imported) == sorted(str(path) for path in everywhere if path.parts[0] != "extra")


@pytest.mark.parametrize("path", sorted((ROOT / "static/css/extra").glob("*.css")), ids=name_of)
def test_an_extra_stylesheet_is_linked_by_a_template_and_says_its_layer(path: Path) -> None:
    link = f"{{% static 'css/extra/{path.name}' %}}"

    assert any(link in template.read_text() for template in TEMPLATES)
    assert "@layer components {" in path.read_text()


def test_there_are_few_utilities() -> None:
    text = (ROOT / "static/css/utilities.css").read_text()

    assert len(set(re.findall(r"^\s*\.([\w-]+)", text, re.MULTILINE))) <= UTILITIES_MAX


def test_the_timeline_reserves_space_for_every_ratio() -> None:
    text = (ROOT / "static/css/components/timeline.css").read_text()

    # A square is what [data-ratio] alone means.
    assert set(re.findall(r'\[data-ratio="([\d:]+)"\]', text)) | {"1:1"} == set(RATIOS)


@pytest.mark.parametrize("path", BEHAVIOURS, ids=name_of)
def test_a_behaviour_is_short_explains_itself_and_leaves_no_global(path: Path) -> None:
    text = path.read_text()

    assert len(text.splitlines()) <= BEHAVIOUR_LINES_MAX
    assert text.startswith("// ")
    assert not re.search(r"\beval\(|new Function\(|\bwindow\.\w+\s*=[^=]|\bconsole\.", text)


def test_all_scripts_together_stay_small() -> None:
    assert sum(len(path.read_text().splitlines()) for path in BEHAVIOURS) <= SCRIPT_LINES_MAX
