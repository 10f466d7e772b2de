"""Table 1 of the paper on tuning, as printed, and what follows from it by arithmetic.

Every row is a mean accuracy and its spread in percent. The sign between the two is lost
in the text at hand, and how many runs stand behind them is not said, so that only the
*unit* of a difference can be formed::

    units = Δ / √(s₁² + s₂²)                                                (1)

With n runs each, Welch's t is √n times that. A row of a single rate is the paper's step
policy, whose drops are not printed; a row of two rates is one cycle.

Source: Radiuk 2020, Table 1 and text. Chapter: tuning. Differs from it in: nothing.
"""

from typing import Any, NamedTuple

__all__ = ["BATCH", "TABLE_1", "TEXT", "Row", "difference", "iterations", "row"]

BATCH = 512  # the caption's, for all rows


class Row(NamedTuple):
    """Data, network, rates, momenta (highest first), decay, epochs, accuracy in %."""

    data: str
    network: str
    rates: tuple[float, ...]
    momenta: tuple[float, ...]
    weight_decay: float
    epochs: int
    mean: float
    deviation: float

    @property
    def cycle(self) -> bool:
        """Whether the row is one cycle."""
        return len(self.rates) == 2


def _rows(data: str, network: str, *rows: tuple[Any, ...]) -> tuple[Row, ...]:
    """Rows of (rates, epochs, mean, deviation); momenta and decay are the caption's."""
    return tuple(
        Row(
            data,
            network,
            rates,
            (0.95, 0.85) if len(rates) == 2 else (0.9,),
            1e-4,
            epochs,
            mean,
            deviation,
        )
        for rates, epochs, mean, deviation in rows
    )


TABLE_1 = (
    *_rows(
        "CIFAR-10",
        "ResNet",
        ((0.1,), 100, 85.6, 0.7),
        ((0.1,), 200, 86.9, 0.6),
        ((0.1,), 800, 90.1, 0.8),
        ((0.1, 0.5), 25, 84.3, 0.6),
        ((0.1, 1.0), 50, 89.5, 0.2),
        ((0.1, 1.0), 100, 88.7, 0.2),
    ),
    *_rows(
        "CIFAR-10",
        "DenseNet",
        ((0.1,), 100, 92.4, 0.1),
        ((0.1,), 200, 91.7, 0.2),
        ((0.1,), 400, 92.1, 0.3),
        ((0.1, 4.0), 75, 89.8, 0.7),
        ((0.1, 4.0), 100, 91.5, 0.3),
        ((0.1, 4.0), 150, 90.8, 0.1),
    ),
    *_rows(
        "CIFAR-100",
        "ResNet-56",
        ((0.005,), 100, 60.2, 0.5),
        ((0.005,), 200, 60.3, 0.8),
        ((0.005,), 400, 61.0, 0.3),
        ((0.1, 0.5), 25, 61.4, 0.2),
        ((0.1, 0.5), 50, 64.6, 0.8),
        ((0.09, 0.9), 100, 66.3, 0.4),
    ),
)

# What the running text says where the table says something else.
TEXT = {
    "DenseNet momenta": (0.9, 0.85),
    "DenseNet weight decay": (1e-5, 1e-6),  # on two pages
    "DenseNet batch of the search for decay": 256,
    "CIFAR-100 rates": (0.1, 1.0),
    "CIFAR-100 epochs said to be beaten": 800,
    "WideNet rate in the caption of Fig. 3": 0.1,
    "DenseNet rate in the caption of Fig. 3": 1e-4,
    "CIFAR-10 networks": ("wide ResNet", "WideNet", "ResNet-32", "ResNet-56"),
}


def row(data: str, network: str, cycle: bool, epochs: int) -> Row:
    """The row of Table 1 with these four."""
    for each in TABLE_1:
        if each[:2] == (data, network) and (each.cycle, each.epochs) == (cycle, epochs):
            return each
    raise ValueError(
        f"epochs: no row of Table 1 has {data}, {network}, "
        f"{'one cycle' if cycle else 'a step policy'} and {epochs} epochs"
    )


def difference(first: Row, second: Row, n: int = 1) -> tuple[float, float]:
    """(points, units of equation (1) times √n): first minus second."""
    points = first.mean - second.mean
    spread = (first.deviation**2 + second.deviation**2) ** 0.5
    return points, points / spread * n**0.5


def iterations(epochs: int, N: int = 50_000, batch: int = BATCH) -> int:
    """Steps in so many epochs, the last batch of each being smaller."""
    return epochs * -(-N // batch)
