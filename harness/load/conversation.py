"""What a customer will say, decided before it is said. Pure: the same seed gives the same people and the same words.

A conversation is a customer and a few lines, each with the pause before it. What the target answers changes when a line
is sent and whether it is sent at all, but never what it says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from harness.load.people import customer

FEWEST_LINES, MOST_LINES = 3, 8
# Of one conversation, on average: its messages, and with them the request that opens the session.
MEAN_LINES = (FEWEST_LINES + MOST_LINES) / 2
MEAN_REQUESTS = 1 + MEAN_LINES
# A pause is exponential; one in a hundred and fifty is cut here, so that nobody sleeps through a short run.
LONGEST_PAUSE = 5.0
# Customers that are spawned in one instant begin within this time of it: seconds.
FIRST_PAUSE_S = 1.0

ASIDE_SHARE = 0.5

OPENINGS = (
    "Hi",
    "Hello, is anyone there?",
    "Good morning! I'd like to ask about my apartment.",
    "hola, necesito ayuda con mi apartamento",
    "Bonjour, j'ai une question sur mon loyer.",
    "Hey 👋",
    "Hello — it's about unit 4B",
)
MESSAGES = (
    "The kitchen sink is leaking again.",
    "When is rent due this month?",
    "Can I pay by card?",
    "My neighbour's dog barks all night, it's driving me crazy!!",
    "Is the 2-bedroom on the website still available?",
    "What's your pet policy?",
    "I'd like to schedule a tour for Saturday at 10:30",
    "The heating doesn't work. It is 55°F in here.",
    "¿A qué hora abre la oficina?",
    "L'ascenseur est encore en panne…",
    "Wann kommt der Hausmeister?",
    "空调坏了，可以派人来修吗？",
    "エレベーターが動きません。",
    "متى يمكنني استلام المفتاح؟",
    "Мне нужна справка об оплате.",
    'I paid $1,250.00 on the 3rd & it still says "overdue" <why?>',
    "ok",
    "yes",
    "No, that's not what I meant",
    "100% sure. It's unit 12\\B, code #0042",
    "thanks!! 🙏🙏",
    "👍",
    "Could you repeat that please?",
    "First line\nsecond line\n\nand a last one",
    "I moved in on 02/29/2024 and there is mold in the bathroom; the paint is peeling off the wall next to the window, "
    "and the fan has not worked since the storm. I have pictures. Who do I send them to, and how long does it usually "
    "take until somebody comes? I work nights, so please not before noon.",
    "My lease ends in {month}. How do I renew?",
    "Package #{number} was marked as delivered but the locker is empty",
    "Somebody is parked in my spot again, plate {number}",
    "Can you send a plumber on {month} {day}?",
)
MONTHS = ("January", "March", "May", "July", "September", "November")


@dataclass(frozen=True, slots=True)
class Line:
    """One message and the pause before it, in seconds after the reply to the one before."""

    pause_s: float
    content: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """`pause_s` goes before the session is opened; `customer` is the object of that name in createSession."""

    pause_s: float
    customer: dict[str, str]
    lines: tuple[Line, ...]


class Script:
    """All that all customers will ever say. No content holds a phrase of `avoid`, whatever its case."""

    def __init__(self, seed: int, think_s: float, avoid: Sequence[str] = (), asides: Sequence[str] = ()) -> None:
        """Every other conversation's last message begins with one of `asides`."""
        avoided = [phrase.casefold() for phrase in avoid]
        self._seed = seed
        self._think_s = think_s
        self._asides = asides
        self._openings = _without(OPENINGS, avoided)
        self._messages = _without(MESSAGES, avoided)

    def conversation(self, customer_number: int, number: int) -> Conversation:
        """A customer's conversation of that number, from 0 on. Nothing is kept between two: dice of his own for each
        customer would be a quarter of what he takes in memory."""
        dice = Random(f"{self._seed}/{customer_number}/{number}")
        pause_s = self._pause(dice) if number else dice.uniform(0, FIRST_PAUSE_S)
        more = dice.randint(FEWEST_LINES, MOST_LINES) - 1
        contents = [dice.choice(self._openings), *(_filled(dice.choice(self._messages), dice) for _ in range(more))]
        if self._asides and dice.random() < ASIDE_SHARE:
            contents[-1] = f"{dice.choice(self._asides)} {contents[-1]}"
        lines = tuple(Line(self._pause(dice), content) for content in contents)
        return Conversation(pause_s, customer(dice), lines)

    def _pause(self, dice: Random) -> float:
        think_s = self._think_s
        return min(dice.expovariate(1 / think_s), LONGEST_PAUSE * think_s) if think_s else 0.0


def _filled(message: str, dice: Random) -> str:
    return message.format(month=dice.choice(MONTHS), day=dice.randint(1, 28), number=dice.randint(10000, 99999))


def _without(contents: Sequence[str], avoided: Sequence[str]) -> Sequence[str]:
    return [content for content in contents if not any(phrase in content.casefold() for phrase in avoided)] or ["ok"]
