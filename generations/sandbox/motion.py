"""Moving pictures from a painting: its layers slide past each other, its colours flow, or a camera comes closer.

Everything happens on planes of luminance and halved colour, the form in which H.264 takes a frame, with whole-pixel
steps: a frame of 1080p then costs about as much as encoding it.
"""

import dataclasses
import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image

from generations.sandbox.brushes import Array, ramp
from generations.sandbox.scene import Flow, Layer, mirrored

Bytes = npt.NDArray[np.uint8]
FRAMES_PER_SECOND = 24
CLOSER = 0.12
MOST_COVERED_WITH_CAMERA = 2.2
FLOW_REACH, FLOW_PERIOD_SECONDS = 0.11, 11.0

# BT.709, limited range: what players assume of H.264 in high definition, and what the clip's header says.
_TO_YUV = np.array([[0.1826, 0.6142, 0.0620], [-0.1006, -0.3386, 0.4392], [0.4392, -0.3989, -0.0403]], np.float32)


@dataclasses.dataclass(slots=True)
class Planes:
    """One frame: luminance at full size, the two colour differences at half."""

    y: Image.Image
    u: Image.Image
    v: Image.Image

    def each(self) -> tuple[tuple[Image.Image, int], ...]:
        """Return the planes with the factor by which they are smaller."""
        return ((self.y, 1), (self.u, 2), (self.v, 2))

    def copy(self) -> "Planes":
        """Return an independent copy."""
        return Planes(self.y.copy(), self.u.copy(), self.v.copy())

    def packed(self) -> Bytes:
        """Return the planes below each other, as encoders take them."""
        width, height = self.y.size
        parts = [np.asarray(plane).reshape(-1) for plane, _ in self.each()]
        return np.asarray(np.concatenate(parts).reshape(height * 3 // 2, width))

    def closer(self, zoom: float, *, at: tuple[float, float]) -> "Planes":
        """Return the frame seen from nearer. Units: ``zoom`` 1 is unchanged, ``at`` in shares of the frame."""
        planes = []
        for plane, _ in self.each():
            width, height = plane.size
            left, top = (width - width / zoom) * at[0], (height - height / zoom) * at[1]
            box = (left, top, left + width / zoom, top + height / zoom)
            planes.append(plane.resize(plane.size, Image.Resampling.BILINEAR, box=box))
        return Planes(*planes)

    def blended(self, other: "Planes", share: float) -> "Planes":
        """Return a mixture with another frame."""
        pairs = zip(self.each(), other.each(), strict=True)
        return Planes(*(Image.blend(mine, theirs, share) for (mine, _), (theirs, _) in pairs))


def to_planes(picture: Array, size: tuple[int, int]) -> Planes:
    """Return an RGB array as planes of this (even) size."""
    yuv = picture.reshape(-1, 3) @ _TO_YUV.T * 255 + np.array([16, 128, 128], np.float32)
    bytes_ = np.clip(yuv + 0.5, 0, 255).astype(np.uint8).reshape(picture.shape)
    half = (size[0] // 2, size[1] // 2)
    images = [Image.fromarray(np.ascontiguousarray(bytes_[..., index])) for index in range(3)]
    sizes = (size, half, half)
    return Planes(*(im.resize(to, Image.Resampling.BICUBIC) for im, to in zip(images, sizes, strict=True)))


def from_image(image: Image.Image) -> Planes:
    """Return an RGB image as planes of its own size."""
    return to_planes(np.asarray(image, np.float32) / 255, image.size)


@dataclasses.dataclass(slots=True)
class _Sheet:
    """A layer ready to be pasted: padded, with a mask at both sizes, and the row from which it hides everything."""

    planes: Planes
    masks: tuple[Image.Image, Image.Image] | None
    depth: float
    sway: tuple[float, float, float, float]
    pad: int
    top: int
    bottom: int
    solid_from: int


class Stage:
    """A painting in layers, set up for frames of one size."""

    def __init__(self, layers: list[Layer], *, size: tuple[int, int], travel: int, seconds: float) -> None:
        self._size = size
        self._travel = travel
        self._seconds = seconds
        self._sheets = [self._prepare(layer) for layer in layers]
        covered = sum((min(sheet.bottom, size[1]) - sheet.top) / size[1] for sheet in self._sheets if sheet.masks)
        # The camera comes closer where nothing slides past, unless blending the sheets is already costly.
        self.has_camera = covered <= MOST_COVERED_WITH_CAMERA and all(layer.depth < 0.3 for layer in layers)

    def frame(self, second: float) -> Planes:
        """Return the painting at a moment of the clip."""
        frame = Planes(*(Image.new("L", size) for size in (self._size, self._half, self._half)))
        hidden_from = self._size[1]
        visible: list[tuple[_Sheet, int, int, int]] = []
        for sheet in reversed(self._sheets):
            dx, dy = self._offset(sheet, second)
            if sheet.top + dy < hidden_from:
                visible.append((sheet, dx, dy, min(hidden_from, sheet.bottom + dy)))
            hidden_from = min(hidden_from, sheet.solid_from + dy)
        for sheet, dx, dy, bottom in reversed(visible):
            self._paste(frame, sheet, dx, dy, bottom)
        return frame

    @property
    def _half(self) -> tuple[int, int]:
        return self._size[0] // 2, self._size[1] // 2

    def _offset(self, sheet: _Sheet, second: float) -> tuple[int, int]:
        """Return how far the sheet has moved. Units: pixels."""
        reach_x, reach_y, period, phase = sheet.sway
        turn = 2 * math.pi * (second / period + phase)
        share = second / self._seconds
        start_x, start_y = math.sin(2 * math.pi * phase), math.cos(2 * math.pi * phase)
        dx = -self._travel * sheet.depth * share + reach_x * self._size[1] * (math.sin(turn) - start_x)
        dy = reach_y * self._size[1] * (math.cos(turn) - start_y)
        limit = sheet.pad
        return round(min(dx, limit)), round(max(-limit, min(dy, limit)))

    def _paste(self, frame: Planes, sheet: _Sheet, dx: int, dy: int, bottom: int) -> None:
        pad, top = sheet.pad, max(0, sheet.top + dy)
        left, upper = pad - dx, pad + top - dy
        left = max(0, min(left, sheet.planes.y.width - self._size[0]))
        solid = max(top, min(bottom, sheet.solid_from + dy))
        for (target, scale), (source, _) in zip(frame.each(), sheet.planes.each(), strict=True):
            wide = self._size[0] // scale
            x, y, first, split, last = left // scale, upper // scale, top // scale, solid // scale, bottom // scale
            # Rows where the sheet is partly transparent, then those where it is solid, need different care.
            if split > first:
                box = (x, y, x + wide, y + split - first)
                mask = sheet.masks[scale - 1].crop(box) if sheet.masks else None
                target.paste(source.crop(box), (0, first), mask)
            if last > split:
                start = y + split - first
                target.paste(source.crop((x, start, x + wide, start + last - split)), (0, split))

    def _prepare(self, layer: Layer) -> _Sheet:
        height = self._size[1]
        wide = (self._size[0] + self._travel, height)
        pad = 2 * (1 + int(max(layer.sway[:2]) * height * 1.02))
        planes = Planes(*(_padded(plane, pad // scale) for plane, scale in to_planes(layer.picture, wide).each()))
        if layer.alpha is None:
            return _Sheet(planes, None, layer.depth, layer.sway, pad, 0, height, 0)
        alpha = Image.fromarray((np.clip(layer.alpha, 0, 1) * 255 + 0.5).astype(np.uint8))
        full = alpha.resize(wide, Image.Resampling.BICUBIC)
        half = alpha.resize((wide[0] // 2, wide[1] // 2), Image.Resampling.BICUBIC)
        rows = np.asarray(full)
        touched = np.flatnonzero(rows.max(1) > 2)
        open_rows = np.flatnonzero(rows.min(1) < 253)
        top = int(touched[0]) // 2 * 2 if touched.size else height
        # What reaches the lower edge goes on below it, for when the sheet sways upwards.
        bottom = int(touched[-1]) // 2 * 2 + 2 if touched.size else height
        bottom = 2 * height if bottom >= height else bottom
        solid_from = int(open_rows[-1]) // 2 * 2 + 2 if open_rows.size else 0
        if solid_from >= height:
            # Open down to its lower edge: swaying upwards must not make it look solid there.
            solid_from = 2 * height
        masks = (_padded(full, pad), _padded(half, pad // 2))
        return _Sheet(planes, masks, layer.depth, layer.sway, pad, top, bottom, solid_from)


def _padded(image: Image.Image, pad: int) -> Image.Image:
    return Image.fromarray(np.pad(np.asarray(image), pad, mode="edge"))


class FlowStage:
    """A field whose colours run along their ramp."""

    def __init__(self, flow: Flow, *, size: tuple[int, int]) -> None:
        self._stops = flow.stops
        half = (size[0] // 2, size[1] // 2)
        field = Image.fromarray((np.clip(flow.field, 0, 1) * 255 + 0.5).astype(np.uint8))
        self._fields = (field.resize(size, Image.Resampling.BICUBIC), field.resize(half, Image.Resampling.BICUBIC))
        # Up to a quarter brighter or darker than the ramp, kept apart because it does not flow.
        shade = Image.fromarray(((np.clip(flow.shade, 0.5, 1.5) - 0.5) * 255).astype(np.uint8))
        self._shade = (np.asarray(shade.resize(size, Image.Resampling.BICUBIC), np.int16) - 110) // 4

    def frame(self, turn: float) -> Planes:
        """Return the picture with the ramp turned by a share of a round."""
        steps = np.linspace(0, 1, 256, dtype=np.float32)
        table = ramp(mirrored(steps, turn), self._stops) @ _TO_YUV.T * 255 + np.array([16, 128, 128], np.float32)
        y, u, v = (np.clip(table[:, index], 0, 255).astype(np.uint8) for index in range(3))
        light = np.clip(np.asarray(self._fields[0].point(y.tolist()), np.int16) + self._shade, 16, 235)
        return Planes(
            Image.fromarray(light.astype(np.uint8)),
            self._fields[1].point(u.tolist()),
            self._fields[1].point(v.tolist()),
        )


def move_layers(stage: Stage, *, frames: int, hold: int = 1) -> Iterator[Planes]:
    """Yield the frames of a painting in layers, each ``hold`` times; the camera comes closer where they hardly move."""
    planes = stage.frame(0)
    for number in range(frames):
        if number % hold == 0:
            planes = stage.frame(number / FRAMES_PER_SECOND)
        yield planes.closer(1 + CLOSER * number / frames, at=(0.5, 0.46)) if stage.has_camera else planes


def move_flow(stage: FlowStage, *, frames: int) -> Iterator[Planes]:
    """Yield the frames of flowing colours."""
    for number in range(frames):
        yield stage.frame(FLOW_REACH * math.sin(2 * math.pi * number / FRAMES_PER_SECOND / FLOW_PERIOD_SECONDS))


def move_pictures(pictures: list[Planes], *, frames: int) -> Iterator[Planes]:
    """Yield a walk through given pictures: starts with the first as it is, ends with the last as it is."""
    if len(pictures) == 1:
        for number in range(frames):
            eased = (1 - math.cos(math.pi * number / frames)) / 2
            yield pictures[0] if number == 0 else pictures[0].closer(1 + 0.2 * eased, at=(0.5, 0.42))
        return
    legs = len(pictures) - 1
    for number in range(frames):
        place = number / max(1, frames - 1) * legs
        leg = min(int(place), legs - 1)
        within = place - leg
        share = min(1.0, max(0.0, (within - 0.35) / 0.5))
        share = share * share * (3 - 2 * share)
        if share <= 0:
            yield pictures[leg].closer(1 + 0.1 * within, at=(0.5, 0.45)) if within else pictures[leg]
        elif share >= 1:
            yield pictures[leg + 1]
        else:
            yield pictures[leg].closer(1 + 0.1 * within, at=(0.5, 0.45)).blended(pictures[leg + 1], share)
