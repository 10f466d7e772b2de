"""The staggered scheme as a compiled loop, for NumPy arrays of many neurons or one.

The same arithmetic as ``simulate(scheme="staggered")``, with the time loop
inside and exp replaced by one that the compiler can vectorize: 2^k from the
exponent bits times a polynomial, relative error below 3e-14. Neurons are taken in
blocks that stay in registers and the first cache while time runs. Needs numba, which
the base install does not have; `simulate` imports this only when asked.

Chapter: hodgkin-huxley.
"""

import math

import numba

BLOCK = 256  # neurons per pass: their states stay in the first-level cache

# exp(r) for |r| <= ln(2)/2 by its Taylor series to degree 11.
_C = tuple(1.0 / math.factorial(k) for k in range(12))
_LOG2E = 1.4426950408889634
_LN2_HI, _LN2_LO = 0.6931471803691238, 1.9082149292705877e-10
_MAGIC = 6755399441055744.0  # 1.5 * 2^52: adding it rounds to the nearest integer


@numba.njit(inline="always", error_model="numpy", fastmath={"contract", "nsz", "arcp"})
def _exp(x):  # pragma: no cover - compiled
    x = min(max(x, -700.0), 700.0)
    t = x * _LOG2E + _MAGIC  # the integer k stands in the last bits of t
    k = t - _MAGIC
    r = (x - k * _LN2_HI) - k * _LN2_LO
    # Estrin: pairs first, so that the multiplications overlap
    r2 = r * r
    r4 = r2 * r2
    low = (_C[0] + _C[1] * r) + (_C[2] + _C[3] * r) * r2
    middle = (_C[4] + _C[5] * r) + (_C[6] + _C[7] * r) * r2
    high = (_C[8] + _C[9] * r) + (_C[10] + _C[11] * r) * r2
    p = low + r4 * (middle + r4 * high)
    return p * _bits_to_float((_float_to_bits(t) + 1023) << 52)


@numba.extending.intrinsic
def _float_to_bits(typing_context, value):  # pragma: no cover - compiled
    from llvmlite import ir

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.IntType(64))

    return numba.types.int64(numba.types.float64), codegen


@numba.extending.intrinsic
def _bits_to_float(typing_context, bits):  # pragma: no cover - compiled
    from llvmlite import ir

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.DoubleType())

    return numba.types.float64(numba.types.int64), codegen


@numba.njit(inline="always", error_model="numpy", fastmath={"contract", "nsz", "arcp"})
def _fractions(u):  # pragma: no cover - compiled
    """The rates without a division: α_n = p_n/d_n, α_m = p_m/d_m, β_h = 1/d_h.

    Two exponentials; the others are powers of e^(-u/80). Below u = -700 every gate is
    shut (or open) to the last digit, and the powers would overflow.
    """
    u = max(u, -700.0)
    e80 = _exp(-u * (1.0 / 80.0))  # β_n
    e18 = _exp(-u * (1.0 / 18.0))  # β_m
    e20 = e80 * e80
    e20 = e20 * e20  # e^(-u/20) = (e^(-u/80))^4
    e10 = e20 * e20  # e^(-u/10)
    xn = (10.0 - u) * 0.1
    xm = (25.0 - u) * 0.1
    small_n, small_m = abs(xn) < 1e-3, abs(xm) < 1e-3
    # ψ = x/(e^x - 1); near 0 its series, whose next term is x^4/720
    p_n = 1.0 - 0.5 * xn + xn * xn * (1.0 / 12.0) if small_n else xn
    p_m = 1.0 - 0.5 * xm + xm * xm * (1.0 / 12.0) if small_m else xm
    d_n = 1.0 if small_n else 2.718281828459045 * e10 - 1.0
    d_m = 1.0 if small_m else 12.182493960703473 * e10 - 1.0
    d_h = 1.0 + 20.085536923187668 * e10
    return 0.1 * p_n, d_n, 0.125 * e80, p_m, d_m, 4.0 * e18, 0.07 * e20, d_h


