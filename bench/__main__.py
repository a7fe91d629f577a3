"""`make bench`: every figure of every module here, or of the one that BENCH names; exit 1 if one cannot be taken."""

import os
import pkgutil
import sys
import traceback
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from rich.console import Console
from rich.table import Table

import bench
from bench.figure import Figure, take

NOT_BENCHES = {"__main__", "asking", "crowd", "django_peer", "figure", "peer", "serving_people", "stores"}


def main() -> int:
    """Print the table; a miss is marked and does not fail the run."""
    names = [name for _, name, _ in pkgutil.iter_modules(bench.__path__) if name not in NOT_BENCHES]
    wanted = os.environ.get("BENCH")
    if wanted and wanted not in names:
        print(f"There is no bench {wanted}. There are: {', '.join(names)}", file=sys.stderr)
        return 1
    table = Table("figure", "here", "peer", "", "ratio", "goal", "")
    is_whole = True
    # A process for each: some set up logs, engines and caches that would be in the way of the next one.
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"), max_tasks_per_child=1) as processes:
        for name in [wanted] if wanted else names:
            try:
                for figure in processes.submit(take, name).result():
                    table.add_row(*_cells(figure))
            except Exception:
                traceback.print_exc()
                is_whole = False
    Console(width=140).print(table)
    return 0 if is_whole else 1


def _cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.name,
        f"{figure.value:,.1f} {figure.unit}",
        f"{figure.peer:,.1f} {figure.unit}",
        figure.against,
        f"{figure.ratio:.2f}",
        f"{figure.bound} {figure.goal:g}",
        "held" if figure.is_met else "MISSED",
    )


if __name__ == "__main__":
    sys.exit(main())
