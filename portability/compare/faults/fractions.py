"""Fractions: upside down, above one, adding up to more than the whole; limits that never bind."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import evolve

from portability.agreement import Agreement, AmountRule, Rule, Term
from portability.compare.faults import bands
from portability.compare.faults.effects import amount, grouped, none, shown
from portability.compare.faults.model import (
    PENSIONS,
    Finding,
    Json,
    Text,
    changed,
    component_path,
    finding,
)
from portability.compare.faults.people import Life, ask, lives_of, owner, partner
from portability.compare.faults.speech import ratio, term_said
from portability.countries import COUNTRIES
from portability.registry import country_of
from portability.units import PER_YEAR
from portability.yamlsource import Path_

FIXED = ("minimum", "fixed", "by_born", "window")
LONGEST = 60 * 12  # months: no career is longer
BETTER = {"basis": "theoretical", "numerator": "own", "denominator": "counted"}
CAREERS = (120, 240, 60, 12, 360, 480)  # months: shares are added up at these
# Months here and there, and a shorter stay here: an upside-down share grows with the shorter one.
SHORTER = (((120, 120), (108, 120)), ((60, 120), (48, 120)), ((110, 240), (98, 240)))


def findings(text: Text) -> Iterator[Finding]:
    """Every fault of a fraction, rule by rule, then of the shares of the parties together."""
    upside: set[str] = set()
    for rule, path in text.rules():
        for component, how in rule.amount.items():
            at = component_path(path, component)
            for found in of_amount(text, rule, how, at):
                upside |= {rule.path} if found.kind == "inverted_fraction" else set()
                yield found
        if rule.defect and not upside & {rule.path}:
            yield from said_by_file(text, rule, path)
    yield from above_one(text, upside)


def of_amount(text: Text, rule: Rule, how: AmountRule, at: Path_) -> Iterator[Finding]:
    if how.numerator is None or how.denominator is None:
        return
    said = ratio(how)
    if inverted(how.numerator, how.denominator):
        found = finding("inverted_fraction", at, scheme=rule.scheme, ratio=said, **who(rule))
        yield evolve(found, example=as_printed(text, rule, at))
    elif exceeds(how) and not enough_alone(rule, how):
        found = finding("unbounded_fraction", at, scheme=rule.scheme, ratio=said, **who(rule))
        yield evolve(found, example=above_the_whole(text, rule, at))
    if idle(how):
        yield finding("idle_limit", at, scheme=rule.scheme, limit=limit_said(how), ratio=said)


def who(rule: Rule) -> dict[str, str]:
    return {"country": COUNTRIES[country_of(rule.scheme)] if rule.scheme else "every state"}


def inverted(num: Term, den: Term) -> bool:
    """More time worked here makes the share smaller: own time stands below and not above the
    line, or the other state's time is what is paid for."""
    if num.kind == "foreign":
        return True
    if num.kind in ("counted", *FIXED):
        return den.kind == "own" or (den.kind == "counted" and num.kind != "counted")
    return False


def exceeds(how: AmountRule) -> bool:
    """The numerator can be larger than the denominator, and nothing limits it."""
    num, den = how.numerator, how.denominator
    assert num is not None and den is not None
    if how.at_most is not None:
        return how.at_most[0] > how.at_most[1]
    if how.not_above is not None:
        return False
    if how.cap is not None and how.cap_of in ("both", "numerator"):
        return False
    if num.kind == "own":
        return den.kind in ("foreign", *FIXED) or (den.kind == "counted" and how.cap is not None)
    if num.kind == "counted":
        return den.kind in ("foreign", *FIXED) or (den.kind == "counted" and how.cap is not None)
    if num.kind == "complement" and den.kind in ("fixed", "complement"):
        return months(num) > months(den)
    return False


def enough_alone(rule: Rule, how: AmountRule) -> bool:
    """Own periods over the minimum period, and only for who lacks it: never above one."""
    assert how.denominator is not None
    return how.denominator.kind == "minimum" and rule.when == "only_if_needed"


def months(term: Term) -> Fraction:
    return Fraction(term.n * 12, PER_YEAR[term.unit])


def idle(how: AmountRule) -> bool:
    """A limit that no career reaches."""
    if how.cap is not None and how.cap.kind == "fixed":
        return months(how.cap) >= LONGEST
    own_share = how.numerator == Term("own") and how.denominator == Term("counted")
    return how.at_most is not None and own_share and how.cap is None


def limit_said(how: AmountRule) -> str:
    if how.cap is not None:
        return f"the limit of {term_said(how.cap)}"
    assert how.at_most is not None
    return f"the limit of {how.at_most[0]}/{how.at_most[1]}"


def said_by_file(text: Text, rule: Rule, path: Path_) -> Iterator[Finding]:
    """A contradiction of the text that the file names and no check of ours explains."""
    if not any(bands.holes(how) for how in rule.amount.values()):
        found = finding("contradiction", (*path, "defect"), scheme=rule.scheme, defect=rule.defect)
        yield evolve(found, example=none("the text gives no rule that could be computed"))


# --- examples


def as_printed(text: Text, rule: Rule, at: Path_) -> Json:
    """One person under the printed ratio and under own over all periods, on a certified pension."""
    own = owner(text, rule)
    other = partner(text, own, evolve(rule, scheme=own)) if own else ""
    if not other:
        return none("no scheme of the other party that the rule counts is known here")
    plain, better = changed(text.agreement), changed(text.agreement, [(at, BETTER)])
    literal = changed(text.agreement, [((*at, "basis"), "theoretical")])
    for months_ in SHORTER:
        lives = lives_of(text, own, other, rule, months_, certified=frozenset({own}))
        before, after = ask(lives, [plain]), ask(lives, [better])
        if not pays(after[0][own]):
            continue
        out = shown(lives[0], before[0], after[0])
        longer, shorter = (lines[own] for lines in ask(lives, [literal]))
        if pays(longer) and pays(shorter):
            out["literally"] = (
                f"read as printed, {own} would pay {said(longer)} after {months_[0][0]} months of "
                f"its own and {said(shorter)} after {months_[1][0]}"
            )
        return out
    return none(f"the engine finds no right in {own} for a made-up person")


