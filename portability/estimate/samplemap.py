"""The two maps that belong to a synthetic register, with its assumptions told at the head."""

from __future__ import annotations

from typing import Any

HEAD = """\
# Synthetic, no person: made by `portability estimate sample --members {members} --seed {seed}`.
# What is assumed, and is no statistic: who goes where and how often, contracts of 24 months with
# renewals, gaps and returns, {gap} percent of the women with a gap for raising a child, lower wages
# in domestic and care work, wages drawn between bounds, 2 percent lower for each year before 2026,
# {unknown} percent of the wages abroad unknown. A spell at home stands as the insurance there would
# certify it; a contract is a contract, and that it was insured is assumed.
"""
PERSON = """\
schema: portability/register-map@1
rows: {rows}
member: {{column: member_id}}
born: {{column: birth_date}}
sex: {{column: sex, words: {{F: female, M: male}}}}
residence: {{column: lives_in, words: {{{countries}}}}}
nationality: {{column: home, words: {{{countries}}}}}
claim: {{date: {claim}}}
"""
SPELL = """\
spell:
  scheme:
    column: destination
    words: {{{schemes}}}  # null: no scheme this program knows
  start: {{column: contract_start}}
  end: {{column: contract_end}}
  evidence: {{column: source, words: {{insurance: certified, contract: assumed}}}}
earnings:  # the first that gives a figure; results say which one it was
- {{from: contract_wage, column: monthly_wage, currency: {{column: wage_currency}}, per: month}}
- {{from: scheme_minimum, beyond: last}}
- {{from: national_average, beyond: last}}
"""


def maps(given: dict[str, Any], members: int, seed: int, claim: str) -> dict[str, str]:
    """File name -> text, for one row a spell and one row a member."""
    places = given["places"]
    head = HEAD.format(
        members=members,
        seed=seed,
        gap=given["child_gap"]["women"],
        unknown=given["unknown_wages"],
    )
    countries = ", ".join(f"{name}: {place['country']}" for name, place in places.items())
    schemes = ", ".join(f"{name}: {place['scheme'] or 'null'}" for name, place in places.items())

    def person(rows: str) -> str:
        return PERSON.format(rows=rows, countries=countries, claim=claim)

    spell = SPELL.format(schemes=schemes)
    nested = "spells: {column: spells}\n"
    return {
        "map.yaml": head + person("spell") + spell,
        "nested-map.yaml": head + person("member") + nested + spell,
    }
