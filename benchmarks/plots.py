"""The curves as SVG files, the same bytes for the same points. Without matplotlib the old ones stay.

`report` calls `draw` with what `curves` measured.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from benchmarks.curves import CURVES

__all__ = ["draw"]

_LOGARITHMIC = frozenset({"events", "rules", "shapes"})


def draw(curves: dict[str, list[list[float]]], folder: Path) -> list[str]:
    """Draw each curve into a file of its own.

    Returns:
        The names of the files there are.
    """
    try:
        mpl = import_module("matplotlib")  # only the environment of the benchmarks has it
        mpl.use("svg")
        plt = import_module("matplotlib.pyplot")
    except ImportError:
        return [f"{name}.svg" for name in curves if (folder / f"{name}.svg").exists()]
    folder.mkdir(exist_ok=True)
    mpl.rcParams.update(
        {
            "svg.hashsalt": "eventveil",
            "svg.fonttype": "none",
            "font.size": 9,
            "axes.spines.top": False,
            "axes.spines.right": False,
        }
    )
    drawn = []
    for name, points in curves.items():
        if not points:
            continue
        grows, cost, _ = CURVES[name]
        figure, axes = plt.subplots(figsize=(4.4, 2.6), layout="constrained")
        axes.plot([point[0] for point in points], [point[1] for point in points], marker="o", markersize=3, linewidth=1)
        axes.set(xlabel=grows, ylabel=cost, ylim=(0, None))
        if name in _LOGARITHMIC:
            axes.set_xscale("log")
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
        plt.close(figure)
        drawn.append(f"{name}.svg")
    return drawn
