"""The two tables of an estimate: members in, results out, as Arrow schemas.

MEMBERS has one row a person and no name; RESULTS one row per member, scheme, route and benefit.
Money in results is decimal with three places (no currency that is paid has more, ISO 4217).
"""

from __future__ import annotations

import pyarrow as pa

EARNINGS_FROM = ("record", "contract_wage", "scheme_minimum", "national_average", "none")
STATUSES = ("not_entitled", "entitled", "deferred", "unknown")
BENEFITS = ("pension", "refund")
AGE_BANDS = ("under 25", "25-34", "35-44", "45-54", "55-64", "65 and over")

WORD = pa.dictionary(pa.int8(), pa.string())
CODE = pa.dictionary(pa.int16(), pa.string())
MONEY = pa.decimal128(18, 3)
MONEY_DIGITS = 3

LINE = pa.struct(
    [
        ("scheme", CODE),
        ("kind", WORD),
        ("start", pa.date32()),
        ("end", pa.date32()),  # the last day
        ("credited", pa.int64()),  # thousandths of the scheme's unit
        ("earnings", pa.int64()),  # minor units of the scheme's currency, for the whole line
        ("evidence", WORD),
        ("status", WORD),
        ("path", WORD),  # one of EARNINGS_FROM
    ]
)
MEMBERS = pa.schema(
    [
        ("member", pa.string()),
        ("row", pa.int64()),
        ("born", pa.date32()),
        ("claim", pa.date32()),
        ("event", pa.date32()),
        ("sex", WORD),
        ("residence", CODE),
        ("nationality", CODE),
        ("periods", pa.list_(LINE)),
    ]
)
RESULTS = pa.schema(
    [
        ("member", pa.string()),
        ("sex", WORD),
        ("age_band", WORD),  # at the claim
        ("residence", CODE),
        ("country", CODE),  # of the scheme
        ("scheme", CODE),
        ("benefit", WORD),
        ("route", CODE),
        ("chosen", pa.bool_()),  # the route that decides this scheme's answer
        ("status", WORD),  # of the scheme's answer where chosen, of the route otherwise
        ("unit", WORD),
        ("own", pa.int64()),
        ("foreign", pa.int64()),
        ("counted", pa.int64()),
        ("required", pa.int64()),  # null where nobody knows
        ("numerator", pa.int64()),
        ("denominator", pa.int64()),
        ("low", MONEY),
        ("likely", MONEY),
        ("high", MONEY),
        ("currency", CODE),
        ("per", WORD),
        ("from", pa.date32()),
        ("missing_months", pa.int64()),
        ("reached", pa.date32()),  # if nothing interrupts the work in this scheme from the claim on
        ("deadline", pa.date32()),  # last day on which the refund can be asked for
        ("equals_months", pa.int64()),  # refund / the scheme's own monthly pension, rounded up
        ("loses", CODE),  # what a refund takes away in other schemes
        ("assumed", CODE),
        ("evidence_needed", CODE),
        ("reason", CODE),
        ("detail", CODE),
    ]
)
