"""The two sub-tasks of the estimate's benchmark as others would write them, Parquet to Parquet.

`python rivals.py ENGINE TASK FOLDER RUNS` in an environment with ENGINE (polars, duckdb, openfisca)
and nothing of this project: reads FOLDER/TASK*.parquet and FOLDER/rules.json, writes
FOLDER/TASK-ENGINE.parquet, prints the least processor time and wall time in seconds as JSON.

months  calendar months of each person in each scheme, nothing counted twice
us      old-age benefit of the United States at the claim: quarters of coverage, insured status,
        indexed earnings, the best 35 years, PIA, its increases, age, whole dollars (cents, -1: no
        right). Dates come as months already; the special minimum and what else touches nobody in
        this population is left out, to the benefit of these engines.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

YEARS, BEST, QUARTERS = range(1951, 2027), 35, 40
AT = "2026"  # the year at which OpenFisca is asked
Rules = dict[str, dict[int, int]]


def rules_of(folder: Path) -> Rules:
    """Published figures by year: money in cents, rates in tenths of a percent."""
    text = json.loads((folder / "rules.json").read_text("utf-8"))
    return {name: {int(k): int(v) for k, v in table.items()} for name, table in text.items()}


def polars_months(folder: Path, rules: Rules) -> Callable[[], None]:
    import polars as pl

    def run() -> None:
        lines = pl.scan_parquet(folder / "months.parquet").sort("key", "first")
        before = pl.col("end").cum_max().shift(1).over("key").fill_null(0)
        fresh = pl.max_horizontal(pl.col("end") - pl.max_horizontal("first", before), 0)
        made = lines.with_columns(fresh=fresh).group_by("key", maintain_order=True)
        made.agg(months=pl.col("fresh").sum()).collect().write_parquet(
            folder / "months-polars.parquet"
        )

    return run


def duckdb_months(folder: Path, rules: Rules) -> Callable[[], None]:
    import duckdb

    link = duckdb.connect()
    link.execute("SET threads = 1")

    def run() -> None:
        link.execute(f"""COPY (
            SELECT key, CAST(sum(greatest(0, "end" - greatest(first, before))) AS BIGINT) AS months
            FROM (SELECT *, coalesce(max("end") OVER (PARTITION BY key ORDER BY first
                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
                  FROM '{folder}/months.parquet')
            GROUP BY key ORDER BY key) TO '{folder}/months-duckdb.parquet' (FORMAT parquet)""")

    return run


def polars_us(folder: Path, rules: Rules) -> Callable[[], None]:
    import polars as pl

    tables = {name: frame(pl, name, table) for name, table in rules.items()}

    def looked(left: Any, name: str, key: str) -> Any:
        return left.join(tables[name].rename({"year": key}), on=key, how="left")

    def run() -> None:
        people = pl.scan_parquet(folder / "us-people.parquet").with_columns(
            turned=pl.col("attained") // 12, eligible=pl.col("attained") // 12 + 62
        )
        for name, key in (("bend_1", "eligible"), ("bend_2", "eligible"), ("full_age", "turned")):
            people = looked(people, name, key)
        people = people.with_columns(at=pl.col("eligible") - 2)
        people = people.join(tables["awi"].rename({"year": "at", "awi": "wage"}), on="at")
        lines = (
            pl.scan_parquet(folder / "us.parquet")
            .group_by("person", "year")
            .agg(pl.col("cents").sum())
        )
        for name in ("awi", "base", "quarter"):
            lines = looked(lines, name, "year")
        lines = lines.join(people.select("person", "at", "wage", "claim"), on="person")
        used = pl.min_horizontal("cents", "base")
        lines = lines.with_columns(
            quarters=pl.min_horizontal(pl.col("cents") // pl.col("quarter"), 4),
            indexed=pl.when(pl.col("year") >= pl.col("claim") // 12)
            .then(0)
            .when(pl.col("year") < pl.col("at"))
            .then((2 * used * pl.col("wage") + pl.col("awi")) // (2 * pl.col("awi")))
            .otherwise(used),
        )
        totals = lines.group_by("person").agg(
            pl.col("quarters").sum(),
            aime=pl.col("indexed").top_k(BEST).sum() // (BEST * 12 * 100),
        )
        people = people.join(totals, on="person", how="left").with_columns(polars_pia(pl))
        for year, rate in sorted(rules["cola"].items()):
            due = (pl.col("eligible") <= year) & (pl.col("claim") >= year * 12 + 11)
            raised = pl.col("pia") * (1000 + rate) // 10_000 * 10
            people = people.with_columns(pia=pl.when(due).then(raised).otherwise(pl.col("pia")))
        made = people.select("person", benefit=polars_aged(pl)).sort("person")
        made.collect().write_parquet(folder / "us-polars.parquet")

    return run


def frame(pl: Any, name: str, table: dict[int, int]) -> Any:
    return pl.LazyFrame({"year": [*table], name: [*table.values()]})


def polars_pia(pl: Any) -> Any:
    aime, one, two = pl.col("aime"), pl.col("bend_1"), pl.col("bend_2")
    low, mid = pl.min_horizontal(aime, one), pl.min_horizontal(aime, two) - one
    high = pl.max_horizontal(aime - two, 0)
    pia = 90 * low + 32 * pl.max_horizontal(mid, 0) + 15 * high
    return (pia // 10 * 10).alias("pia")


def polars_aged(pl: Any) -> Any:
    pia, full = pl.col("pia"), pl.col("attained") + pl.col("full_age")
    early, start = full - pl.col("claim"), pl.col("claim") // 12 * 12
    part = 20 * pl.min_horizontal(early, 36) + 15 * pl.max_horizontal(early - 36, 0)
    late = pl.max_horizontal(start - full, 0)
    amount = pl.when(early > 0).then(pia - (pia * part + 35_999) // 36_000 * 10)
    amount = amount.otherwise(pia * (1200 + 8 * late) // 12_000 * 10)
    right = (pl.col("quarters") >= QUARTERS) & (pl.col("claim") >= pl.col("first"))
    return pl.when(right).then(amount // 100 * 100).otherwise(-1)


def duckdb_us(folder: Path, rules: Rules) -> Callable[[], None]:
    import duckdb

    link = duckdb.connect()
    link.execute("SET threads = 1")
    for name, table in rules.items():
        link.execute(f"CREATE TABLE {name} (year BIGINT, {name} BIGINT)")
        link.executemany(f"INSERT INTO {name} VALUES (?, ?)", [[*row] for row in table.items()])
    pia = "(90 * least(aime, bend_1) + 32 * greatest(least(aime, bend_2) - bend_1, 0)"
    pia += " + 15 * greatest(aime - bend_2, 0)) // 10 * 10"
    for year, rate in sorted(rules["cola"].items()):
        due = f"eligible <= {year} AND claim >= {year * 12 + 11}"
        pia = f"(({pia}) * CASE WHEN {due} THEN {1000 + rate} ELSE 1000 END // 10000 * 10)"

    def run() -> None:
        link.execute(f"""COPY (
        WITH people AS (
            SELECT p.*, attained // 12 + 62 AS eligible, bend_1, bend_2, awi AS wage,
                   attained + full_age AS at_full
            FROM '{folder}/us-people.parquet' p
            JOIN bend_1 ON bend_1.year = attained // 12 + 62
            JOIN bend_2 ON bend_2.year = attained // 12 + 62
            JOIN awi ON awi.year = attained // 12 + 60
            JOIN full_age ON full_age.year = attained // 12),
        sums AS (SELECT person, year, CAST(sum(cents) AS BIGINT) AS cents
                 FROM '{folder}/us.parquet' GROUP BY person, year),
        years AS (
            SELECT person, least(cents // quarter, 4) AS quarters,
                CASE WHEN year >= claim // 12 THEN 0
                     WHEN year < eligible - 2
                         THEN (2 * least(cents, base) * wage + awi) // (2 * awi)
                     ELSE least(cents, base) END AS indexed
            FROM sums JOIN people USING (person) JOIN awi USING (year) JOIN base USING (year)
                JOIN quarter USING (year)),
        totals AS (
            SELECT person, sum(quarters) AS quarters,
                CAST(list_sum(max(indexed, {BEST})) AS BIGINT) // {BEST * 1200} AS aime
            FROM years GROUP BY person),
        raised AS (SELECT *, CAST({pia} AS BIGINT) AS pia, at_full - claim AS early
                   FROM people JOIN totals USING (person))
        SELECT person, CASE WHEN quarters < {QUARTERS} OR claim < first THEN -1
            WHEN early > 0 THEN (pia - (pia * (20 * least(early, 36) + 15 * greatest(early - 36, 0))
                + 35999) // 36000 * 10) // 100 * 100
            ELSE pia * (1200 + 8 * greatest(claim // 12 * 12 - at_full, 0)) // 12000 * 10
                // 100 * 100 END AS benefit
        FROM raised ORDER BY person) TO '{folder}/us-duckdb.parquet' (FORMAT parquet)""")

    return run


def openfisca_us(folder: Path, rules: Rules) -> Callable[[], None]:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from openfisca_core.simulation_builder import SimulationBuilder

    system = country(rules)

    def run() -> None:
        people, lines = (
            pq.read_table(folder / name) for name in ("us-people.parquet", "us.parquet")
        )
        count = len(people)
        builder = SimulationBuilder()
        builder.create_entities(system)
        builder.declare_person_entity("person", np.arange(count))
        simulation = builder.build(system)
        for name in ("attained", "claim", "first"):
            simulation.set_input(name, AT, people.column(name).to_numpy())
        year, who = lines.column("year").to_numpy(), lines.column("person").to_numpy()
        table = np.zeros((len(YEARS), count), np.int64)
        np.add.at(table, (year - YEARS[0], who), lines.column("cents").to_numpy())
        for row, of in zip(table, YEARS, strict=True):
            if row.any():
                simulation.set_input("cents", str(of), row)
        made = simulation.calculate("benefit", AT)
        out = {"person": people.column("person"), "benefit": made.astype(np.int64)}
        pq.write_table(pa.table(out), folder / "us-openfisca.parquet")

    return run


def country(rules: Rules) -> Any:
    """A country package of one benefit: its numbers are int32 in store, int64 in the formulas."""
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    person = build_entity(key="person", plural="persons", label="", is_person=True)
    system = TaxBenefitSystem([person])

    def variable(name: str, formula: Any = None) -> None:
        parts = {
            "value_type": int,
            "entity": person,
            "definition_period": DateUnit.YEAR,
            "label": name,
        }
        if formula is not None:
            parts["formula"] = formula
        system.add_variable(type(name, (Variable,), parts))

    for name in ("attained", "claim", "first"):
        variable(name)
    variable("cents")
    for formula in formulas(rules):
        variable(formula.__name__, formula)
    return system


def formulas(rules: Rules) -> list[Any]:
    """Quarters of coverage, indexed earnings, PIA at the claim, benefit."""

    def of(table: str, keys: Any) -> Any:
        low, known = min(rules[table]), rules[table]
        return np.array([known.get(y, 0) for y in range(low, max(known) + 1)])[keys - low]

    def quarters(who: Any, period: Any) -> Any:
        return sum(np.minimum(who("cents", str(y)) // rules["quarter"][y], 4) for y in YEARS)

    def aime(who: Any, period: Any) -> Any:
        at = who("attained", period).astype(np.int64) // 12 + 60
        wage, claim = of("awi", at), who("claim", period) // 12
        rows = []
        for y in YEARS:
            used = np.minimum(who("cents", str(y)).astype(np.int64), rules["base"][y])
            awi = rules["awi"].get(y, 1)
            indexed = (2 * used * wage + awi) // (2 * awi)
            rows.append(np.where(y >= claim, 0, np.where(y < at, indexed, used)))
        best = np.partition(np.stack(rows), len(rows) - BEST, axis=0)[-BEST:]
        return best.sum(axis=0) // (BEST * 1200)

    def pia(who: Any, period: Any) -> Any:
        eligible, earned = who("attained", period) // 12 + 62, who("aime", period).astype(np.int64)
        one, two = of("bend_1", eligible), of("bend_2", eligible)
        made = 90 * np.minimum(earned, one) + 32 * np.maximum(np.minimum(earned, two) - one, 0)
        made = (made + 15 * np.maximum(earned - two, 0)) // 10 * 10
        claim = who("claim", period)
        for year, rate in sorted(rules["cola"].items()):
            due = (eligible <= year) & (claim >= year * 12 + 11)
            made = np.where(due, made * (1000 + rate) // 10_000 * 10, made)
        return made

    def benefit(who: Any, period: Any) -> Any:
        attained, claim = who("attained", period), who("claim", period)
        amount = who("pia", period).astype(np.int64)
        full = attained + of("full_age", attained // 12)
        early, late = full - claim, np.maximum(claim // 12 * 12 - full, 0)
        part = 20 * np.minimum(early, 36) + 15 * np.maximum(early - 36, 0)
        less, more = amount - (amount * part + 35_999) // 36_000 * 10, amount * (1200 + 8 * late)
        paid = np.where(early > 0, less, more // 12_000 * 10) // 100 * 100
        right = (who("quarters", period) >= QUARTERS) & (claim >= who("first", period))
        return np.where(right, paid, -1)

    return [quarters, aime, pia, benefit]


TASKS = {
    ("polars", "months"): polars_months,
    ("polars", "us"): polars_us,
    ("duckdb", "months"): duckdb_months,
    ("duckdb", "us"): duckdb_us,
    ("openfisca", "us"): openfisca_us,
}


def main() -> None:
    engine, task, folder, runs = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
    run = TASKS[engine, task](folder, rules_of(folder))
    run()
    work, wall = [], []
    for _ in range(runs):
        started, clock = time.process_time(), time.perf_counter()
        run()
        work.append(time.process_time() - started)
        wall.append(time.perf_counter() - clock)
    print(json.dumps({"work": min(work), "wall": min(wall)}))


if __name__ == "__main__":
    main()
