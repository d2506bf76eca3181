"""Whom a request is of: what a limiter may tell its customers apart by."""

from dataclasses import dataclass
from typing import Literal

# A message to a session that there is not, to one that there is, and a new session: by what they leave behind.
Kind = Literal["unknown", "message", "session"]
WORDS: dict[Kind, str] = {
    "unknown": "a message to a session that does not exist",
    "message": "a message",
    "session": "a new session",
}
MANY: dict[Kind, str] = {
    "unknown": "messages to a session that does not exist",
    "message": "messages",
    "session": "new sessions",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """`session` numbers the sessions of a tenant that the asker knows; it says nothing where `kind` is "session".
    `address` is the source address to send from, None for the usual one."""

    kind: Kind
    other_tenant: bool = False
    session: int = 0
    address: str | None = None

    @property
    def words(self) -> str:
        told = WORDS[self.kind]
        told += " of another session" if self.session and self.kind != "session" else ""
        told += " of another tenant" if self.other_tenant else ""
        return told + (f" from {self.address}" if self.address else "")
