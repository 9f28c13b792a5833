"""The plot of what growth costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

mpl.rcParams |= {
    "svg.hashsalt": "qianbao",
    "svg.fonttype": "path",
    "font.size": 10,
    "font.family": "DejaVu Sans",
}

INK, BLUE, ORANGE = "#555555", "#1f6feb", "#d9730d"
FLOOR, AIM = 1.5, 1.1


def cost(paid: dict[str, Any]) -> float:
    """Processor microseconds of a payment, its entries in the index included."""
    return paid["python_us"] + paid["postgres_us"] + paid["index_us"]


def draw(points: dict[str, Any], path: Path) -> None:
    """Left: the cost at each size, against a small database at the same moment. Right: the long run."""
    sizes = {int(name): paid for name, paid in points.items() if name.isdigit()}
    figure = Figure(figsize=(10, 4), layout="constrained")
    grown, run = figure.subplots(1, 2, sharey=True)
    ratio = {size: cost(paid) / paid["against_us"] for size, paid in sizes.items()}
    grown.plot(list(ratio), list(ratio.values()), marker="o", color=BLUE)
    for size, value in ratio.items():
        grown.annotate(
            f"{value:.2f}", (size, value), (0, 8), textcoords="offset points", ha="center", color=BLUE
        )
    grown.set(xscale="log", xlabel="trades in the tables", ylabel="processor time of a payment, times",
              title="Right after a checkpoint")  # fmt: skip
    slices = points["long"]
    paid = [sum(one["payments"] for one in slices[: place + 1]) for place in range(len(slices))]
    run.plot(paid, [cost(one) / one["against_us"] for one in slices], marker="o", color=ORANGE)
    run.set(xlabel="payments since the checkpoint", title=f"At {max(sizes):,} trades")
    for axes in (grown, run):
        axes.axhline(1, color=INK, linewidth=0.8)
        for value, name in ((FLOOR, "floor"), (AIM, "aim")):
            axes.axhline(value, color=INK, linewidth=0.8, linestyle=":")
            axes.text(
                1, value, f" {name} {value}", color=INK, va="center", transform=axes.get_yaxis_transform()
            )
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=INK)
        axes.set_ylim(bottom=0)
    figure.suptitle("What one payment costs, against a database of 10,000 trades")
    figure.savefig(path, metadata={"Date": None})
