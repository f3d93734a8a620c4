"""Norway: ratios for life expectancy, minimum levels and the situation they depend on (§ 19-7,
19-8, 20-9, 20-13)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from portability.cohort import Cohort
from portability.dates import month_of
from portability.exact import div
from portability.scheme import Int, Run, Step
from portability.tables import Table

Bool = NDArray[np.bool_]
LAW = "https://lovdata.no/dokument/NL/lov/1997-02-28-19"

SITUATION = Step("living_situation", "1", "folketrygdloven § 3-2, 19-8, 20-9", LAW)
FT = Step("forholdstall", "1e-3", "folketrygdloven § 19-7", LAW)
FT_67 = Step("forholdstall_67", "1e-3", "folketrygdloven § 19-7, 19-9", LAW)
FT_RATES = Step("rates_forholdstall_67", "1e-3", "folketrygdloven § 19-9", LAW)
DT = Step("delingstall", "1e-2", "folketrygdloven § 20-13", LAW)
DT_67 = Step("delingstall_67", "1e-2", "folketrygdloven § 20-11, 20-13", LAW)
MINIMUM = Step("minimum_pension_level", "NOK", "folketrygdloven § 19-8", LAW)
GUARANTEE = Step("guarantee_pension_level", "NOK", "folketrygdloven § 20-9", LAW)

SINGLE, WITH_PENSIONER, WITH_EARNER, WITH_OTHER = 1, 2, 3, 4
AGE_62, AGE_67, AGE_75 = 744, 804, 900  # § 19-4, 19-6: months
# § 19-14(3), 20-18(3): since May 2022 the levels follow pensions in payment; before, each year's
# level was set for those
# who turned 67 in it, and a later year of birth had it cut by the ratio of the two.
NO_STEPPING = 202205
BEGINNINGS = (201101, 201105, 201205, 201305, 201401, 201405,
              *(y * 100 + 5 for y in range(2015, 2022)), 202107,
              *(y * 100 + 5 for y in range(2022, 2100)))


def withdrawal_age(co: Cohort, month: Int) -> Int:
    """§ 19-6, 20-12: age at the beginning of the month, counted from the month after the birthday,
    at most 75."""
    return np.asarray(np.minimum(month - month_of(co.born) - 1, AGE_75))


def ratio(table: Table, born: Int, age: Int, run: Run, need: Bool) -> Int:
    """The cohort's ratio at an age in months; between two full years by straight line (§ 19-7(6),
    20-13(3))."""
    exact, known = table.find(born * 1000 + age)
    low, has_low = table.find(born * 1000 + div(age, 12) * 12)
    high, has_high = table.find(born * 1000 + div(age, 12) * 12 + 12)
    rest = age % 12
    line = div(low * (12 - rest) + high * rest, 12, "half_up")
    found = known | (has_low & has_high)
    run.lacks(need & ~found, "parameter_not_published", table=table.name, scheme=table.owner,
              what="the ratio of this cohort at this age")
    return np.where(known, exact, np.where(found, line, 0))


def rate_key(month: Int) -> Int:
    """Key of the levels in force in a month: int64[n]."""
    keys = np.array(BEGINNINGS, np.int64)
    at = month // 12 * 100 + month % 12 + 1
    return keys[np.clip(np.searchsorted(keys, at, side="right") - 1, 0, len(keys) - 1)]


def rates_cohort(key: Int, born: Int) -> Int:
    """Year of birth for which a rate is set: those who turn 67 in its year, never later than one's
    own."""
    return np.minimum(key // 100 - 67, born)


def minimum_level(run: Run, tables: Mapping[str, Table], situation: Int, key: Int,
                  need: Bool) -> Int:
    """§ 19-8: kroner a year with full trygdetid, by living situation: int64[n]."""
    out = np.zeros(len(key), np.int64)
    for name, who in (("minimum_single", SINGLE), ("minimum_low", WITH_PENSIONER),
                      ("minimum_ordinary", WITH_EARNER), ("minimum_high", WITH_OTHER)):
        mine = situation == who
        if (mine & need).any():
            out = np.where(mine, tables[name].at(key, run, need & mine), out)
    return out


def guarantee_level(run: Run, tables: Mapping[str, Table], situation: Int, key: Int,
                    need: Bool) -> Int:
    """§ 20-9: kroner a year with full trygdetid: ordinary with a pensioner or earner, else high:
    int64[n]."""
    ordinary = (situation == WITH_PENSIONER) | (situation == WITH_EARNER)
    out = np.zeros(len(key), np.int64)
    for name, mine in (("guarantee_ordinary", ordinary), ("guarantee_high", ~ordinary)):
        if (mine & need).any():
            out = np.where(mine, tables[name].at(key, run, need & mine), out)
    return out
