"""The course's figures: one size, one font size, one colour and line per thing.

Pages call ``use_course_style`` once, ``figure`` for axes, ``show`` at the end of a
cell. Figures are SVG without dates, so that an unchanged page is unchanged bytes.
matplotlib is imported by the functions: the library works without it.
"""

import io
from typing import Any

import numpy as np

__all__ = [
    "COLORS",
    "STYLE",
    "contours",
    "figure",
    "line",
    "path",
    "show",
    "use_course_style",
]

# Okabe and Ito's colours, safe for colour-blind readers; the order is the cycle.
CYCLE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#5C4B8A", "#8A6D00", "#333333")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)), (0, (3, 1)), (0, (1, 1)))

# One colour and one dash per quantity, through the whole book.
LINES = {"V": 0, "m": 1, "n": 2, "h": 3, "I": 6}

# One colour per family of methods and one dash per member: (colour, dash).
METHODS = {
    "gradient descent": (0, 0),
    "momentum": (0, 1),
    "Nesterov": (0, 3),
    "SGD": (0, 2),
    "Quickprop": (3, 0),
    "Rprop": (3, 1),
    "iRprop+": (3, 3),
    "conjugate gradients": (4, 0),
    "Adam": (1, 0),
    "AdamW": (1, 1),
    "AdaGrad": (1, 3),
    "AdaDelta": (1, 4),
    "RMSProp": (1, 2),
    "Apollo": (1, 5),
    "Newton": (5, 3),
    "BFGS": (5, 0),
    "L-BFGS": (5, 1),
    "LM": (6, 0),
    "hybrid": (6, 1),
    "natural gradient": (2, 0),
    "NGDM": (2, 1),
}
COLORS = {name: CYCLE[k] for name, k in LINES.items()}
COLORS |= {name: CYCLE[k] for name, (k, _) in METHODS.items()}

# What the build draws instead on a dark page: faces, ink, grid, then the cycle.
DARK = {
    "#ffffff": "#121212",
    "#000000": "#e6e6e6",
    "#444444": "#9aa4ae",
    "#e6e6e6": "#363c43",
    "#0072b2": "#5eb3f0",
    "#d55e00": "#ff8f52",
    "#009e73": "#3fd0a2",
    "#cc79a7": "#e8a8cb",
    "#5c4b8a": "#b5a3f0",
    "#8a6d00": "#d9b84a",
    "#333333": "#dddddd",
}

STYLE = {
    "figure.figsize": (4.8, 3.0),
    "figure.facecolor": "white",
    "figure.dpi": 96,
    "savefig.facecolor": "white",
    "svg.hashsalt": "neurons-to-networks",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#444444",
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.8,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}


def use_course_style() -> None:
    """Set the course's matplotlib style for this process."""
    import matplotlib as mpl
    from cycler import cycler

    mpl.use("agg")
    mpl.rcParams.update(STYLE)
    mpl.rcParams["axes.prop_cycle"] = cycler(color=CYCLE)


def figure(rows: int = 1, columns: int = 1) -> tuple[Any, Any]:
    """A figure one column wide; panels stacked, or at most two side by side.

    Returns the figure and its axes: one, or a list in reading order.
    """
    import matplotlib.pyplot as plt

    if rows < 1 or columns not in (1, 2):
        raise ValueError(
            f"rows, columns: expected rows >= 1 and one or two columns, "
            f"got {rows} and {columns}"
        )
    height = 3.0 if rows == 1 else 0.6 + 1.7 * rows
    fig, axes = plt.subplots(rows, columns, figsize=(4.8, height), squeeze=False)
    if rows > 1:
        for ax in axes[:-1].ravel():
            ax.sharex(axes[-1, 0])
            ax.tick_params(labelbottom=False)
    flat = list(axes.ravel())
    return fig, flat[0] if len(flat) == 1 else flat


def line(name: str) -> dict[str, Any]:
    """Colour and dash of a quantity or method, for ``ax.plot(..., **line("V"))``."""
    if name not in COLORS:
        raise ValueError(f"name: expected one of {sorted(COLORS)}, got {name!r}")
    dash = METHODS[name][1] if name in METHODS else LINES[name]
    return {"color": COLORS[name], "linestyle": DASHES[dash]}


def contours(ax: Any, landscape: Any, levels: int = 14) -> None:
    """Contour lines of a `course_lib.landscapes.Landscape`, dense near its minima."""
    left, right, bottom, top = landscape.view
    x, y = np.meshgrid(np.linspace(left, right, 161), np.linspace(bottom, top, 161))
    z = landscape.value(np.stack([x, y], axis=-1))
    z = z - min(landscape.value(np.array(m)) for m in landscape.minima)
    steps = np.linspace(0, 1, levels + 1)[1:] ** 3 * z.max()
    ax.contour(x, y, z, steps, colors="#444444", linewidths=0.5)
    for minimum in landscape.minima:
        ax.plot(*minimum, "+", color="#444444", markersize=9)
    ax.set(xlim=(left, right), ylim=(bottom, top), xlabel="θ₁", ylabel="θ₂")
    ax.grid(visible=False)


def path(ax: Any, points: Any, name: str, label: str | None = None) -> None:
    """The steps of a method, points of shape (steps + 1, 2), dots on its line."""
    points = np.asarray(points)
    ax.plot(*points.T, marker=".", label=label or name, **line(name))


def show(fig: Any) -> None:
    """Display ``fig`` as SVG with nothing in it that changes between runs."""
    import matplotlib.pyplot as plt
    from IPython.display import SVG, display

    buffer = io.StringIO()
    fig.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(fig)
    display(SVG(buffer.getvalue()))
