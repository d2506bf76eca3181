"""Customers whom there really are and the API will not have: SES-5."""

import re
from typing import ClassVar

from harness.sandbox.answers import failure, refused
from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.faults.base import Fault


class CustomerNotTaken(Fault):
    """Answers createSession by a 400, or by a 500, where one of some fields matches."""

    fields: ClassVar[tuple[str, ...]] = ("firstName", "lastName")
    pattern: ClassVar[str]
    fails: ClassVar[bool] = False  # by a 500

    def on_request(self, exchange: Exchange) -> Answer | None:
        customer = exchange.body.get("customer")
        if not isinstance(customer, dict):
            return None
        texts = [customer.get(field) for field in self.fields]
        if not any(isinstance(text, str) and re.search(self.pattern, text) for text in texts):
            return None
        return failure() if self.fails else refused("`customer` is not valid.")


class Apostrophe500(Fault):
    name = "apostrophe-500"
    breaks = "SES-5"
    summary = "a 500 when the content, or any field of the customer, has an apostrophe in it"

    def on_request(self, exchange: Exchange) -> Answer | None:
        customer = exchange.body.get("customer")
        texts = [exchange.body.get("content"), *(customer.values() if isinstance(customer, dict) else ())]
        return failure() if any(isinstance(text, str) and "'" in text for text in texts) else None


class ApostropheInNameRefused(CustomerNotTaken):
    name = "apostrophe-in-name-refused"
    breaks = "SES-5"
    summary = "a name with an apostrophe is a 400"
    pattern = "['\u2019]"


class NonLatinNameRefused(CustomerNotTaken):
    name = "non-latin-name-refused"
    breaks = "SES-5"
    summary = "a name in another script than Latin is a 400"
    pattern = "[^\x00-\u024f\u1e00-\u1eff\u2000-\u206f]"


class AccentInNameFails(CustomerNotTaken):
    name = "accent-in-name-fails"
    breaks = "SES-5"
    summary = "a name with a letter beyond ASCII is a 500"
    pattern = r"[^\x00-\x7f]"
    fails = True


class FourByteCharacterFails(CustomerNotTaken):
    name = "four-byte-character-fails"
    breaks = "SES-5"
    summary = "a name with a character of four bytes in UTF-8, as rare Chinese ones have, is a 500"
    pattern = "[\U00010000-\U0010ffff]"
    fails = True


class HyphenInNameRefused(CustomerNotTaken):
    name = "hyphen-in-name-refused"
    breaks = "SES-5"
    summary = "a name with a hyphen or a space in it is a 400"
    pattern = "[- ]"


class LongNameRefused(CustomerNotTaken):
    name = "long-name-refused"
    breaks = "SES-5"
    summary = "a name of more than 30 characters is a 400"
    pattern = r"(?s)^.{31,}$"


class OneLetterNameRefused(CustomerNotTaken):
    name = "one-letter-name-refused"
    breaks = "SES-5"
    summary = "a name of one letter is a 400"
    pattern = r"(?s)^.$"


class PlusInEmailRefused(CustomerNotTaken):
    name = "plus-in-email-refused"
    breaks = "SES-5"
    summary = "an email address with a + in it is a 400"
    fields = ("emailAddress",)
    pattern = r"\+"


class LongTopLevelDomainRefused(CustomerNotTaken):
    name = "long-top-level-domain-refused"
    breaks = "SES-5"
    summary = "an email address whose top-level domain has more than four letters is a 400"
    fields = ("emailAddress",)
    pattern = r"\.[^.]{5,}$"


class ForeignPhoneNumberRefused(CustomerNotTaken):
    name = "foreign-phone-number-refused"
    breaks = "SES-5"
    summary = "a phone number from outside North America is a 400"
    fields = ("phoneNumber",)
    pattern = r"^\+[^1]"


class LongAddressFails(CustomerNotTaken):
    name = "long-address-fails"
    breaks = "SES-5"
    summary = "an address of more than 100 characters is a 500"
    fields = ("address",)
    pattern = r"(?s)^.{101,}$"
    fails = True


class LetterInUnitNumberFails(CustomerNotTaken):
    name = "letter-in-unit-number-fails"
    breaks = "SES-5"
    summary = "a unit number that begins with a letter is a 500"
    fields = ("unitNumber",)
    pattern = r"^[^\W\d]"
    fails = True
