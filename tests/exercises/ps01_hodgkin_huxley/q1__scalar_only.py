# mark 2/3: an if on the voltage works for one number only
import math


def rates(V):
    def ratio(x):
        if x == 0:
            return 1.0
        return x / -math.expm1(-x)

    return (
        0.1 * ratio((V + 55) / 10),
        0.125 * math.exp(-(V + 65) / 80),
        ratio((V + 40) / 10),
        4 * math.exp(-(V + 65) / 18),
        0.07 * math.exp(-(V + 65) / 20),
        1 / (1 + math.exp(-(V + 35) / 10)),
    )
