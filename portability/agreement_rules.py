"""The format of a rule: what `agreement_schema` uses for rules, defaults and annex rows."""

from __future__ import annotations

from portability.cohort import BRANCHES, KINDS
from portability.shape import Country, Day, Exactly, Flag, Nothing, Shape, Text, Whole, Word
from portability.shape_lists import SPELL, Either, Fields, Listed, MapOf, Row
from portability.units import UNITS

ABSENT = ("unknown", "not_regulated", "none")

NAME = Text("a name in small letters such as art13", r"[a-z0-9][a-z0-9_-]*")
SCHEME = Text("a scheme id such as de-grv", r"[a-z]{2}-[a-z0-9-]+")
URL = Text("an address beginning with https:// or http://", r"https?://\S+")
ABSENCE = Word(ABSENT)
UNKNOWN = Exactly("unknown")
SCHEMES = Listed(SCHEME, alone=True, least=1)
COUNTRIES = Listed(Country(), alone=True, least=1)
BRANCH_LIST = Listed(Word(BRANCHES), alone=True, least=1)
KIND_LIST = Listed(Word(KINDS), alone=True, least=1)
PAIR = Row((Whole(0), Whole(1)))
RATIO = Either((Whole(1, 1), PAIR))

CITE = Either(
    (
        Text(),
        Fields(
            {
                "article": Text(),
                "source": NAME,
                "url": URL,
                "quote": Text("a short phrase of the text", longest=200),
            },
            needs=("article",),
            words="an article, or {article, source | url, quote}",
        ),
    )
)


# One of the three reasons with the article that says it.
SAYS = Fields(
    {"says": ABSENCE, "cite": CITE, "note": Text()},
    needs=("says",),
    marked_by=("says",),
    words="{says: unknown | not_regulated | none, cite}",
)


def says(shape: Shape) -> Shape:
    """A clause of the text, or one of the three reasons why there is none, bare or with its
    article."""
    return Either((ABSENCE, SAYS, shape))


def block(shape: Shape) -> Shape:
    """A block of the text, or one of the three reasons why there is none."""
    return Either((ABSENCE, shape))


CONVERSION = Fields(
    {
        **{unit: Whole(1) for unit in UNITS},
        "gives": SPELL,
        "remainder_from": Whole(1),
        "fill_to": Whole(1),
        "per": Word(("calendar_year", "total", "period", "as_certified")),
        "place": Word(("anywhere", "covered_units", "consecutive")),
        "constants": MapOf(Whole(1800, 2200), Whole(0)),
    },
    needs=("gives",),
    one_of=(UNITS,),
    words="a conversion such as {month: 3, gives: {quarter: 1}}",
)

EQUIVALENT = Fields(
    {unit: Whole(1) for unit in UNITS[1:]},
    needs=UNITS[1:],
    words="days of a {week, month, quarter, year}",
)
CONVERSION_TABLE = Fields(
    {
        "equal": MapOf(Whole(5, 7), EQUIVALENT),
        "weeks_via": Whole(5, 7),
        "remainder_from": Whole(1),
        "per": Word(("calendar_year", "total", "period", "as_certified")),
        "fill_to": Fields({unit: Whole(1) for unit in UNITS}),
        "cite": CITE,
    },
    needs=("equal",),
    words="a table of equivalences {equal: {7: {week: 7, month: 30, …}}, …}",
)

TERM = Either(
    (
        Text("own | foreign | counted | minimum | a period the scheme names", r"[a-z][a-z0-9_]*"),
        Fields(
            {
                **{unit: Whole(1) for unit in UNITS},
                "complement": SPELL,
                "by_born": Listed(
                    Row((Either((Nothing(), Day())), Either((Nothing(), Day())), Whole(1))), least=1
                ),
                "ages": Row((Whole(0, 120), Whole(0, 120))),
                "unit": Word(UNITS),
                "from": Day(),
                "term": NAME,
            },
            one_of=((*UNITS, "complement", "by_born", "ages", "term"),),
            words="{month: 420} | {complement: {month: 540}} | "
            "{by_born: [[from, to, k]]} | {ages: [20, 60]}",
        ),
    )
)

AMOUNT = Fields(
    {
        "basis": Word(("own", "theoretical", "minimum", "unknown")),
        "numerator": TERM,
        "denominator": TERM,
        "at_most": RATIO,
        "in": Fields(
            {**{unit: Whole(1) for unit in UNITS}, "round": Word(("up", "down", "half_up"))},
            one_of=(UNITS,),
            needs=("round",),
            words="a step such as {day: 30, round: up}",
        ),
        "cap": Fields(
            {"to": TERM, "of": Word(("both", "denominator", "numerator"))},
            needs=("to",),
            words="{to: full_career}",
        ),
        "plus": Word(("displaced",)),
        "not_above": Word(("own_amount",)),
        "cite": CITE,
    },
    needs=("basis",),
    marked_by=("basis",),
    words="{basis: own | theoretical | minimum, …}",
)
AMOUNTS = Either((UNKNOWN, AMOUNT, MapOf(NAME, Either((UNKNOWN, AMOUNT)))))

COUNT = Fields(
    {
        "schemes": Either((Word(("parties", "others")), Listed(SCHEME, least=1))),
        "kinds": Fields(
            {"only": KIND_LIST, "not": KIND_LIST},
            one_of=(("only", "not"),),
            words="{only: [...]} or {not: [...]}",
        ),
        "from": Day(),
        "until": Day(),
        "from_age": Whole(0, 120),
        "to_age": Whole(0, 120),
        "unit": Either((UNKNOWN, CONVERSION, NAME)),
        "overlap": Word(("own_first", "art12")),
        "codes": Fields(
            {
                "only": Listed(Text(), alone=True, least=1),
                "not": Listed(Text(), alone=True, least=1),
            },
            one_of=(("only", "not"),),
            words="{only: [...]} or {not: [...]}",
        ),
        "as_needed": Flag(),
        "for": Listed(Word(("right", "amount")), alone=True, least=1),
        "branches": BRANCH_LIST,
        "cite": CITE,
        "note": Text(),
    },
    needs=("schemes", "unit"),
    words="{schemes, unit, …}",
)

