"""Session and user ids: 32 hex digits that nobody can guess, or that a seed repeats."""

import random
import secrets


class Ids:
    """A source of ids. Without a seed they come from the operating system's secure generator."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = None if seed is None else random.Random(f"ids/{seed}")

    def new(self) -> str:
        if self._random is None:
            return secrets.token_hex(16)
        return f"{self._random.getrandbits(128):032x}"
