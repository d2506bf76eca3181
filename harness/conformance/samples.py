"""Data for the checks, by hand: what the document shows, what people are called, where they live, what they write."""

Customer = dict[str, str]

# The document's own customer. It hides the address in emailAddress, so an ordinary one stands in its place.
DOCUMENTED_CUSTOMER: Customer = {
    "firstName": "Darren",
    "lastName": "Smith",
    "phoneNumber": "+1123456789",
    "emailAddress": "darren.smith@example.com",
    "unitNumber": "1-A",
    "address": "5 Summer St, MA 01045, USA",
}
DOCUMENTED_MESSAGE = "Hello world"

FIRST_NAMES = ("Maya", "Jonas", "Aiko", "Samir", "Lucía", "Tom", "Ngozi", "Ewa")
LAST_NAMES = ("Meyer", "Okafor", "Lindqvist", "Sato", "Haddad", "Costa", "Novak", "Reid")

PEOPLE = (
    ("Siobhán", "O'Brien"),
    ("Jean-Luc", "d’Artagnan"),
    ("José María", "Núñez Ibáñez"),
    ("Björk", "Guðmundsdóttir"),
    ("Łukasz", "Żółć"),
    ("Nguyễn", "Thị Hương"),
    ("李", "小龙"),
    ("さくら", "山田"),
    ("민준", "김"),
    ("محمد", "عبد الله"),
    ("נועה", "לוי"),
    ("Ирина", "Щербакова"),
    ("Γιώργος", "Παπαδόπουλος"),
    ("प्रिया", "शर्मा"),
    ("สมชาย", "ใจดี"),
    ("X", "Æ"),
    ("Null", "True"),
    ("Zoe\u0308", "Mu\u0308ller"),  # decomposed, as some keyboards send it
    ("Hubert Blaine", "Wolfeschlegelsteinhausenbergerdorff"),
    ("Anne & Bob", 'St. John "Jack" Smith'),
    ("瑞穂", "𠮷野"),  # beyond the basic plane, as in many Japanese names
    ("Kaʻiulani", "Keihanaikukauakahihuliheekahaunaele"),
    ("علی‌رضا", "حسینی"),  # with a zero-width non-joiner
    ("Priya d/o Raman", "Smith, Jr."),
    ("İbrahim", "Çağlayan"),
    ("O", "Ó"),
    ("Pablo Diego José Francisco de Paula Juan Nepomuceno", "Ruiz y Picasso de los Remedios Trinidad"),
    ("JOHN", "MC DONALD III"),
    ("Gal·la", "Büşra-Nur (Betty)"),
    ("None", "Undefined"),
)
# One number that is kept free for fiction, as people and their telephones write it.
PHONE_FORMATS = {
    "E.164": "+12025550143",
    "without the +": "12025550143",
    "00 in its place": "0012025550143",
    "national": "2025550143",
    "parentheses": "(202) 555-0143",
    "dashes": "202-555-0143",
    "dots": "202.555.0143",
    "spaces": "+1 202 555 0143",
    "an extension": "+12025550143 ext. 12",
    "tel:": "tel:+1-202-555-0143",
    "a short code": "55501",
    "letters": "+1202FLOWERS",
}
ADDRESSES = (
    "12 King's Rd, Flat #4/2",
    "Straße des 17. Juni 135, 10623 Berlin",
    "〒100-0001 東京都千代田区千代田1-1",
    "Apt. 5; c/o O'Neil, 100% Ave",
    "ул. Ленина, д. 5, кв. 12, Москва",
    "Calle Ñuñoa № 8 – 2º izq., 28013 Madrid (España)",
    "The Old Mill House, Flat 3 <rear>, 117 Upper Saint Bartholomew's Church Road, Stratford-upon-Avon, CV37 6AA, UK",
)
# Of people in other countries, in E.164; of ranges kept free for fiction where a country has one.
PHONE_NUMBERS = ("+447700900123", "+353209100123", "+61491570156", "+33199001234", "+4917604069001")
UNITS = ("1-A", "B/2", "#5", "12½", "PH", "Suite 4, 3rd floor", "二")
EMAILS = (
    "siobhan.o'brien{}@example.com",
    "jean-luc+home{}@mail.example.co.uk",
    "X{}@EXAMPLE.ORG",
    "a_b-c.d{}@sub.domain.example.photography",
    "{}@example.net",
)

