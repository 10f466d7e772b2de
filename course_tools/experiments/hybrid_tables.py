"""Table 1 row by row in ticks, Table 2 in ticks and seconds, Figures 9 and 10."""

from typing import Any

from course_lib import complexity
from course_lib import complexity_as_printed as printed
from course_lib.activations import logistic, relu
from course_lib.counting import OpCount
from course_lib.layers import Activation, Conv2d, Dense, MaxPool2d
from course_lib.networks.sequential import Sequential
from course_lib.networks.small_cnns import figure_10_network, iris_network

Row = dict[str, Any]
METHODS = {"Adam": 0, "hybrid": 2, "Levenberg-Marquardt": 3}


def jobs(settings: Row) -> list[Row]:
    """Nothing to run: operations are counted in `report`."""
    return []


def report(rows: list[Row], settings: Row) -> Row:
    """Printed and counted ticks, row by row."""
    N, A, net = settings["objects"], settings["trial_points"], iris_network()
    table_1 = [
        {"row": row, "printed_ticks": p.ticks(), "counted_ticks": c.ticks()}
        for row, p, c in _table_1(net, N, A)
    ]
    counted = {m: complexity.epoch(net, N, O, A).ticks() for m, O in METHODS.items()}
    formulas = {
        m: printed.epoch_as_printed(net, N, O, A).ticks() for m, O in METHODS.items()
    }
    counted["recognition"] = complexity.forward(net).ticks()
    formulas["recognition"] = printed.forward_as_printed(net).ticks()
    numbers = {
        "hybrid_per_adam": counted["hybrid"] / counted["Adam"],
        **_figures(net, settings),
        "table_2_rows_from_table_1": sum(
            formulas[name] == K for name, (K, _) in printed.TABLE_2.items()
        ),
        "table_2_rows_with_stated_share": sum(
            abs(printed.seconds(K) / tau - 1) < 0.01
            for K, tau in printed.TABLE_2.values()
        ),
    }
    table_2 = _table_2(formulas, counted)
    return {"numbers": numbers, "table_1": table_1, "table_2": table_2}


def _figures(net: Sequential, settings: Row) -> dict[str, float]:
    """Extremes of the ratios that Figures 9 and 10 draw."""
    nine = [
        printed.epoch_as_printed(net, n, 0).ticks()
        / complexity.epoch(net, n, 0).ticks()
        for n in settings["figure_9"]
    ]
    ten = [
        [complexity.epoch(figure_10_network(h), n, O).ticks() for O in (3, 2, 0)]
        for h in settings["figure_10"]
        for n in settings["figure_10_batches"]
    ]
    return {
        "figure_9_largest_ratio": max(nine),
        "figure_9_smallest_ratio": min(nine),
        "figure_10_least_lm_per_hybrid": min(lm / hybrid for lm, hybrid, _ in ten),
        "figure_10_least_hybrid_per_adam": min(
            hybrid / adam for _, hybrid, adam in ten
        ),
    }


def _table_2(formulas: dict[str, int], counted: dict[str, int]) -> list[Row]:
    """Printed ticks and seconds beside those of Table 1's formulas and of a count."""
    return [
        {
            "row": name,
            "printed_ticks": K,
            "table_1_ticks": formulas[name],
            "counted_ticks": counted[name],
            "printed_s": tau,
            "s_with_V_0.75": printed.seconds(K),
            "s_with_V_0.5": printed.seconds(K, share=0.5),
            "implied_V": K / (printed.PEAK * tau),
        }
        for name, (K, tau) in printed.TABLE_2.items()
    ]


def summary(result: Row) -> list[list[str]]:
    """Both tables for the book, head first."""
    head = ["row", "ticks printed", "ticks by Table 1", "ticks counted"]
    out = [[*head, "s printed", "s by (38), V = 0.75"]]
    for row in result["table_1"]:
        ticks = (f"{row[key]:.0f}" for key in ("printed_ticks", "counted_ticks"))
        out.append([f"Table 1, {row['row']}", "–", *ticks, "–", "–"])
    for row in result["table_2"]:
        keys = ("printed_ticks", "table_1_ticks", "counted_ticks")
        seconds = (f"{row[key]:.2g}" for key in ("printed_s", "s_with_V_0.75"))
        ticks = (f"{row[key]:.0f}" for key in keys)
        out.append([f"Table 2, {row['row']}", *ticks, *seconds])
    return out


def _table_1(net: Sequential, N: int, A: int) -> list[tuple[str, OpCount, OpCount]]:
    """(row, printed, counted); what has no row of its own in a count is joined."""
    dense = Sequential([Dense(4, 4), Activation(logistic)])
    conv = Sequential([Conv2d(1, 4, 2), Activation(relu)], (1, 2, 2))
    pool = Sequential([MaxPool2d((3, 2))], (3, 3, 2))
    outputs, P = 3, net.size
    R = N * outputs
    only_outputs = complexity.jacobian(net, N, 1)
    slopes = OpCount(R, R)  # f' of the outputs, in no row of the print
    return [
        ("1", printed.forward_as_printed(dense, N), complexity.forward(dense, N)),
        ("2", printed.forward_as_printed(pool, N), complexity.forward(pool, N)),
        ("3", printed.forward_as_printed(conv, N), complexity.forward(conv, N)),
        (
            "4 to 7",
            printed.adam_as_printed(net, N),
            complexity.gradient(net, N) + complexity.adam_update(P),
        ),
        (
            "8",
            printed.jacobian_output_as_printed(4, R),
            only_outputs + -1 * slopes,
        ),
        (
            "9",
            printed.jacobian_layer_as_printed((4, 4, 4, 3), 2, R),
            complexity.jacobian(net, N, 2) + -1 * only_outputs,
        ),
        (
            "10",
            printed.normal_equations_as_printed(R, P),
            complexity.normal_equations(R, P),
        ),
        (
            "11",
            printed.epoch_as_printed(net, N, 3, A),
            complexity.epoch(net, N, 3, A),
        ),
        (
            "12",
            printed.epoch_as_printed(net, N, 2, A),
            complexity.epoch(net, N, 2, A),
        ),
    ]
