"""Settings that hold for every request, changed while running through ``POST /sandbox/control``."""

import dataclasses
from typing import Any

_CHOICES = {"dialect": {"ark", "bigmore"}, "validation": {"info", "http400", "nested"}}


@dataclasses.dataclass(slots=True)
class Switches:
    """How the gateway behaves where its documentation leaves room.

    Units: ``pace`` multiplies every wait (0 = none); ``file_seconds`` is the life of a result link.
    """

    dialect: str = "ark"
    validation: str = "info"
    unprefixed: bool = True
    pace: float = 1.0
    data_uris_for_gemini: bool = True
    file_seconds: float = 86400.0

    def change(self, wanted: dict[str, Any]) -> None:
        """Set the named switches, all or none.

        Raises: ValueError for an unknown switch or a value that it cannot take.
        """
        fields = {field.name: field.type for field in dataclasses.fields(self)}
        checked: dict[str, Any] = {}
        for name, value in wanted.items():
            if name not in fields:
                raise ValueError(f"there is no switch {name!r}; there are {', '.join(fields)}")
            if name in _CHOICES and value not in _CHOICES[name]:
                raise ValueError(f"{name} is one of {', '.join(sorted(_CHOICES[name]))}")
            if fields[name] is bool and not isinstance(value, bool):
                raise ValueError(f"{name} is true or false")
            if fields[name] is float and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
                raise ValueError(f"{name} is a number from 0 up")
            checked[name] = float(value) if fields[name] is float else value
        for name, value in checked.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        """Return every switch by name."""
        return dataclasses.asdict(self)
