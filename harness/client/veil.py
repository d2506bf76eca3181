"""Keys that are sent but never shown: in their place stands the name of the variable that holds them."""

from collections.abc import Mapping

from harness.profile import Profile
from harness.secret import Redactor, Secret

MAIN = "$HARNESS_API_KEY"
OTHER = "$HARNESS_OTHER_API_KEY"


class Veiled:
    """A header's value that holds a key, or something that gives one away. `str` shows `shown`, never the value."""

    __slots__ = ("_value", "shown")

    def __init__(self, value: str, shown: str) -> None:
        self._value = Secret(value)
        self.shown = shown

    def reveal(self) -> str:
        return self._value.reveal()

    def __str__(self) -> str:
        return self.shown

    __repr__ = __str__


class Veil:
    """Puts the variable's name in place of each key it knows, wherever it stands in a text."""

    def __init__(self, keys: Mapping[str, Secret]) -> None:
        """`keys` maps a variable's name, with its dollar sign, to the key in it."""
        self._keys = dict(keys)
        self._redactor = Redactor(*keys.values())

    @classmethod
    def of(cls, profile: Profile) -> "Veil":
        keys = {MAIN: profile.api_key}
        if profile.other_api_key is not None:
            keys[OTHER] = profile.other_api_key
        return cls(keys)

    def over(self, text: str) -> str:
        for name, key in self._keys.items():
            text = text.replace(key.reveal(), name)
        return self._redactor.clean(text)

    def holds_key(self, text: str) -> bool:
        return self._redactor.finds(text)
