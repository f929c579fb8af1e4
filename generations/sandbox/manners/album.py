"""Every manner by its name."""

from generations.sandbox.manners import city, land, meadow, night, sheet, things, water
from generations.sandbox.scene import Manner

MANNERS: dict[str, Manner] = {
    "aurora": night.aurora,
    "balloons": water.balloons,
    "creature": meadow.creature,
    "dunes": land.dunes,
    "flow": sheet.flow,
    "flowers": meadow.flowers,
    "forest": land.forest,
    "ink": land.ink,
    "lanterns": night.lanterns,
    "neon": city.neon,
    "papercut": sheet.papercut,
    "peaks": land.peaks,
    "planet": night.planet,
    "portrait": things.portrait,
    "poster": sheet.poster,
    "sea": water.sea,
    "still": things.still,
    "watercolour": sheet.watercolour,
}
