"""Who the customers are: names, phones and addresses of the kinds that real people have. Pure: the dice are given.

Phone numbers come from the ranges set aside for fiction, mail addresses from reserved domains.
"""

import re
import unicodedata
from random import Random

# Given name and family name belong together: each pair is a person who could exist.
NAMES = (
    ("Darren", "Smith"),
    ("Siobhán", "O'Connor"),
    ("José", "García López"),
    ("Anne-Marie", "Dubois-Lefèvre"),
    ("Zoë", "van der Berg"),
    ("Jürgen", "Müller"),
    ("Nguyễn", "Thị Hồng"),
    ("Łukasz", "Wiśniewski"),
    ("Ólafur", "Þórðarson"),
    ("Søren", "Nygård"),
    ("D'Angelo", "St. John"),
    ("Mehmet", "Yılmaz"),
    ("Ioana", "Țurcanu"),
    ("Béla", "Szőke"),
    ("Maria da Conceição", "dos Santos"),
    ("Latoya", "Washington"),
    ("Wei", "李"),
    ("美咲", "佐藤"),
    ("지훈", "김"),
    ("Олена", "Шевченко"),
    ("Γιώργος", "Παπαδόπουλος"),
    ("محمد", "الأحمد"),
    ("נועה", "כהן"),
    ("प्रिया", "शर्मा"),
    ("สมชาย", "ใจดี"),
    ("Jo", "Ng"),
    ("Hubert Blaine", "Wolfeschlegelsteinhausenbergerdorff Sr."),
    ("Ngozi", "Okonkwo"),
    ("Tāne", "Ngāpuhi"),
    ("Bob", "Null"),
)
PHONES = (
    "+1{area}55501{last}",
    "+1 {area} 555 01{last}",
    "({area}) 555-01{last}",
    "{area}-555-01{last}",
    "1-{area}-555-01{last} x{extension}",
    "+44 20 7946 0{extension}",
    "+44 7700 900{extension}",
    "+61 491 570 {extension}",
)
AREAS = (202, 213, 305, 312, 413, 512, 617, 702, 808, 917)
STREETS = (
    "{number} Summer St, MA 01045, USA",
    "{number} Martin Luther King Jr. Blvd, Apt #{unit}, Chicago, IL 60653, USA",
    "{number}½ O'Farrell Street, San Francisco, CA 94102, USA",
    "P.O. Box {number}, Boise, ID 83701, USA",
    "Flat {unit}, {number} St John's Wood Road, London NW8 8NX, UK",
    "Straße des 17. Juni {number}, 10623 Berlin, Deutschland",
    "{number} rue de l'Église, 75015 Paris, France",
    "Calle Núñez de Balboa, {number}, 2º B, 28001 Madrid, España",
    "〒150-0002 東京都渋谷区渋谷{number}-1",
    "{number} Rruga e Kavajës\nTiranë 1001, Shqipëria",
)
UNITS = ("1-A", "12B", "#304", "PH-2", "3/7", "Building C, 2nd floor", "G", "1408")


def customer(dice: Random) -> dict[str, str]:
    """The `customer` object of a createSession request, with every documented field."""
    first, last = dice.choice(NAMES)
    unit = dice.choice(UNITS)
    return {
        "firstName": first,
        "lastName": last,
        "phoneNumber": _phone(dice),
        "emailAddress": _email(first, last, dice),
        "unitNumber": unit,
        "address": dice.choice(STREETS).format(number=dice.randint(1, 9999), unit=unit),
    }


def _phone(dice: Random) -> str:
    last, extension = dice.randint(0, 99), dice.randint(100, 999)
    return dice.choice(PHONES).format(area=dice.choice(AREAS), last=f"{last:02}", extension=extension)


def _email(first: str, last: str, dice: Random) -> str:
    plain = unicodedata.normalize("NFKD", f"{first}.{last}").encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9.]+", "", plain).strip(".") or "resident"
    return f"{name}+{dice.randint(1, 99999)}@{dice.choice(('example.com', 'example.org', 'mail.example.net'))}"
