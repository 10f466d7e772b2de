"""The Hodgkin-Huxley membrane: rates, rest, spikes, thresholds, propagation.

`equations` has the model. Two kinds of run stand on it: `simulate` takes many neurons
with a fixed step, NumPy or torch (`simulation`, its steps in `schemes`); `solve` takes
one neuron at a tight tolerance (`accurate`). The `experiments` and `propagation` use
the second, so that their numbers are the model's and not a scheme's.

Units: mV, ms, µA/cm², mS/cm², µF/cm².

Source: Hodgkin & Huxley 1952, J. Physiol. 117:500. Chapter: hodgkin-huxley.
"""

from course_lib.neurons.hodgkin_huxley.accurate import Solution, printed, solve
from course_lib.neurons.hodgkin_huxley.equations import (
    SQUID,
    Gates,
    Membrane,
    Rates,
    State,
    derivative,
    equilibrium,
    ionic_currents,
    rates,
    rest,
    steady_state,
    time_constants,
)
from course_lib.neurons.hodgkin_huxley.experiments import (
    anode_break_current,
    displacement_threshold,
    eigenvalues,
    firing_rate,
    hopf_currents,
    refractory_threshold,
    rheobase,
    sweep_rates,
    threshold_current,
    voltage_clamp,
)
from course_lib.neurons.hodgkin_huxley.propagation import (
    Axon,
    Propagation,
    cable,
    conduction_velocity,
    shoot,
    wave_parameter,
)
from course_lib.neurons.hodgkin_huxley.runs import Pulses, Trace, pulse, spike_times
from course_lib.neurons.hodgkin_huxley.schemes import SCHEMES, Scheme
from course_lib.neurons.hodgkin_huxley.simulation import simulate

__all__ = [
    "SCHEMES",
    "SQUID",
    "Axon",
    "Gates",
    "Membrane",
    "Propagation",
    "Pulses",
    "Rates",
    "Scheme",
    "Solution",
    "State",
    "Trace",
    "anode_break_current",
    "cable",
    "conduction_velocity",
    "derivative",
    "displacement_threshold",
    "eigenvalues",
    "equilibrium",
    "firing_rate",
    "hopf_currents",
    "ionic_currents",
    "printed",
    "pulse",
    "rates",
    "refractory_threshold",
    "rest",
    "rheobase",
    "shoot",
    "simulate",
    "solve",
    "spike_times",
    "steady_state",
    "sweep_rates",
    "threshold_current",
    "time_constants",
    "voltage_clamp",
    "wave_parameter",
]
