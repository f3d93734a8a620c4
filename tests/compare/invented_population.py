"""An invented population small enough to be worked out by hand, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from portability.compare import population
from portability.compare.population import Population

Json = dict[str, Any]

SMALL = """
schema: portability/population@1
title: Invented, for a test
countries: [DE, US]
entry: 2028-01-01
claim: 2026-03-01
persons: invented persons
sources:
  book: {title: A book, url: "https://example.org/book", locator: p. 1, seen: 2026-11-24}
assumptions:
  years: {low: 10, central: 20, high: 30, unit: years, assumed: invented}
  all_of_it: {low: 100, central: 100, high: 100, unit: percent of the months, assumed: invented}
  level: {low: 50, central: 100, high: 200, unit: percent, assumed: invented}
  few: {low: 20, central: 40, high: 60, unit: percent, assumed: invented}
  odds: {low: 1, central: 4, high: 9, unit: odds, assumed: invented}
years_paid: years
total:
  a_year: {low: 3, central: 5, high: 8, source: book, says: five}
  in_payment: {low: 100, central: 120, high: 150, assumed: invented}
dimensions:
  sex: [female, male]
  record: [short, long]
margins:
- {of: sex, shares: {female: 60, male: 40}, source: book, says: 60 and 40 percent}
- {of: record, shares: {short: few, long: rest}, assumed: invented}
seed:
- {where: {sex: female, record: short}, times: odds}
moved:
  record: {short: [31, 34], long: [45, 45]}
careers:
- where: {}
  age: 67
  residence: DE
  nationality: DE
  assumed: invented
  work:
  - {scheme: us-oasdi, from: 30, until: move, share: all_of_it, earnings: {percent: level}}
  - {scheme: de-grv, from: move, until: 65, share: all_of_it, earnings: {percent: level}}
kept: [sex and record]
lost: [everything else]
calibration:
  count: 40
  what: pensioners by the agreement
  source: book
  says: forty
  entitled: {scheme: us-oasdi, under: us-de}
"""


def loaded(tmp_path: Path, text: str = SMALL) -> Population:
    path = tmp_path / "small.yaml"
    path.write_text(text, "utf-8")
    return population.load(path)


class Plain(yaml.SafeDumper):
    """Every value written out: the reader refuses aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def dumped(text: Json) -> str:
    return yaml.dump(text, Dumper=Plain, sort_keys=False)


def changed(tmp_path: Path, **changes: Any) -> Population:
    return loaded(tmp_path, dumped({**yaml.safe_load(SMALL), **changes}))
