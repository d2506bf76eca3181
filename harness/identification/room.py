"""How much a model has left at a time, and when all of it is there again."""

from harness.identification.families.model import Model

HALVINGS = 20


def room(model: Model, at: float) -> int:
    """Requests that it would let in at once at that time."""
    twin, count, most = model.fork(), 0, model.quota + 1
    while count < most and twin.admits(at):
        twin.observe(at, at, True)
        count += 1
    return count


def full_again(model: Model, now: float) -> float:
    """From when on all of it is there, if nothing is sent until then: seconds."""
    whole, horizon = room(model, now + 4 * model.scale), 4 * model.scale
    if room(model, now) >= whole:
        return now
    low, high = 0.0, horizon
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if room(model, now + middle) >= whole else (middle, high)
    return now + high
