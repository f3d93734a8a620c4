"""What an agreement says, clause by clause, in the order in which the field reads it.

    from portability import catalogue
    from portability.compare import clauses

    for clause in clauses.of(catalogue.find("us-de")):
        print(clause.heading, clause.part, clause.scheme, clause.branch, clause.text)

`of` lays out the whole text: its blocks (parties, persons, export …), the chapter on the applicable
legislation, and for every scheme and branch the rules that the engine would try for it, with
defaults and annex rows laid over one another (`Agreement.rules_for`). A block the file does not
hold gives no clause; a block that says unknown, none or not_regulated gives one whose `meaning` is
that `Absent`. `clause.meaning` compares with `==` (see `meaning`), `clause.raw` is what the file
holds, `clause.value` the engine's own object where there is one (a `Count`, an `AmountRule` …).

    posting = [c for c in clauses.of(text) if c.part == "legislation.posting"]
    minimum = [c for c in clauses.of(text) if c.part == "rule.own_minimum"]

The headings, their order and the names of all parts stand in `headings.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable

from portability import registry
from portability.agreement import Agreement
from portability.agreement_blocks import many
from portability.cohort import BRANCHES
from portability.compare.clause import Clause, Heading, headings, place
from portability.compare.reading import Reader
from portability.compare.ruled import EVERY, Rules, country_of, scheme_source

__all__ = ["EVERY", "Clause", "Heading", "branches_of", "headings", "of", "schemes_of"]


def of(agreement: Agreement, schemes: Iterable[str] | None = None) -> tuple[Clause, ...]:
    """Every clause of a text, in the field's order.

    schemes: the schemes whose rules are laid out; None: those of the parties that have rules (a
    model without parties: one scheme that stands for every one, `EVERY`).
    """
    reader = Reader(agreement)
    rules = Rules(reader)
    wanted = tuple(schemes) if schemes is not None else schemes_of(agreement)
    made = [*reader.blocks(), *reader.legislation()]
    made += reader.undivided()
    made += [c for scheme in wanted for c in rules.of(scheme, branches_of(agreement, scheme))]
    return tuple(sorted(made, key=lambda clause: place(clause)[:2]))


def schemes_of(agreement: Agreement) -> tuple[str, ...]:
    """Schemes of the parties that have a rule under the agreement, in the order of the parties; of
    a model `EVERY`, and those it names."""
    if agreement.any_party:
        rows = [*(many(agreement.raw.get("rules")) or ()), *agreement.raw.get("annex", ())]
        named = [s for row in rows if isinstance(row, dict) for s in many(row.get("scheme")) or ()]
        return (EVERY, *sorted(set(named)))
    parties = agreement.countries()
    ids = [scheme for scheme in registry.ids() if registry.country_of(scheme) in parties]
    ids.sort(key=lambda scheme: (parties.index(registry.country_of(scheme)), scheme))
    return tuple(scheme for scheme in ids if branches_of(agreement, scheme))


def branches_of(agreement: Agreement, scheme: str) -> tuple[str, ...]:
    """Branches in which a scheme has rules: those a rule names for it, and those the text covers
    and the scheme has."""
    country, source = country_of(scheme), scheme_source(scheme)
    own = BRANCHES if source is None else source.branches
    scope = many(agreement.raw.get("branches")) or own
    out = []
    for branch in BRANCHES:
        rules = agreement.rules_for(scheme, country, branch)
        named = any(rule.path.startswith("rules") and rule.branches for rule in rules)
        if rules and (named or (branch in own and (branch in scope or rules[0].branches))):
            out.append(branch)
    return tuple(out)
