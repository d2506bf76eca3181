"""Text inside Markdown that stays text: for GitHub's dialect, in a paragraph, a table's cell or a code block."""

import re

from harness.report.legible import cut, one_line

_ACTIVE = re.compile(r"([\\`*_\[\]|~#!$@^{}]|:(?=//))")
_PLAIN = re.compile(r"https?://[\w.:/%?=&\[\]-]{1,200}", re.ASCII)
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def inline(text: object, most: int = 240) -> str:
    """One line that no part of Markdown or HTML acts on, links and mentions included."""
    escaped = _ACTIVE.sub(r"\\\1", one_line(text, most).translate(_HTML))
    return re.sub(r"\bwww\.", r"www\\.", escaped, flags=re.IGNORECASE)


def address(url: object) -> str:
    """An address as it is, which is no link: set as code, where it holds nothing that ends that."""
    return f"`{url}`" if _PLAIN.fullmatch(str(url)) else inline(url)


def block(text: object, most: int) -> str:
    """A code block, in a fence longer than any run of backticks in the text."""
    body = cut(text, most)
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{body}\n{fence}"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]], numbers_from: int) -> str:
    """A table of cells that are escaped already; columns from `numbers_from` on are aligned to the right."""
    rule = ("---" if column < numbers_from else "--:" for column in range(len(head)))
    lines = [head, tuple(rule), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
