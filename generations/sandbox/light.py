"""Time of day as colours: the sky, the sun or moon, and what haze and shadow look like under them."""

import dataclasses

import numpy as np

from generations.sandbox.brushes import Stops, code_of, colour, mixed


@dataclasses.dataclass(frozen=True, slots=True)
class Light:
    """The colours of one hour. ``sky`` runs from the zenith to the horizon."""

    name: str
    sky: Stops
    sun: str
    haze: str
    shade: str
    is_dark: bool = False


_HOURS: dict[str, tuple[Light, ...]] = {
    "dawn": (
        Light(
            "dawn",
            ((0, "#5f7fae"), (0.5, "#d9a7b0"), (0.85, "#f6cfae"), (1, "#fde6c8")),
            "#fff3df",
            "#f3d6c4",
            "#4a4766",
        ),
        Light("dawn", ((0, "#7d8fc0"), (0.6, "#e8b4c0"), (1, "#fbdcc6")), "#fff0ea", "#ecc9cf", "#514a72"),
    ),
    "day": (
        Light("day", ((0, "#3f8fd0"), (0.6, "#9fd0ea"), (1, "#e6f3f2")), "#fffbe8", "#d9ecf0", "#2c4f66"),
        Light("day", ((0, "#5aa9d8"), (0.55, "#bfe0e4"), (1, "#f6efd8")), "#fff8dc", "#e3eee2", "#35586a"),
    ),
    "dusk": (
        Light(
            "dusk",
            ((0, "#2b2a5c"), (0.45, "#8a4a7d"), (0.78, "#e8806a"), (1, "#fbc98a")),
            "#fff0cf",
            "#d98f80",
            "#2a1f45",
        ),
        Light(
            "dusk",
            ((0, "#0f2a4a"), (0.5, "#5a6a92"), (0.8, "#d99a86"), (1, "#f7c79c")),
            "#fff2dd",
            "#b98f95",
            "#1d2744",
        ),
        Light(
            "dusk",
            ((0, "#7a2f55"), (0.5, "#d4645c"), (0.82, "#f3a565"), (1, "#fbdc9c")),
            "#fff4d6",
            "#e39a74",
            "#3c1a3a",
        ),
    ),
    "night": (
        Light(
            "night", ((0, "#050a1c"), (0.6, "#12244c"), (1, "#3a4f86")), "#f4f2ff", "#33477a", "#060b1e", is_dark=True
        ),
        Light(
            "night", ((0, "#070617"), (0.6, "#1f1745"), (1, "#573a78")), "#f7ecff", "#4a3a70", "#0a0820", is_dark=True
        ),
        Light(
            "night", ((0, "#03141c"), (0.6, "#0b3444"), (1, "#2d6c74")), "#eafff8", "#235a64", "#04141a", is_dark=True
        ),
    ),
    "grey": (
        Light("grey", ((0, "#8b98a4"), (0.6, "#bcc6c9"), (1, "#e3e5e0")), "#f6f7f4", "#cfd6d5", "#2d3b42"),
        Light("grey", ((0, "#7f8f97"), (0.6, "#b5c0c2"), (1, "#d8dedb")), "#eef2f0", "#c3cdcc", "#263338"),
    ),
}
HOURS = tuple(_HOURS)


def choose_light(hour: str, *, pick: float, tint: str = "") -> Light:
    """Return one of the hour's lights, coloured by a tint if the prompt names one. Units: ``pick`` 0 to 1."""
    lights = _HOURS[hour]
    light = lights[int(pick * len(lights)) % len(lights)]
    # A little shift of hue per prompt, so that two dusks are not the same dusk.
    light = _shifted(light, amount=(pick * 7 % 1 - 0.5) * 0.16)
    return _tinted(light, tint) if tint else light


def _tinted(light: Light, tint: str) -> Light:
    sky = [(place, mixed(code, _at_brightness(tint, code), 0.5)) for place, code in light.sky]
    haze, shade = (mixed(code, _at_brightness(tint, code), 0.55) for code in (light.haze, light.shade))
    return dataclasses.replace(light, sky=sky, haze=haze, shade=shade)


def _at_brightness(tint: str, like: str) -> str:
    wanted, have = float(colour(like).mean()), float(colour(tint).mean())
    return code_of(colour(tint) * np.float32(wanted / max(have, 0.05)))


def _shifted(light: Light, *, amount: float) -> Light:
    def shift(code: str) -> str:
        red, green, blue = colour(code)
        return code_of(
            np.array(
                [red + amount * (green - blue) * 0.6, green + amount * (blue - red) * 0.3, blue - amount * 0.4 * blue]
            )
        )

    return dataclasses.replace(
        light, sky=[(place, shift(code)) for place, code in light.sky], haze=shift(light.haze), shade=shift(light.shade)
    )
