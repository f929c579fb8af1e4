"""What leaves `collectstatic`: one stylesheet, one script, hashed names, nothing that points to nowhere."""

import gzip
import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.templatetags.static import static

from studio.staticfiles import NotJoinable, StudioStaticFilesStorage, join_script, join_stylesheet

FIRST_PAGE_BYTES_MAX = 60_000


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Collect everything once into a folder of its own."""
    folder = tmp_path_factory.mktemp("static")
    with pytest.MonkeyPatch.context() as patch:
        # The command asks the one storage of the project, so that one looks elsewhere meanwhile.
        storage = StudioStaticFilesStorage(location=str(folder), base_url="/static/")
        patch.setattr(staticfiles_storage, "_wrapped", storage, raising=False)
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


@pytest.fixture(scope="module")
def names(collected: Path) -> dict[str, str]:
    """The hashed name of every file."""
    paths: dict[str, str] = json.loads((collected / "staticfiles.json").read_text())["paths"]
    return paths


def test_the_stylesheet_leaves_as_one_file_with_its_layers(collected: Path, names: dict[str, str]) -> None:
    text = (collected / names["css/studio.css"]).read_text()

    assert "@import" not in text
    assert text.index("@layer reset, tokens") < text.index("@layer tokens{") < text.index("@layer components{")
    assert ".generation-card" in text
    assert "--lch-paper-0" in text


def test_all_behaviours_leave_as_one_file(collected: Path, names: dict[str, str]) -> None:
    text = (collected / names["js/studio.js"]).read_text()

    assert not re.search(r"^\s*(import|export)\b(?!\()", text, re.MULTILINE)
    assert "changes:due" in text
    assert "IntersectionObserver" in text or "visibilitychange" in text
    # What only the chat needs is asked for when a page has it.
    assert "EventSource" not in text


def test_every_behaviour_is_either_joined_or_loaded_by_a_page() -> None:
    folder = Path(__file__).resolve().parents[2]
    entry = (folder / "static/js/studio.js").read_text()
    pages = "".join(path.read_text() for path in (folder / "templates").rglob("*.html"))
    behaviours = {path.name for path in (folder / "static/js/behaviors").glob("*.js")}

    alone = {name for name in behaviours if f"behaviors/{name}" not in entry}

    assert all(f"js/behaviors/{name}" in pages for name in alone)


def test_names_carry_a_hash_of_what_is_in_the_file(names: dict[str, str]) -> None:
    assert re.fullmatch(r"css/studio\.[0-9a-f]{12}\.css", names["css/studio.css"])
    assert re.fullmatch(r"img/icons\.[0-9a-f]{12}\.svg", names["img/icons.svg"])


def test_style_and_script_of_the_first_page_are_light(collected: Path, names: dict[str, str]) -> None:
    first_page = ["css/studio.css", "js/studio.js", "django_htmx/htmx-2.min.js"]

    sizes = [(collected / f"{names[name]}.gz").stat().st_size for name in first_page]

    assert sum(sizes) < FIRST_PAGE_BYTES_MAX


def test_compressed_copies_hold_the_same(collected: Path, names: dict[str, str]) -> None:
    plain = collected / names["js/studio.js"]

    assert gzip.decompress(plain.with_name(f"{plain.name}.gz").read_bytes()) == plain.read_bytes()


def test_without_a_collection_names_are_plain(tmp_path: Path) -> None:
    storage = StudioStaticFilesStorage(location=str(tmp_path), base_url="/static/")

    assert storage.url("css/studio.css") == "/static/css/studio.css"


def test_a_template_gets_an_address_in_tests() -> None:
    assert static("img/icons.svg").startswith("/static/img/icons")


def join_with(files: dict[str, str], entry: str) -> str:
    def read(name: str) -> str:
        if name not in files:
            raise NotJoinable(name)
        return files[name]

    join = join_stylesheet if entry.endswith(".css") else join_script
    return join(entry, read)


def test_names_of_two_behaviours_do_not_meet() -> None:
    files = {
        "js/studio.js": 'import "./behaviors/a.js";\nimport "./behaviors/b.js";\n',
        "js/behaviors/a.js": "const same = 1;\n",
        "js/behaviors/b.js": "const same = 2;\n",
    }

    assert join_with(files, "js/studio.js") == "{\nconst same = 1;\n}\n\n{\nconst same = 2;\n}\n\n"


def test_a_late_import_means_the_same_file_after_joining() -> None:
    files = {
        "js/studio.js": 'import "./behaviors/a.js";\n',
        "js/behaviors/a.js": 'import("../pages/b.js");\nimport("./c.js");\n',
    }

    joined = join_with(files, "js/studio.js")

    assert 'import("./pages/b.js")' in joined
    assert 'import("./behaviors/c.js")' in joined


def test_an_address_in_a_stylesheet_means_the_same_file_after_joining() -> None:
    files = {
        "css/studio.css": '@import url("components/a.css") layer(components);\n',
        "css/components/a.css": '.a { background: url("../../img/a.webp"); mask: url(data:image/svg+xml,x); }\n',
    }

    joined = join_with(files, "css/studio.css")

    assert 'url("../img/a.webp")' in joined
    assert "url(data:image/svg+xml,x)" in joined


@pytest.mark.parametrize("line", ['import "./b.js";', 'import { b } from "./b.js";', "export const b = 1;"])
def test_a_behaviour_that_imports_or_exports_is_refused(line: str) -> None:
    files = {"js/studio.js": 'import "./behaviors/a.js";\n', "js/behaviors/a.js": f"{line}\n", "js/behaviors/b.js": ""}

    with pytest.raises(NotJoinable, match=r"behaviors/a\.js"):
        join_with(files, "js/studio.js")


def test_a_stylesheet_that_imports_another_is_refused() -> None:
    files = {"css/studio.css": '@import url("a.css");', "css/a.css": '@import url("b.css");', "css/b.css": ""}

    with pytest.raises(NotJoinable, match=r"css/a\.css"):
        join_with(files, "css/studio.css")


def test_a_missing_file_is_refused() -> None:
    with pytest.raises(NotJoinable):
        join_with({"css/studio.css": '@import url("gone.css") layer(base);'}, "css/studio.css")


def test_text_between_backticks_that_could_look_like_a_comment_is_refused() -> None:
    files = {"js/studio.js": 'import "./behaviors/a.js";\n', "js/behaviors/a.js": "const a = `\n// not a comment`;\n"}

    with pytest.raises(NotJoinable, match="backticks"):
        join_with(files, "js/studio.js")
