"""What an inquiry that met no limit has not tried: a larger quota, of each kind of request, or one for longer."""

from collections import Counter
from collections.abc import Sequence

from harness.limits.seen import Seen
from harness.limits.subject import MANY, WORDS


def untried(seen: Sequence[Seen], *, cut_short: bool) -> str:
    """Without a full stop. `cut_short` is where the budget ended it."""
    counts = Counter(each.subject.kind for each in seen if each.admitted)
    moments = [each.sent for each in seen]
    lasted = max(moments, default=0.0) - min(moments, default=0.0)
    let_in = [
        f"{count:,} {MANY[kind] if count > 1 else WORDS[kind].removeprefix('a ')}"
        for kind, count in counts.most_common()
    ]
    more = f"more than {', '.join(let_in) or 'none'}, and anything for longer than {lasted:.1f} s"
    why = "the budget was spent" if cut_short else "a quota that takes more than that was not met"
    return f"{more}: {why}"
