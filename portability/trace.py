"""Steps of a calculation: declared once, recorded for a cohort of one, free for a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from attrs import define, field, frozen
from numpy.typing import ArrayLike, NDArray

from portability.exact import trimmed
from portability.tables import unit_scale

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
NOFACT = -(2**63)


@frozen(init=False)
class Step:
    """A named figure of the law.

    key   plain word, unique in its scheme: trace key, fact name and key of a worked example
    unit  "USD cent", "1e-7", "1e-4 point", "month" … (its scale)
    cite  article or section; url where it can be read
    terms unit of each input that the trace shows
    """

    key: str
    unit: str
    cite: str
    url: str
    terms: Mapping[str, str]

    def __init__(self, key: str, unit: str, cite: str, url: str = "", **terms: str):
        if not cite:
            raise ValueError(f"step {key}: no citation")
        self.__attrs_init__(key, unit, cite, url, terms)

    @property
    def scale(self) -> int:
        return unit_scale(self.unit)[0]


def written(value: Any, unit: str) -> Any:
    """An integer of this unit as exact text; a date or a word stays as it is."""
    scale, plain = unit_scale(unit)
    if isinstance(value, str):
        return value
    if len(plain) == 3 and plain.isupper() and unit.endswith(" cent"):
        from portability.exact import decimal_text

        return decimal_text(int(value), scale)
    return trimmed(int(value), scale)


@define
class Recorder:
    """Trace of one person: an ordered list of steps, each naming its inputs."""

    steps: list[dict[str, Any]] = field(factory=list)

    def record(
        self, step: Step, value: Any, years: Int | None, terms: Mapping[str, Any], certified: bool
    ) -> None:
        entry: dict[str, Any] = {
            "step": step.key,
            "value": self.text(value, step.unit, years),
            "unit": unit_scale(step.unit)[1] or "number",
            "cite": step.cite,
        }
        if step.url:
            entry["url"] = step.url
        if certified:
            entry["certified"] = True
        inputs = {}
        for name, term in terms.items():
            item = term() if callable(term) else term
            inputs[name] = self.text(item, step.terms.get(name, "1"), years)
        if inputs:
            entry["inputs"] = inputs
        self.steps.append(entry)

    @staticmethod
    def text(value: Any, unit: str, years: Int | None) -> Any:
        if isinstance(value, str):
            return value
        array = np.asarray(value)
        flat = array.reshape(-1) if array.ndim < 2 else array[0]
        if years is not None and flat.size == len(years):
            return {
                str(int(y)): written(v, unit) for y, v in zip(years, flat, strict=True) if v != 0
            }
        return written(flat[0], unit) if flat.size else None


@define
class Run:
    """One scheme under one route over n persons: what is known, what is unknown and why, and
    the trace.

    n       persons (rows of every array the scheme handles in this run)
    route   "national" or an agreement id; basis own | theoretical | minimum; terms: what the rule
    passes (`with:`)
    stage   right | amount: whether a lack makes the right or the amount unknown
    income  what other states pay a year, in the scheme's minor units (second pass only)
    facts   certified figures: step key -> int64[n] in the step's unit, NOFACT where not given
    """

    n: int
    scheme: str = ""
    route: str = "national"
    basis: str = "own"
    stage: str = "right"
    terms: Mapping[str, Any] = field(factory=dict)
    facts: Mapping[str, Int] = field(factory=dict)
    trace_to: Recorder | None = None
    unknown_right: Bool = field()
    unknown_amount: Bool = field()
    projected: Bool = field()
    reasons: list[tuple[str, dict[str, Any], Bool]] = field(factory=list)
    active: Bool | None = None
    income: Int | None = None

    @unknown_right.default
    def _right(self) -> Bool:
        return np.zeros(self.n, np.bool_)

    @unknown_amount.default
    def _amount(self) -> Bool:
        return np.zeros(self.n, np.bool_)

    @projected.default
    def _projected(self) -> Bool:
        return np.zeros(self.n, np.bool_)

    @property
    def tracing(self) -> bool:
        return self.trace_to is not None

    def lacks(self, mask: ArrayLike, code: str, **detail: Any) -> None:
        """Mark persons whose right (stage "right") or amount is unknown, with the reason. One
        mask, one reason."""
        found = np.asarray(mask, np.bool_)
        if not found.any():
            return
        who = self.everyone(found)
        if self.active is not None:
            who = who & self.active
            if not who.any():
                return
        if self.stage == "right":
            self.unknown_right = self.unknown_right | who
        else:
            self.unknown_amount = self.unknown_amount | who
        self.reasons.append((code, {"stage": self.stage, **detail}, who.copy()))

    def note(self, mask: ArrayLike, code: str, **detail: Any) -> None:
        """A condition the answer rests on: said and asked for, without making anything unknown."""
        found = np.asarray(mask, np.bool_)
        if found.any():
            who = self.everyone(found)
            self.reasons.append((code, {"stage": "note", **detail}, who.copy()))

    def everyone(self, found: Bool) -> Bool:
        """One answer for all laid out per person: bool[n]."""
        return found if found.shape == (self.n,) else np.broadcast_to(found, (self.n,))

    def given(self, step: Step) -> Bool:
        """Who has this step certified as a fact: bool[n]."""
        fact = self.facts.get(step.key)
        return np.zeros(self.n, np.bool_) if fact is None else fact != NOFACT

    def fact(self, step: Step, need: Bool | None = None) -> tuple[Int, Bool]:
        """(value int64[n] in the step's unit, 0 where not given; given bool[n]). Needed, not
        given: unknown."""
        given = self.given(step)
        if need is not None:
            self.lacks(need & ~given, "fact_missing", fact=step.key, cite=step.cite)
        value = (
            np.where(given, self.facts[step.key], 0) if given.any() else np.zeros(self.n, np.int64)
        )
        if self.tracing and given.any():
            self.record(step, value, None, {}, True)
        return value, given

    @contextmanager
    def only(self, mask: Bool) -> Iterator[None]:
        """Inside, a lack counts only for these persons."""
        before = self.active
        self.active = mask if before is None else before & mask
        try:
            yield
        finally:
            self.active = before

    def step(
        self,
        step: Step,
        compute: Callable[[], Any],
        /,
        *,
        when: ArrayLike | None = None,
        years: Int | None = None,
        **terms: Any,
    ) -> Any:
        """The certified value of the step where the case gives one, else compute(); recorded
        either way.

        compute returns int64[n] (or int64[n, Y] with `years`, which cannot be certified) in the
        step's unit.
        """
        given = self.given(step)
        if years is not None or not given.any():
            value = compute()
            self.trace(step, value, when=when, years=years, **terms)
            return value
        fact = self.facts[step.key]
        if given.all():
            self.record(step, fact, None, {}, True)
            return fact.copy()
        with self.only(~given):
            value = np.where(given, fact, compute())
        return value

    def trace(
        self,
        step: Step,
        value: Any,
        /,
        *,
        when: ArrayLike | None = None,
        years: Int | None = None,
        **terms: Any,
    ) -> None:
        """Record a step (cohort of one only); `when` false: no step."""
        if self.trace_to is None:
            return
        if when is not None and not bool(np.asarray(when).reshape(-1)[0]):
            return
        self.record(step, value, years, terms, False)

    def record(
        self, step: Step, value: Any, years: Int | None, terms: Mapping[str, Any], certified: bool
    ) -> None:
        if self.trace_to is not None:
            self.trace_to.record(
                step, value() if callable(value) else value, years, terms, certified
            )

    def child(self, idx: NDArray[np.intp], **changes: Any) -> Run:
        """A run over the persons idx (rows of this one), for amounts: facts cut, same trace."""
        facts = {key: value[idx] for key, value in self.facts.items()}
        options: dict[str, Any] = {
            "scheme": self.scheme,
            "route": self.route,
            "basis": self.basis,
            "stage": self.stage,
            "terms": self.terms,
            "trace_to": self.trace_to,
            **changes,
        }
        return Run(len(idx), facts=facts, **options)

    def absorb(self, child: Run, idx: NDArray[np.intp]) -> None:
        """Take over what a child run found lacking."""
        self.unknown_right[idx] |= child.unknown_right
        self.unknown_amount[idx] |= child.unknown_amount
        self.projected[idx] |= child.projected
        for code, detail, mask in child.reasons:
            wide = np.zeros(self.n, np.bool_)
            wide[idx] = mask
            self.reasons.append((code, detail, wide))
