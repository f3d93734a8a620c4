"""The files of a new scheme, ready to fill in (docs/add-a-country.md)."""

from __future__ import annotations

from pathlib import Path

from portability.countries import COUNTRIES, CURRENCIES, USER_ASSIGNED
from portability.errors import Fault, InputError, nearest

SCHEME = """\
schema: portability/scheme@1
id: {id}
country: {code}
name: FILL IN the official name (and the law)
currency: {currency}
unit: {unit}
branches: [old_age]
calculator: none            # `parametric` for YAML alone, or calculators.{folder}.{scheme}:{cls}
sources:
  law: {{title: FILL IN, url: "https://", seen: {today}}}
tables: {{}}
  # pension_age:
  #   by: born
  #   unit: month
  #   cite: Act s. 1
  #   source: law
  #   checked: {today}
  #   rows:
  #     - {{from: 1900-01-01, value: 780}}
"""
WORDS = """\
# Sentences for the steps of {id}: key of the step -> plain words; {{value}} and the step's inputs
# may be used.
"""
EXAMPLE = """\
schema: portability/example@1
id: {id}-first
title: FILL IN what the official example shows
source: {{title: FILL IN, url: "https://", authority: official, seen: {today}}}
out_of_scope: no calculator yet
case:
  person: {{born: 1960-01-01}}
  claim: {{branch: old_age, date: 2025-01-01}}
  periods:
    - {{scheme: {id}, kind: compulsory, start: 1990-01-01, end: 1999-12-31}}
expect:
  {id}: {{periods: {{own: 120}}}}
"""
TEST = '''\
"""{id}: the plain oracle against the calculator, and both sides of every change of law."""

from portability import registry


def test_the_scheme_loads_and_names_its_country() -> None:
    scheme = registry.load("{id}")
    assert (scheme.country, scheme.unit) == ("{code}", "{unit}")
'''


def write(
    root: Path, country: str, scheme: str, currency: str, unit: str, today: str = ""
) -> list[Path]:
    """Write the drawer below `root`; returns the new files. Raises InputError if something
    stands there already."""
    code = country.upper()
    check(code, scheme, currency)
    folder = f"{code.lower()}_" if code.lower() in ("in", "is", "as") else code.lower()
    known = {
        "id": f"{code.lower()}-{scheme}",
        "code": code,
        "currency": currency,
        "unit": unit,
        "scheme": scheme,
        "folder": folder,
        "cls": scheme.capitalize(),
        "today": today or today_iso(),
    }
    drawer = root / "calculators" / folder
    texts = {
        drawer / f"{scheme}.yaml": SCHEME.format(**known),
        drawer / f"{scheme}.en.yaml": WORDS.format(**known),
        root / "tests" / "cases" / "national" / f"{known['id']}-first.yaml": EXAMPLE.format(
            **known
        ),
        root / "tests" / "schemes" / f"test_{code.lower()}_{scheme}.py": TEST.format(**known),
    }
    taken = [path for path in texts if path.exists()]
    if taken:
        raise InputError(
            [
                Fault(f"{path}:1:1", "(file)", "a file", "a new place; nothing is overwritten")
                for path in taken
            ]
        )
    drawer.mkdir(parents=True, exist_ok=True)
    (drawer / "__init__.py").touch()
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return list(texts)


def check(code: str, scheme: str, currency: str) -> None:
    faults = []
    if code not in COUNTRIES and code not in USER_ASSIGNED:
        faults.append(
            Fault(
                "country:1:1", "XX", repr(code), "an ISO 3166 country code", code="unknown_country"
            )
        )
    if not scheme.isidentifier() or scheme != scheme.lower():
        faults.append(
            Fault("scheme:1:1", "scheme", repr(scheme), "a short lower-case word such as pension")
        )
    if currency not in CURRENCIES:
        faults.append(
            Fault(
                "currency:1:1",
                "--currency",
                repr(currency),
                "an ISO 4217 code",
                nearest(currency.upper(), CURRENCIES),
                "unknown_currency",
            )
        )
    if faults:
        raise InputError(faults)


def today_iso() -> str:
    from datetime import date

    return date.today().isoformat()
