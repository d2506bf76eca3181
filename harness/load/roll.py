"""How many different customers there were, in a bit each: an open run of days has millions of them."""


class Roll:
    """Customers are numbered, as in "c17". Whoever has another name is no customer of ours, and is not counted."""

    def __init__(self) -> None:
        self._seen = bytearray()
        self.count = 0

    def enter(self, name: str) -> None:
        number = name[1:]
        if name[:1] != "c" or not (number.isascii() and number.isdigit()):
            return
        place, bit = int(number) >> 3, 1 << (int(number) & 7)
        if place >= len(self._seen):
            self._seen.extend(bytes(place + 1 - len(self._seen)))
        if not self._seen[place] & bit:
            self._seen[place] |= bit
            self.count += 1
