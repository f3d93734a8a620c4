"""Percent of the base under a scheme in YAML: pieces by units, by way and by sex."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculators.parametric_rights import Rights
from portability.exact import div, scale_text
from portability.scheme import Cohort, Int, Run, Step

PLACES = 6  # decimals of a percent that are kept
PERCENT = 10**PLACES


class Rates(Rights):
    """Rates of a scheme file: see the head of calculators/parametric.py."""

    rate: Step
    above: Step
    whole: Step
    extra: Step

    def rate_of(self, run: Run, co: Cohort, units: Int, variant: NDArray[Any]) -> Int:
        """Percent of the base (millionths) for these units; a way's own rate comes first."""
        out = np.zeros(run.n, np.int64)
        own = [i + 1 for i, way in enumerate(self.ways) if "rate" in way]
        for k in [0, *own]:
            who = variant == k if k else ~np.isin(variant, own)
            law = self.ways[k - 1]["rate"] if k else self.law.get("rate")
            if law is not None and who.any():
                with run.only(who):
                    rate = self.by_sex(run, co, law, partial(self.pieces, run, units))
                    out = np.where(who, rate, out)
        return out

    def pieces(self, run: Run, units: Int, block: Mapping[str, Any]) -> Int:
        """The pieces of a block added up in millionths, at most its `max`."""
        rate = np.zeros(run.n, np.int64)
        for piece in block["pieces"]:
            if "each" in piece:
                rate = rate + self.stepwise(run, units, piece)
            else:
                figure = scale_text(piece["rate"], PLACES)
                rate = np.where(units >= int(piece["from"]), figure, rate)
        if "whole" in block:
            last = max(int(piece["from"]) for piece in block["pieces"])
            run.lacks(
                (units % int(block["whole"]) != 0) & (units < last),
                "rule_unknown",
                what="a broken step",
                step=self.rate.key,
                cite=self.rate.cite,
            )
        if "unknown_above" in block:
            run.lacks(
                rate > scale_text(block["unknown_above"], PLACES),
                "rule_unknown",
                what="the highest rate",
                step=self.rate.key,
                cite=self.rate.cite,
            )
        return rate if "max" not in block else np.minimum(rate, scale_text(block["max"], PLACES))

    def stepwise(self, run: Run, units: Int, piece: Mapping[str, Any]) -> Int:
        """rate for each `each` units between `above` and `up_to`."""
        top = np.minimum(units, int(piece["up_to"])) if "up_to" in piece else units
        above = np.maximum(top - int(piece.get("above", 0)), 0)
        whole = broken(run, above, int(piece["each"]), str(piece["part"]), self.rate)
        extra = whole * scale_text(piece["rate"], PLACES)
        run.trace(self.above, above, units=units)
        run.trace(self.whole, whole)
        run.trace(self.extra, extra)
        return np.asarray(extra)


def broken(run: Run, x: Int, each: int, part: str, step: Step) -> Int:
    """Steps of `each` in x; a broken step is dropped, counted or makes the amount unknown."""
    if part == "unknown":
        run.lacks(
            x % each != 0, "rule_unknown", what="a broken step", step=step.key, cite=step.cite
        )
    return div(x, each, "up" if part == "up" else "down")