def above_the_whole(text: Text, rule: Rule, at: Path_) -> Json:
    """The share of a long career as written and with a limit of one, by law or on a certified
    pension."""
    own = owner(text, rule)
    other = partner(text, own, evolve(rule, scheme=own)) if own else ""
    if not other:
        return none("no scheme of the other party that the rule counts is known here")
    limited = changed(text.agreement, [((*at, "at_most"), 1)])
    plain = changed(text.agreement)
    for certified in (frozenset[str](), frozenset({own})):
        lives = lives_of(text, own, other, rule, ((528, 12), (528, 60)), certified=certified)
        lives = [long(life) for life in lives]
        lives += lives_of(text, own, other, rule, certified=certified)
        before, after = ask(lives, [plain]), ask(lives, [limited])
        for life, first, second in zip(lives, before, after, strict=True):
            was, now = amount(first[own]), amount(second[own])
            if was is not None and now is not None and was > now > 0:
                out = shown(life, first, second)
                out["literally"] = (
                    f"the share is {first[own]['fraction']}: what lies above the whole can be "
                    "taken back"
                )
                return out
    return none(f"no made-up career reaches a share above one that {own} could pay")


def long(life: Life) -> Life:
    """The same stays, begun at sixteen and one after the other."""
    first, second = life.stays
    return evolve(
        life, stays=(evolve(first, start="1974-04-01"), evolve(second, start="2018-04-01"))
    )


def pays(line: Json) -> bool:
    return line["status"] == "entitled" and line["payable"] is not None


def said(line: Json) -> str:
    return f"{grouped(line['payable']['amount'])} {line['payable']['currency']}"


# --- shares of the parties together


def share(how: AmountRule, own: int, foreign: int) -> Fraction | None:
    """The share for so many months here and there; None where the text alone does not say."""
    if how.basis != "theoretical" or how.cap is not None:
        return None
    if how.numerator is None or how.denominator is None:
        return Fraction(1)
    parts = [length(term, own, foreign) for term in (how.numerator, how.denominator)]
    if parts[0] is None or not parts[1]:
        return None
    made = Fraction(parts[0]) / Fraction(parts[1])
    return min(made, Fraction(*how.at_most)) if how.at_most is not None else made


def length(term: Term, own: int, foreign: int) -> Fraction | None:
    known = {"own": own, "foreign": foreign, "counted": own + foreign}
    if term.kind in known:
        return Fraction(known[term.kind])
    if term.kind == "fixed":
        return months(term)
    return max(months(term) - foreign, Fraction(0)) if term.kind == "complement" else None


def above_one(text: Text, upside: set[str]) -> Iterator[Finding]:
    """Two parties whose shares of one and the same pension add up to more than the whole."""
    told: set[tuple[str, str]] = set()
    for branch in PENSIONS[:3]:
        rules = shared_rules(text.agreement, branch, upside)
        for i, (first, how) in enumerate(rules):
            for second, other in rules[i + 1 :]:
                key = (first.path, second.path)
                if country_of(first.scheme) == country_of(second.scheme) or key in told:
                    continue
                found = most(how, other)
                if found is not None and found[0] > 1:
                    told.add(key)
                    yield summed(text, first, second, found)


def shared_rules(
    agreement: Agreement, branch: str, upside: set[str]
) -> list[tuple[Rule, AmountRule]]:
    """Rules of one branch that pay everybody a share of the whole pension."""
    rules = [rule for rule in agreement.rules if branch in (rule.branches or (branch,))]
    return [
        (rule, rule.amount["amount"])
        for rule in rules
        if "amount" in rule.amount
        and "-" in rule.scheme
        and rule.path not in upside
        and not (rule.payer or rule.bars or rule.record)
    ]


def most(how: AmountRule, other: AmountRule) -> tuple[Fraction, int, int] | None:
    """The largest sum of two shares over careers of up to forty years, and where it is."""
    best: tuple[Fraction, int, int] | None = None
    for a in CAREERS:
        for b in CAREERS:
            one, two = share(how, a, b), share(other, b, a)
            if one is None or two is None or a + b > 480:
                continue
            if best is None or one + two > best[0]:
                best = (one + two, a, b)
    return best


def summed(text: Text, first: Rule, second: Rule, found: tuple[Fraction, int, int]) -> Finding:
    total, a, b = found
    path = (*next(p for r, p in text.rules() if r.path == second.path), "amount")
    percent = int(total * 100)
    made = finding(
        "shares_above_one",
        path,
        scheme=second.scheme,
        first=first.scheme,
        second=second.scheme,
        percent=percent,
        months=f"{a} and {b} months",
    )
    certified = frozenset({first.scheme, second.scheme})
    lives = lives_of(text, first.scheme, second.scheme, first, ((a, b),), certified=certified)
    first_path = (*next(p for r, p in text.rules() if r.path == first.path), "amount")
    better = changed(text.agreement, [(path, BETTER), (first_path, BETTER)])
    lines = ask(lives, [changed(text.agreement)]), ask(lives, [better])
    if not all(pays(line) for line in lines[0][0].values()):
        return evolve(made, example=none("the engine pays one of the two nothing"))
    return evolve(made, example=shown(lives[0], lines[0][0], lines[1][0]))
