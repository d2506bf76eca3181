"""Content that people type and the API will not have: MSG-5."""

import re
import unicodedata
from collections import deque
from typing import ClassVar

from harness.sandbox.answers import failure, refused
from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.faults.base import Fault
from harness.sandbox.services import Services
from harness.sandbox.sessions import Session


class ContentNotTaken(Fault):
    """Answers a message by a 400, or by a 500, where its content has something that it cannot cope with."""

    fails: ClassVar[bool] = False  # by a 500

    def on_request(self, exchange: Exchange) -> Answer | None:
        content = exchange.body.get("content")
        if exchange.operation != "sendMessage" or not isinstance(content, str) or not self.stumbles(content):
            return None
        return failure() if self.fails else refused("`content` is not valid.")

    def stumbles(self, content: str) -> bool:
        raise NotImplementedError


class LongContentNotTaken(ContentNotTaken):
    longest: ClassVar[int]

    def stumbles(self, content: str) -> bool:
        return len(content) > self.longest


class PatternNotTaken(ContentNotTaken):
    pattern: ClassVar[str]

    def stumbles(self, content: str) -> bool:
        return re.search(self.pattern, content) is not None


class ContentOver160Refused(LongContentNotTaken):
    name = "content-over-160-refused"
    breaks = "MSG-5"
    summary = "content longer than one SMS of 160 characters is a 400"
    longest = 160


class ContentOver500Refused(LongContentNotTaken):
    name = "content-over-500-refused"
    breaks = "MSG-5"
    summary = "content longer than 500 characters is a 400"
    longest = 500


class ContentOver1000Fails(LongContentNotTaken):
    name = "content-over-1000-fails"
    breaks = "MSG-5"
    summary = "content longer than 1,000 characters is a 500: a column of the database is too narrow"
    longest = 1000
    fails = True


class ContentOver4000Refused(LongContentNotTaken):
    name = "content-over-4000-refused"
    breaks = "MSG-5"
    summary = "content longer than 4,000 characters is a 400"
    longest = 4000


class EmojiFails(PatternNotTaken):
    name = "emoji-fails"
    breaks = "MSG-5"
    summary = "an emoji in the content is a 500: the database takes three bytes a character"
    pattern = "[\U00010000-\U0010ffff]"
    fails = True


class RightToLeftRefused(ContentNotTaken):
    name = "right-to-left-refused"
    breaks = "MSG-5"
    summary = "Arabic or Hebrew content is a 400"

    def stumbles(self, content: str) -> bool:
        return any(unicodedata.bidirectional(character) in {"R", "AL"} for character in content)


class NonAsciiContentRefused(PatternNotTaken):
    name = "non-ascii-content-refused"
    breaks = "MSG-5"
    summary = "content with anything beyond ASCII is a 400"
    pattern = r"[^\x00-\x7f]"


class QuotesFail(PatternNotTaken):
    name = "quotes-fail"
    breaks = "MSG-5"
    summary = "a double quote in the content is a 500: JSON is put together by hand somewhere"
    pattern = '"'
    fails = True


class PercentFails(PatternNotTaken):
    name = "percent-fails"
    breaks = "MSG-5"
    summary = "a percent sign in the content is a 500: it is used as a format"
    pattern = "%"
    fails = True


class BackslashFails(PatternNotTaken):
    name = "backslash-fails"
    breaks = "MSG-5"
    summary = "a backslash in the content is a 500"
    pattern = r"\\"
    fails = True


class NewlineRefused(PatternNotTaken):
    name = "newline-refused"
    breaks = "MSG-5"
    summary = "content of more than one line is a 400"
    pattern = "[\r\n]"


class LessThanRefused(PatternNotTaken):
    name = "less-than-refused"
    breaks = "MSG-5"
    summary = "a < in the content is a 400: a filter takes it for markup"
    pattern = "<"


class SqlWordsRefused(PatternNotTaken):
    name = "sql-words-refused"
    breaks = "MSG-5"
    summary = "content with select, drop, insert or union in it is a 400: a firewall takes it for an attack"
    pattern = r"(?i)\b(select|drop|insert|union)\b"


class SingleCharacterRefused(ContentNotTaken):
    name = "single-character-refused"
    breaks = "MSG-5"
    summary = "content of one character is a 400"

    def stumbles(self, content: str) -> bool:
        return len(content) == 1


class SameTextRefused(Fault):
    name = "same-text-refused"
    breaks = "MSG-5"
    summary = "the same text twice running in one session is a 400"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._latest: deque[tuple[Session, str]] = deque(maxlen=1000)

    def on_request(self, exchange: Exchange) -> Answer | None:
        assert exchange.tenant is not None
        session = self.services.sessions.find(exchange.path_session_id, exchange.tenant)
        content = exchange.body.get("content")
        if exchange.operation != "sendMessage" or session is None or not isinstance(content, str):
            return None
        texts = [text for of, text in self._latest if of is session]
        self._latest.append((session, content))
        return refused("`content` was sent already.") if texts and texts[-1] == content else None
