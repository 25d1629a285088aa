"""Closed lists of English words that the support check reads; data, and no code.

Other languages pass through: their words count as content, their numbers and names are checked.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _in_order(text: str) -> list[str]:
    return text.split()


STOP_WORDS = _words(
    """
    a about above after again all also although am an and any are as at be because been before
    being below between both but by can could did do does doing down during each else etc for from
    further had has have having he her here hers herself him himself his how i if in into is it its
    itself just many me might more most much must my myself of off on once only or other our ours
    ourselves out over own per shall she should so some such than that the their theirs them
    themselves then there these they this those through to too under until up upon us very was we
    were what when where whether which while who whom whose why will with would yes you your yours
    yourself according mentioned called known name named
    """
)

NEGATIONS = _words(
    """
    not no never none nobody nothing nowhere neither nor without cannot fails failed lacks lacked
    n't ain't aren't can't couldn't didn't doesn't don't hadn't hasn't haven't isn't mustn't needn't
    shouldn't wasn't weren't won't wouldn't
    """
)

# "not only", "no longer than", "not until 1990": the fact after it stands.
NOT_NEGATING = _words("only just until till later less fewer more least necessarily but")

NUMBER_WORDS = {
    word: str(value)
    for value, names in {
        0: "zero",
        1: "one first once",
        2: "two second twice",
        3: "three third thrice",
        4: "four fourth",
        5: "five fifth",
        6: "six sixth",
        7: "seven seventh",
        8: "eight eighth",
        9: "nine ninth",
        10: "ten tenth",
        11: "eleven eleventh",
        12: "twelve twelfth dozen",
        13: "thirteen thirteenth",
        14: "fourteen fourteenth",
        15: "fifteen fifteenth",
        16: "sixteen sixteenth",
        17: "seventeen seventeenth",
        18: "eighteen eighteenth",
        19: "nineteen nineteenth",
        20: "twenty twentieth",
        30: "thirty thirtieth",
        40: "forty fortieth",
        50: "fifty fiftieth",
        60: "sixty sixtieth",
        70: "seventy seventieth",
        80: "eighty eightieth",
        90: "ninety ninetieth",
    }.items()
    for word in names.split()
}

# They say which, not how many.
ORDINALS = _words(
    """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth fortieth
    fiftieth sixtieth seventieth eightieth ninetieth
    """
)
ORDINAL_ENDINGS = _words("st nd rd th")

TENS = _in_order("twenty thirty forty fifty sixty seventy eighty ninety")
ONES = _in_order("one two three four five six seven eight nine")
ORDINAL_ONES = _in_order("first second third fourth fifth sixth seventh eighth ninth")
NUMBER_WORDS |= {
    f"{ten}-{one}": str(10 * i + j)
    for i, ten in enumerate(TENS, start=2)
    for ones in (ONES, ORDINAL_ONES)
    for j, one in enumerate(ones, start=1)
}
ORDINALS |= {f"{ten}-{one}" for ten in TENS for one in ORDINAL_ONES}

# Number words that are more often not a count; a source may use them so, an answer need not.
VAGUE_NUMBER_WORDS = _words("one first once second")

MONTHS = {
    month: str(number)
    for number, month in enumerate(
        _in_order(
            "january february march april may june july august september october november december"
        ),
        start=1,
    )
}

UNITS = {
    word: names.split()[0]
    for names in (
        "percent % per-cent pct percentage",
        "dollar $ dollars usd",
        "euro € euros eur",
        "pound £ pounds gbp lb lbs",
        "yen ¥ jpy",
        "hundred hundreds",
        "thousand thousands k",
        "million millions mn",
        "billion billions bn",
        "trillion trillions tn",
        "second seconds s sec secs",
        "minute minutes min mins",
        "hour hours h hr hrs",
        "day days",
        "week weeks",
        "month months",
        "year years yr yrs",
        "decade decades",
        "century centuries",
        "millimetre mm millimetres millimeter millimeters",
        "centimetre cm centimetres centimeter centimeters",
        "kilometre km kilometres kilometer kilometers",
        "metre metres meter meters",
        "m",
        "inch inches",
        "foot feet ft",
        "mile miles mi",
        "gram grams g",
        "kilogram kg kilograms kilo kilos",
        "tonne tonnes ton tons",
        "litre litres liter liters l",
        "degree degrees °",
        "byte bytes",
        "kilobyte kb kilobytes kib",
        "megabyte mb megabytes mib",
        "gigabyte gb gigabytes gib",
        "watt watts w",
        "volt volts v",
        "hertz hz",
    )
    for word in names.split()
}

SCALES = {
    "hundred": 100,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "m": 10**6,
}

PREPOSITIONS = _words(
    "about after against as at before between by during for from in into of on since than to until with"
)

PRONOUNS = _words("he she it they him her them his hers its their theirs")

# Swapping one for the other turns a statement round, and an embedding hardly notices.
OPPOSITES = tuple(
    (frozenset(left.split()), frozenset(right.split()))
    for left, right in (
        line.split("/")
        for line in """
    increase increases increased increasing rise rises rose risen grew grow/decrease decreases decreased decreasing fall falls fell fallen shrank declined decline
    more/less fewer
    higher/lower
    highest/lowest
    larger bigger greater/smaller
    largest biggest greatest/smallest
    most/least fewest
    longest/shortest
    earlier/later
    first/last
    earliest oldest/latest youngest newest
    north northern/south southern
    east eastern/west western
    left/right
    maximum/minimum
    above/below
    inside/outside
    include includes included including/exclude excludes excluded excluding
    allowed permitted allows permits/forbidden prohibited forbids prohibits banned
    mandatory required compulsory/optional voluntary
    true/false
    male/female
    positive/negative
    import imports imported/export exports exported
    always/never
    accept accepts accepted/reject rejects rejected
    hot hotter warm warmer/cold colder
    fast faster/slow slower
    begin begins began started starts/end ends ended
    """.strip().splitlines()
    )
)

# Names that people put for each other, and no word that is often something else ("us", "kingdom").
SAME_NAMES = {
    name: _words(others)
    for name, others in {
        "american": "america usa states",
        "americans": "america usa states",
        "america": "american usa states",
        "usa": "american america states",
        "states": "american america usa",
        "british": "britain uk",
        "britain": "british uk",
        "uk": "british britain",
        "soviet": "ussr",
        "ussr": "soviet",
        "tv": "television",
        "television": "tv",
        "earth": "world",
        "world": "earth",
        "avenue": "ave",
        "ave": "avenue",
        "street": "st",
        "saint": "st",
        "st": "street saint",
        "mount": "mt",
        "mt": "mount",
        "doctor": "dr",
        "dr": "doctor",
    }.items()
}

# What a model says about its sources rather than from them.
FRAMING = _words(
    """
    accordingly actually additionally although answer answers article based because besides certainly
    consequently context contrast conversely despite document documents during essentially even excerpt
    finally following furthermore generally given hence here however importantly information instead
    likewise meanwhile moreover nevertheless note notably overall passage passages provided question
    rather says short similarly since source sources specifically state stated states still summary
    sure certainly okay yes no text then thereby therefore thus today together ultimately unlike using whereas
    """
)

# Words that open a sentence with a capital and are no names.
OPENERS = _words(
    """
    afterward afterwards altogether among anybody anyone apart apparently around beside besides beyond
    born built commonly created currently depending despite different due earlier early elsewhere
    eventually every everybody everyone everything except experts first following formed formerly
    founded four frequently furthermore however initially instead largely last late later less like
    located made mainly meanwhile moreover mostly near nearly nevertheless new next nobody none
    normally nothing nowhere occasionally often one originally others otherwise overall part partly
    people perhaps possible presently previously primarily prior probably produced published quite
    recently regardless released researchers scientists second several shortly similarly since somebody
    someone something sometimes somewhat somewhere soon starring studies subsequently thereafter
    therefore third three throughout together toward towards two typically ultimately unless unlike
    usually various via whatever whenever whereas wherever whichever whoever widely within written
    years yet
    """
)

# Words that set one thing against another: "steel rather than iron".
CONTRASTING = _words("instead rather only")

# Words that deny without a "not".
DENYING = _words(
    """
    non unable refuse refused refuses prohibited prohibits forbidden forbids except excluding excludes
    excluded unless absent absence free exempt avoid avoids avoided denied denies
    rejected rejects unlikely impossible few little hardly rarely seldom stop stopped prevent prevents
    prevented against
    """
)
