"""`portability schemes`: what is known of each national scheme."""

from __future__ import annotations

import click


@click.group()
def schemes() -> None:
    """National schemes: list them, or show one with its steps and tables."""


@schemes.command("list")
@click.option("--calculated", is_flag=True, help="Only schemes with a calculator.")
def list_(calculated: bool) -> None:
    """All schemes: id, country, unit, branches, and whether amounts can be computed."""
    from portability import registry

    for scheme_id in registry.ids():
        source = registry.source(scheme_id)
        if calculated and source.calculator == "none":
            continue
        how = {"none": "record only", "parametric": "parameters alone"}.get(
            source.calculator, "calculator"
        )
        head = f"{scheme_id:20} {source.unit:8} {source.currency}  {how:17}"
        click.echo(f"{head} {', '.join(source.branches):38} {source.name}")


@schemes.command()
@click.argument("scheme")
def show(scheme: str) -> None:
    """One scheme: its steps (keys usable as facts and in worked examples) and its tables with
    their ends."""
    from portability import registry
    from portability.case import engine_steps

    found = registry.load(scheme)
    source = found.source
    click.echo(f"{source.id}: {source.name} ({source.country})")
    click.echo(f"Periods in {source.unit}s, amounts in {source.currency}")
    click.echo(f"Branches: {', '.join(source.branches)}\n")
    click.echo("Steps (trace key, fact, key of a worked example):")
    for step in {**found.all_steps(), **engine_steps(found)}.values():
        click.echo(f"  {step.key:38} {step.unit:12} {step.cite}")
    click.echo("\nTables:")
    for table in source.tables.values():
        life = f"{table.unit:12} {table.span():26} checked {table.checked}"
        click.echo(f"  {table.name:38} {life}  {table.cite}")