@numba.njit(inline="always", error_model="numpy", fastmath={"contract", "nsz", "arcp"})
def _rates(u):  # pragma: no cover - compiled
    """The six rates themselves, for the few places outside the innermost loop."""
    p_n, d_n, b_n, p_m, d_m, b_m, a_h, d_h = _fractions(u)
    return p_n / d_n, b_n, p_m / d_m, b_m, a_h, 1.0 / d_h


@numba.njit(
    fastmath={"contract", "nsz", "arcp"}, error_model="numpy", cache=True, nogil=True
)
def run(V, n, m, h, I, constants, phi, dt, steps, every, out):  # pragma: no cover
    """Advance N neurons by ``steps``; every ``every`` steps write V, n, m, h to out.

    V, n, m, h, I: shape (N,), float64, overwritten; the gates come with V and are
    brought half a step back first. out: shape (steps // every + 1, 4, N).
    """
    C, g_Na, g_K, g_L, E_Na, E_K, E_L = constants
    N = V.shape[0]
    half_dt = 0.5 * dt
    f = phi * half_dt
    f4 = 0.5 * f
    c = half_dt / C
    back = half_dt * phi  # the gates' time from V back to their own, in rate units
    for i in range(N):
        a_n, b_n, a_m, b_m, a_h, b_h = _rates(V[i] + 65.0)
        out[0, 0, i], out[0, 1, i], out[0, 2, i], out[0, 3, i] = V[i], n[i], m[i], h[i]
        n[i] = a_n / (a_n + b_n) + (n[i] - a_n / (a_n + b_n)) * _exp(back * (a_n + b_n))
        m[i] = a_m / (a_m + b_m) + (m[i] - a_m / (a_m + b_m)) * _exp(back * (a_m + b_m))
        h[i] = a_h / (a_h + b_h) + (h[i] - a_h / (a_h + b_h)) * _exp(back * (a_h + b_h))
    for start in range(0, N, BLOCK):
        block = slice(start, min(start + BLOCK, N))
        Vb, nb, mb, hb, Ib = V[block], n[block], m[block], h[block], I[block]
        for k in range(1, steps + 1):
            # from 0 to a size: the compiler sees that no index is negative
            for i in range(Vb.size):
                p_n, d_n, b_n, p_m, d_m, b_m, a_h, d_h = _fractions(Vb[i] + 65.0)
                # x (1 - f(α+β)) + 2 f α over 1 + f(α+β): the trapezoidal rule, both
                # sides times d, so that the rates need no division of their own
                p_h = a_h * d_h
                kn, km, kh = f * (p_n + b_n * d_n), f * (p_m + b_m * d_m), f * (p_h + 1)
                dn, dm, dh = d_n + kn, d_m + km, d_h + kh
                inverse = 1.0 / (dn * dm * dh)  # one division for three
                ni = (nb[i] * (d_n - kn) + 2.0 * f * p_n) * (dm * dh) * inverse
                mi = (mb[i] * (d_m - km) + 2.0 * f * p_m) * (dn * dh) * inverse
                hi = (hb[i] * (d_h - kh) + 2.0 * f * p_h) * (dn * dm) * inverse
                n2 = ni * ni
                gk, gna = g_K * n2 * n2, g_Na * mi * mi * mi * hi
                G = c * (gk + gna + g_L)
                drive = gk * E_K + gna * E_Na + g_L * E_L + Ib[i]
                Vb[i] = (Vb[i] * (1.0 - G) + 2.0 * c * drive) / (1.0 + G)
                nb[i], mb[i], hb[i] = ni, mi, hi
            if k % every == 0:
                r = k // every
                for i in range(Vb.size):
                    a_n, b_n, a_m, b_m, a_h, b_h = _rates(Vb[i] + 65.0)
                    kn, km, kh = f4 * (a_n + b_n), f4 * (a_m + b_m), f4 * (a_h + b_h)
                    j = start + i
                    out[r, 0, j] = Vb[i]
                    out[r, 1, j] = (nb[i] * (1.0 - kn) + 2.0 * f4 * a_n) / (1.0 + kn)
                    out[r, 2, j] = (mb[i] * (1.0 - km) + 2.0 * f4 * a_m) / (1.0 + km)
                    out[r, 3, j] = (hb[i] * (1.0 - kh) + 2.0 * f4 * a_h) / (1.0 + kh)
