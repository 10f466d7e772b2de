"""Spike counts of the right equations, of 0.7 for 0.07, and of the slide as printed."""

from typing import Any

from course_lib.neurons import hodgkin_huxley as hh

CASES: dict[str, dict[str, Any]] = {
    "right": {"plus_signs": False, "no_leak": False, "alpha_h": 0.07},
    "seven_tenths": {"plus_signs": False, "no_leak": False, "alpha_h": 0.7},
    "printed": {"plus_signs": True, "no_leak": True, "alpha_h": 0.7},
}


def run(settings: dict[str, Any], device: str) -> dict[str, Any]:
    """One accurate integration per case and current; scalar work, so CPU only."""
    start = hh.State(-65.0, *map(float, hh.steady_state(-65.0)))
    table, numbers = [], {}
    for case, switches in CASES.items():
        for I in settings["currents"]:
            done = hh.solve(
                hh.Pulses((5.0,), (I,)),
                settings["duration_ms"],
                field=hh.printed(**switches),
                state=start,
                rtol=settings["rtol"],
            )
            count, top = len(done.spikes), float(done.trace.V.max()) + 65.0
            table.append(
                {"case": case, "I": I, "spikes": count, "top_mV": round(top, 3)}
            )
            numbers[f"spikes_{case}_at_{I:g}"] = count
    return {"numbers": numbers, "table": table}
