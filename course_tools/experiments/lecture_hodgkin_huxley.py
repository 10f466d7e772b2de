"""Spike counts of the right equations, of 0.7 for 0.07, and of the slide as printed."""

from typing import Any

from course_lib.neurons import hodgkin_huxley as hh

CASES: dict[str, dict[str, Any]] = {
    "right": {"plus_signs": False, "no_leak": False, "alpha_h": 0.07},
    "seven_tenths": {"plus_signs": False, "no_leak": False, "alpha_h": 0.7},
    "printed": {"plus_signs": True, "no_leak": True, "alpha_h": 0.7},
}


def jobs(settings: dict[str, Any]) -> list[dict[str, Any]]:
    """One per case and current."""
    return [{"case": case, "I": I} for case in CASES for I in settings["currents"]]


def one(
    job: dict[str, Any], settings: dict[str, Any], device: str, checkpoint: Any
) -> dict[str, Any]:
    """An accurate integration; scalar work, so CPU only."""
    start = hh.State(-65.0, *map(float, hh.steady_state(-65.0)))
    done = hh.solve(
        hh.Pulses((5.0,), (job["I"],)),
        settings["duration_ms"],
        field=hh.printed(**CASES[job["case"]]),
        state=start,
        rtol=settings["rtol"],
    )
    top = float(done.trace.V.max()) + 65.0
    return {"spikes": len(done.spikes), "top_mV": round(top, 3)}


def report(rows: list[Any], settings: dict[str, Any]) -> dict[str, Any]:
    """The counts by case and current."""
    numbers = {f"spikes_{r['case']}_at_{r['I']:g}": r["spikes"] for r in rows}
    return {"numbers": numbers, "table": rows}


def summary(result: dict[str, Any]) -> list[list[str]]:
    """Spikes in 100 ms for the book, head first."""
    currents = result["settings"]["currents"]
    out = [["equations", *(f"{I:g} µA/cm²" for I in currents)]]
    for case in CASES:
        counts = [r["spikes"] for r in result["table"] if r["case"] == case]
        out.append([case.replace("_", " "), *map(str, counts)])
    return out