MESSAGES = (
    "I can't get into my flat, it's locked!",
    'She said "call me back" -- at 5\'o clock; ok?',
    "Die Heizung ist kaputt, 3° im Bad: können Sie helfen?",
    "我的空调坏了，什么时候能修？",
    "الماء لا يعمل في المطبخ",
    "המפתח שלי אבד",
    "Кран течёт, помогите…",
    "नमस्ते, किराया कब देना है?",
    "👍🏽 thanks 👨‍👩‍👧‍👦 🏳️‍🌈 🇧🇷",
    "line one\nline two\r\n\r\nline four",
    "50% off? 1 < 2 && 3 > 2 <b>really</b> {{x}} ${y} %s \\n",
    "'; DROP TABLE messages; -- ",
    "?",
    "0",
    "null",
    "e\u0301 o\u0308 n\u0303 (decomposed)",
    "https://example.com/a?b=c&d=%20#e",
    '{"content": "Hello"}',
    "[1, 2]",
    "true",
    "3.14",
    "¡Hola! ¿Qué tal? — «bien», „gut“ … ™ © € £ ½",
    "Zürich–Genève 20°C ≠ 68°F ✓",
    "ขอบคุณครับ",
    "ありがとう、𠮷野さん",
    "z̷̢̛a̶͎͝l̸̰̽g̴̛͜o̷͙͝",
    "ab",
    "   leading and trailing   ",
    "thx!!! :-) <3",
    "/help me, please",
    "Rent: $20, 20\u00a0$ or 20\u202f€ - $& and $1?",
    "zero\u200bwidth \u200eand\u200f marks",
    "\ufeffHello",
    "12345",
    "SELECT a flat FROM the list WHERE rent < 1000; or 1=1",
    "x" * 400,
    "ha" * 200,
    "...",
    "OK\n",
    "line\u2028separator",
    "+1 (555) 010-0199",
    "A" * 161,
)
LONGEST_MESSAGE = 4096
# How a webhook's URL may end, so that every careless treatment shows: as (path, query).
URL_ENDINGS = (("", "channel=sms&Tag=A-b_c.1&Tag=x%26y&n=0"), ("/Deep/Path.v1/a%20b%2Fc/", ""))
# Where implementations are known to have an edge: an SMS, a byte, a column, a buffer.
LENGTHS = (160, 161, 255, 256, 257, 500, 501, 512, 513, 1000, 1001, 1024, 1025, 1600, 2000, 2048, 2049, 4000, 4096)


def page(length: int = LONGEST_MESSAGE) -> str:
    """A pasted page of that many characters."""
    text = "The tap in the kitchen drips, and nobody came on Monday. It isn't urgent, but please call.\n"
    return (text * (length // len(text) + 1))[:length]


def customer(number: int = 0) -> Customer:
    """A customer with every documented field, who shares no phone number and no email address with another."""
    first = FIRST_NAMES[number % len(FIRST_NAMES)]
    last = LAST_NAMES[number // len(FIRST_NAMES) % len(LAST_NAMES)]
    return {
        "firstName": first,
        "lastName": last,
        # Of the numbers that are kept free for fiction, so that nobody's telephone rings.
        "phoneNumber": f"+1{201 + number // 100 % 780}55501{number % 100:02}",
        "emailAddress": f"customer.{number}@example.com",
        "unitNumber": f"{number % 40 + 1}-B",
        "address": f"{number + 1} Summer St, MA 01045, USA",
    }


def real_people() -> list[Customer]:
    """Customers with every field, whose names and addresses are as people have them."""
    return [
        {
            **customer(9_000 + number),
            "firstName": first,
            "lastName": last,
            "phoneNumber": PHONE_NUMBERS[number % len(PHONE_NUMBERS)],
            "emailAddress": EMAILS[number % len(EMAILS)].format(number + 1),
            "unitNumber": UNITS[number % len(UNITS)],
            "address": ADDRESSES[number % len(ADDRESSES)],
        }
        for number, (first, last) in enumerate(PEOPLE)
    ]


def strangers(count: int) -> list[Customer]:
    """Customers who share nothing: no name, no number, no address, not even a unit."""
    return [
        {
            "firstName": f"{FIRST_NAMES[number % len(FIRST_NAMES)]}{_letters(number)}",
            "lastName": f"{LAST_NAMES[number % len(LAST_NAMES)]}{_letters(number)}",
            "phoneNumber": f"+1{205 + 7 * number}55501{number % 100:02}",
            "emailAddress": f"stranger{number}@n{number}.example.com",
            "unitNumber": f"{number + 1}-{_letters(number).upper()}",
            "address": f"{100 + number} {_letters(number).title()} St, MA {10_000 + 37 * number}, USA",
        }
        for number in range(count)
    ]


def alike_by_chance(one: Customer, others: list[Customer]) -> list[Customer]:
    """Strangers still: each has one thing in common with `one` that says nothing about who they are."""
    local, _, domain = one["emailAddress"].partition("@")
    number, _, street = one["address"].partition(" ")
    in_common = (
        {"firstName": one["firstName"]},
        {"lastName": one["lastName"]},
        {"unitNumber": one["unitNumber"]},
        {"phoneNumber": f"+1929{one['phoneNumber'][5:]}"},
        {"phoneNumber": f"{one['phoneNumber'][:-2]}99"},
        {"emailAddress": f"{local}@elsewhere.example.org"},
        {"emailAddress": f"somebody.else@{domain}"},
        {"address": f"{number} Elsewhere Rd, TX 73301, USA"},
        {"address": f"9{number} {street}"},
    )
    return [{**who, **common} for who, common in zip(_unlike(others), in_common, strict=False)]


def _unlike(others: list[Customer]) -> list[Customer]:
    """As many more people, who share nothing with those either."""
    return [
        {name: f"{value}x" if name.endswith("Name") else value for name, value in who.items()}
        | {"phoneNumber": f"+44770090{number:04}", "emailAddress": f"x{number}@x{number}.example.net"}
        | {"unitNumber": f"X{number}", "address": f"{7000 + number} Far Away Ln, CA {90_000 + number}, USA"}
        for number, who in enumerate(others)
    ]


def _letters(number: int) -> str:
    return chr(ord("a") + number // 26 % 26) + chr(ord("a") + number % 26)
