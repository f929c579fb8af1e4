"""What is written into files, and that nothing else of them changes: not one pixel, not one frame, not one byte."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from typing import Any

import av
import pytest
from PIL import Image

from generations.media.recipe.inscribing import find_recipe, inscribed
from generations.media.recipe.label import XMP_NAMESPACE
from generations.media.recipe.splicing import UnsupportedFileError
from generations.media.recipe.words import FORMAT, Inscription
from tests.generations.media import samples

PROMPT = '雾中的灯塔，"海" & <b>light</b> 🐙\n第二行'
INPUT, GENERATION = uuid.uuid4(), uuid.uuid4()
RECIPE = {
    "format": FORMAT,
    "generation": str(GENERATION),
    "kind": "image",
    "model": "nano-banana-pro",
    "prompt": PROMPT,
    "parameters": {"imageSize": "2K", "seed": 7, "sound": True},
    "inputs": [{"role": "edit_image", "asset": str(INPUT), "sha256": "0" * 64}],
}
LABEL = {
    "Label": "1", "ContentProducer": "工作室", "ProduceID": "p", "ReservedCode1": "", "ContentPropagator": "",
    "PropagateID": "", "ReservedCode2": "",
}  # fmt: skip


def inscription(**more: Any) -> Inscription:
    recipe = {**RECIPE, **more}
    return Inscription(json.dumps(recipe, ensure_ascii=False), json.dumps(LABEL, ensure_ascii=False), recipe["prompt"])


def written(content: bytes, mime: str, **more: Any) -> bytes:
    with inscribed(io.BytesIO(content), mime, inscription(**more)) as file:
        return file.read()


def pixels(content: bytes) -> tuple[str, bytes]:
    with Image.open(io.BytesIO(content)) as picture:
        return picture.mode, picture.tobytes()


def frames(content: bytes, kind: str) -> list[tuple[Any, str]]:
    found = []
    with av.open(io.BytesIO(content), format=kind) as container:
        for frame in container.decode():
            digest = hashlib.sha256(frame.to_ndarray().tobytes()).hexdigest()
            found.append((frame.pts, digest))
    return found


PICTURES = [
    ("image/png", samples.picture("PNG")),
    ("image/png", samples.picture("PNG", mode="RGBA")),
    ("image/jpeg", samples.picture("JPEG")),
    ("image/jpeg", samples.picture("JPEG", orientation=6)),
    ("image/webp", samples.picture("WEBP")),
    ("image/webp", samples.picture("WEBP", mode="RGBA")),
]
CLIPS = [
    ("video/mp4", samples.clip("mp4")),
    ("video/mp4", samples.clip("mp4", is_streamable=True)),
    ("video/quicktime", samples.clip("mov")),
]


@pytest.mark.parametrize(("mime", "content"), PICTURES, ids=range(len(PICTURES)))
def test_a_picture_keeps_its_pixels_and_carries_its_recipe(mime: str, content: bytes) -> None:
    carrying = written(content, mime)

    assert pixels(carrying) == pixels(content)
    found = find_recipe(io.BytesIO(carrying))
    assert found is not None
    assert (found.prompt, found.model, found.generation_id) == (PROMPT, "nano-banana-pro", GENERATION)
    assert found.parameters == RECIPE["parameters"]
    assert [(one.role, one.asset_id) for one in found.inputs] == [("edit_image", INPUT)]
    assert find_recipe(io.BytesIO(content)) is None


@pytest.mark.parametrize(("mime", "content"), PICTURES, ids=range(len(PICTURES)))
def test_a_picture_carries_the_label_where_others_look_for_it(mime: str, content: bytes) -> None:
    with Image.open(io.BytesIO(written(content, mime))) as picture:
        packet = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp")
        texts = dict(picture.info)
    packet = packet if isinstance(packet, str) else packet.decode()

    assert XMP_NAMESPACE in packet
    assert "<TC260:AIGC>" in packet
    if mime == "image/png":
        assert json.loads(texts["AIGC"]) == LABEL
        assert texts["Description"] == PROMPT


@pytest.mark.parametrize(("mime", "kind"), [("image/jpeg", "JPEG"), ("image/webp", "WEBP")])
def test_a_picture_without_exif_gets_the_label_there_too(mime: str, kind: str) -> None:
    with Image.open(io.BytesIO(written(samples.picture(kind), mime))) as picture:
        exif = picture.getexif()
        comment = exif.get_ifd(0x8769)[0x9286]

    assert json.loads(comment.removeprefix(b"ASCII\0\0\0")) == {"AIGC": LABEL}
    assert exif[0x0131] == "studio"


def test_exif_that_is_there_stays_as_it_is() -> None:
    content = samples.picture("JPEG", orientation=6)

    with Image.open(io.BytesIO(content)) as before, Image.open(io.BytesIO(written(content, "image/jpeg"))) as after:
        assert dict(after.getexif()) == dict(before.getexif())


@pytest.mark.parametrize(("mime", "content"), CLIPS, ids=range(len(CLIPS)))
def test_a_clip_keeps_its_frames_and_carries_its_recipe(mime: str, content: bytes) -> None:
    carrying = written(content, mime)

    assert frames(carrying, "mov") == frames(content, "mov")
    found = find_recipe(io.BytesIO(carrying))
    assert found is not None
    assert found.prompt == PROMPT
    with av.open(io.BytesIO(carrying), format="mov") as container:
        assert json.loads(container.metadata["AIGC"]) == LABEL
        assert container.metadata["description"] == PROMPT


@pytest.mark.parametrize("style", ["use_metadata_tags", "faststart"])
def test_what_a_clip_says_of_itself_stays(style: str) -> None:
    whole = io.BytesIO()
    with (
        av.open(io.BytesIO(samples.clip("mp4")), format="mov") as source,
        av.open(whole, "w", format="mp4", options={"movflags": style} if style != "faststart" else {}) as target,
    ):
        target.metadata["title"] = "<script>alert(1)</script>"
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)

    carrying = written(whole.getvalue(), "video/mp4")

    with av.open(io.BytesIO(carrying), format="mov") as container:
        assert container.metadata["title"] == "<script>alert(1)</script>"
        assert json.loads(container.metadata["AIGC"]) == LABEL
    assert find_recipe(io.BytesIO(carrying)) is not None
    assert frames(carrying, "mov") == frames(whole.getvalue(), "mov")


def test_a_packet_and_a_label_of_the_maker_stay() -> None:
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:TC260="{XMP_NAMESPACE}"><TC260:AIGC>{{"Label":"1","ContentProducer":'
        '"theirs"}</TC260:AIGC></rdf:Description></rdf:RDF></x:xmpmeta>'
    )
    for kind in ("JPEG", "WEBP"):
        whole = io.BytesIO()
        Image.open(io.BytesIO(samples.picture(kind))).save(whole, kind, xmp=packet.encode())

        carrying = written(whole.getvalue(), f"image/{kind.lower()}")

        with Image.open(io.BytesIO(carrying)) as picture:
            found = picture.info["xmp"].decode()
        assert found.count("TC260:AIGC>") == 2
        assert "theirs" in found
        assert find_recipe(io.BytesIO(carrying)) is not None
        assert pixels(carrying) == pixels(whole.getvalue())


@pytest.mark.parametrize(("mime", "content"), [*PICTURES, *CLIPS], ids=range(len(PICTURES) + len(CLIPS)))
def test_a_carrying_file_may_be_read_from_anywhere(mime: str, content: bytes) -> None:
    whole = written(content, mime)

    with inscribed(io.BytesIO(content), mime, inscription()) as file:
        for start in (0, 1, 30, 100, 5_000, len(whole) - 7, len(whole), len(whole) + 5):
            file.seek(start)
            assert file.read(4_000) == whole[start : start + 4_000]


@pytest.mark.parametrize("sign", ["海", "🐙", "<"])
def test_a_prompt_of_twenty_thousand_characters_fits_into_every_format(sign: str) -> None:
    prompt = sign * 20_000
    for mime, content in (*PICTURES, *CLIPS):
        found = find_recipe(io.BytesIO(written(content, mime, prompt=prompt)))
        assert found is not None
        assert found.prompt == prompt


@pytest.mark.parametrize("mime", ["image/gif", "video/webm", "audio/mpeg"])
def test_other_types_are_refused(mime: str) -> None:
    with pytest.raises(UnsupportedFileError):
        inscribed(io.BytesIO(b"anything"), mime, inscription())


def test_a_clip_in_fragments_is_left_alone() -> None:
    whole = io.BytesIO()
    with (
        av.open(io.BytesIO(samples.clip("mp4")), format="mov") as source,
        av.open(whole, "w", format="mp4", options={"movflags": "frag_keyframe+empty_moov"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)

    with pytest.raises(UnsupportedFileError):
        inscribed(io.BytesIO(whole.getvalue()), "video/mp4", inscription())
