"""Survivors of a scheme written in YAML: shares of the pension by relation, and their cap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from portability.exact import mul_div
from portability.scheme import Award, Family, Int


def shares(block: Mapping[str, Any], fam: Family, pension: Int, currency: str, per: str) -> Award:
    """What each claimant would get: `share` percent, `orphan` percent for a full orphan.

    A share with `to_age` ends on that birthday, with `student_to_age` a student's on that one.
    """
    percent = np.zeros(len(fam), np.int64)
    for relation, law in block["shares"].items():
        who = fam.is_(relation)
        if "to_age" in law:
            student = fam.has("student") & ("student_to_age" in law)
            limit = np.where(student, int(law.get("student_to_age", 0)), int(law["to_age"]))
            who = who & (fam.age_months(fam.claim) < 12 * limit)
        orphan = fam.has("orphan") & ("orphan" in law)
        share = np.where(orphan, int(law.get("orphan", 0)), int(law["share"]))
        percent = np.where(who, share, percent)
    amount = mul_div(pension, percent, 100, "half_up")
    start = np.asarray(fam.claim, np.int64)
    return Award(percent > 0, np.where(percent > 0, amount, 0), currency, per, start)


def most(block: Mapping[str, Any], fam: Family, pension: Int) -> Int:
    """The cap of each record: `cap` percent of the pension its claimants draw on: int64[n]."""
    out = np.zeros(len(fam.first) - 1, np.int64)
    np.maximum.at(out, fam.person, pension)
    return mul_div(out, int(block["cap"]), 100, "half_up")
