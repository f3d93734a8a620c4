"""The named checks, and how one item is judged: check, then the leeway of the standard itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from portability.compare.standards import (
    checks_compact,
    checks_export,
    checks_floor,
    checks_law,
    checks_periods,
    checks_scope,
    checks_women,
)
from portability.compare.standards.finding import Finding, with_leeway
from portability.compare.standards.items import Item
from portability.compare.standards.view import View

Check = Callable[[View, Item], Finding]
LISTED: tuple[Check, ...] = (
    checks_scope.not_read,
    checks_scope.informative,
    checks_scope.branches_accepted,
    checks_scope.noncontributory_declared,
    checks_scope.equality,
    checks_scope.equality_whatever_sex,
    checks_scope.equality_or_refund,
    checks_scope.survivors_of_any_nationality,
    checks_scope.no_residence_condition,
    checks_scope.residence_maxima,
    checks_scope.refugees_and_stateless,
    checks_scope.accident_equality,
    checks_scope.rights_kept,
    checks_law.law_of_the_state_of_work,
    checks_law.posting_of_twelve_months,
    checks_law.accident_law_of_seat,
    checks_law.exceptions_by_agreement,
    checks_periods.takes_part_in_scheme,
    checks_periods.totalizes,
    checks_periods.cost_shared,
    checks_periods.theoretical_or_direct,
    checks_periods.short_periods_paid,
    checks_periods.overlap_order,
    checks_periods.no_mutual_reduction,
    checks_periods.plurality_settled,
    checks_periods.not_below_own_law,
    checks_periods.earlier_periods_count,
    checks_periods.on_the_whole,
    checks_export.paid_abroad,
    checks_export.noncontributory_exceptions,
    checks_export.may_suspend,
    checks_export.family_abroad,
    checks_export.says,
    checks_floor.pension_age,
    checks_floor.qualifying_period,
    checks_floor.minimum_in_old_age,
    checks_floor.branch_held,
    checks_floor.appeal_stated,
    checks_floor.floor_of_the_parties,
    checks_floor.not_in_files,
    checks_compact.all_skills,
    checks_compact.names_entitlements,
    checks_compact.carries_benefits,
    checks_compact.focal_points,
    checks_compact.women_measures,
    checks_women.credits_for_children,
    checks_women.part_time_units,
    checks_women.domestic_workers,
    checks_women.minimum_stage,
)
TESTS: Mapping[str, Check] = {check.__name__: check for check in LISTED}


def judge(view: View, item: Item) -> Finding:
    """The finding on one item. A text nobody has read gets no verdict, whatever its check says; the
    finding is kept for items that look at it."""
    check = TESTS[item.test] if item.verified else checks_scope.not_read
    found = check(view, item)
    if item.leeway is not None:
        found = with_leeway(found, item.leeway.kinds, str(item.leeway))
    view.so_far[item.id] = found
    return found
