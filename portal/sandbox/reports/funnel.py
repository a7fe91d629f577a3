"""The only place for the report on the stages: how many leads got how far, and where most of them stop."""

import numpy as np
from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive
from portal.sandbox.reports.ground import Ground
from portal.sandbox.reports.report import Bar, Cell, Chart, Group, Report, Table, in_percent, percent


def funnel(_db: Session, _drive: Drive, ground: Ground) -> Report:
    """Leads by how far they got; of the lost ones nothing says how far that was, so they count in all leads alone."""
    ranks = ground.leads.numbers("stage_rank")
    is_lost = np.array([stage.step == "lost" for stage in ground.stages])[ranks]
    places = np.arange(len(ranks))
    groups = {"all": Group("lead", "All leads", places)}
    steps = [("All leads", "all", len(ranks))]
    lost = int(is_lost.sum())
    for rank, stage in enumerate(ground.stages):
        if rank and stage.step != "lost":
            groups[f"stage-{rank}"] = Group(
                "lead", f"Leads that reached {stage.name}", places[(ranks >= rank) & ~is_lost]
            )
            steps.append((stage.name, f"stage-{rank}", len(groups[f"stage-{rank}"].at)))
    groups["lost"] = Group("lead", "Lost leads", places[is_lost])
    shares = [percent(count, steps[at][2]) for at, (_, _, count) in enumerate(steps[1:])]
    narrowest = shares.index(min(shares)) + 1 if len(ranks) and shares else 0
    return Report(
        "funnel",
        f"The narrowest step is to {steps[narrowest][0]}: {in_percent(steps[narrowest][2], steps[narrowest - 1][2])}"
        " get through"
        if narrowest
        else "No lead has come in yet",
        f"Leads that stand on each stage or further. The {lost:,} lost ones count in all leads alone.",
        Chart(
            "bars",
            ", ".join(f"{name} {count:,}" for name, _, count in steps),
            [
                Bar(
                    name,
                    f"{count:,}",
                    percent(count, len(ranks)),
                    f"{in_percent(count, steps[at - 1][2])} of {_lower(steps[at - 1][0])}" if at else "",
                    "fill-warm" if at == narrowest and at else "fill-accent",
                )
                for at, (name, _, count) in enumerate(steps)
            ],
        ),
        Table(
            "Leads that reached each stage",
            ("Stage", "Leads", "Got through"),
            [
                *(
                    (
                        name,
                        (Cell(f"{count:,}", key), Cell(in_percent(count, steps[at - 1][2]), key) if at else Cell("")),
                    )
                    for at, (name, key, count) in enumerate(steps)
                ),
                ("Lost", (Cell(f"{lost:,}", "lost"), Cell(""))),
            ],
        ),
        groups,
    )


def _lower(name: str) -> str:
    return "all leads" if name == "All leads" else name