CONDITION = Fields(
    {"own": SPELL, "foreign": SPELL, "counted": SPELL},
    one_of=(("own", "foreign", "counted"),),
    words="{counted: {year: 20}}",
)
FLOOR = Fields(
    {"stage": Word(("before", "after")), "to": NAME, "share": PAIR, "if": CONDITION, "cite": CITE},
    needs=("stage",),
    words="{stage: before | after, to: minimum_pension}",
)
BELOW = Fields(
    {
        "less_than": SPELL,
        "unless": Word(("own_right",)),
        "then": Word(("others_absorb", "others_count", "lost")),
        "all_below": Word(("each_own", "last_full", "last_as_own", "nobody")),
        "cite": CITE,
    },
    needs=("less_than", "then"),
    words="{less_than: {year: 1}, then: …}",
)
TAKE_OVER = Fields(
    {
        "from": SPELL,
        "less_than": SPELL,
        "by": Word(("longest",)),
        "tie": Word(("last", "first")),
        "requires": Word(("bilateral",)),
        "cite": CITE,
        "payment": Fields({"times": Whole(1), "of": Word(("yearly_part",))}, needs=("times", "of")),
    },
    needs=("from", "less_than", "by"),
    words="{from: {year: 1}, less_than: {year: 5}, by: longest}",
)
SHARE = Fields(
    {"schemes": SCHEMES, "numerator": TERM, "denominator": TERM, "at_most": RATIO},
    needs=("schemes", "numerator", "denominator"),
    words="{schemes, numerator, denominator}",
)
CONCURRENCE = Fields(
    {
        "kind": Word(("income_test", "top_up")),
        "of": Either((Word(("all",)), Listed(SCHEME, least=1))),
        "reads": Word(("final", "before")),
        "to": NAME,
        "payer": Word(("residence",)),
        "shares": Listed(SHARE),
        "cite": CITE,
        "note": Text(),
    },
    needs=("kind", "of"),
    words="{kind: income_test | top_up, of, …}",
)
CHOOSE = Fields(
    {
        "order": Word(("highest", "applicant", "totalized", "first")),
        "tie": Word(("national", "totalized")),
        "cite": CITE,
    },
    needs=("order",),
    words="{order: highest | applicant | totalized | first, tie: …}",
)
THIRD_STATES = Fields(
    {
        "bound": Either((Word(("both", "own")), Country(), Listed(Country(), least=1))),
        "for": Listed(Word(("right", "amount")), alone=True, least=1),
        "unit": Either((Word(("theirs", "unknown")), CONVERSION)),
        "cite": CITE,
        "note": Text(),
    },
    needs=("bound", "for"),
    words="{bound: both | own | DE, for: [right], unit: theirs}",
)
RECORD = Fields(
    {
        "only": Either((NAME, SCHEMES)),
        "some": Either((NAME, SCHEMES)),
        "country": Country(),
        "at_least": SPELL,
        "less_than": SPELL,
    },
    one_of=(("only", "some", "country"),),
    words="{only: [...]} | {some: [...]}: ids or a list's name | {country: NZ, less_than: …}",
)
OWN_MINIMUM = Fields(
    {**{unit: Whole(1) for unit in UNITS}, "continuous": SPELL},
    one_of=(UNITS,),
    words="a length such as {month: 12}",
)
WITH_VALUE = Either((Flag(), Whole(), PAIR, Text()))

BEHAVIOUR: dict[str, Shape] = {
    "record": RECORD,
    "payer": Word(("event",)),
    "bars": Word(("national",)),
    "when": Word(("only_if_needed", "always")),
    "own_minimum": says(OWN_MINIMUM),
    "own_from": Day(),
    "counts": Listed(COUNT),
    "amount": AMOUNTS,
    "floors": Listed(FLOOR),
    "below_minimum": BELOW,
    "take_over": TAKE_OVER,
    "concurrence": CONCURRENCE,
    "third_states": says(THIRD_STATES),
    "choose": CHOOSE,
    "with": MapOf(NAME, WITH_VALUE),
    "cite": CITE,
    "note": Text(),
    "defect": Text(),
}
CONDITIONS: dict[str, Shape] = {
    "branches": BRANCH_LIST,
    "from": Day(),
    "until": Day(),
    "nationalities": COUNTRIES,
    "residence": Fields(
        {"in": COUNTRIES, "not": COUNTRIES},
        one_of=(("in", "not"),),
        words="{in: [...]} or {not: [...]}",
    ),
}
RULE = Fields(
    {"scheme": SCHEMES, "country": COUNTRIES, **CONDITIONS, **BEHAVIOUR},
    one_of=(("scheme", "country"),),
    needs=("counts", "amount"),
    words="a rule {scheme, counts, amount, …}",
)
DEFAULT = Fields(
    {**CONDITIONS, **BEHAVIOUR}, needs=("counts", "amount"), words="a rule without scheme"
)
ANNEX_ROW = Fields(
    {
        "scheme": SCHEMES,
        "country": COUNTRIES,
        "branches": BRANCH_LIST,
        "excluded": Flag(),
        "residence": CONDITIONS["residence"],
        "nationalities": COUNTRIES,
        **BEHAVIOUR,
    },
    one_of=(("scheme", "country"),),
    words="{scheme | country, what differs …}",
    patch=True,
)
