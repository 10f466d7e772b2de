"""Dirichlet laws and their information geometry.

On the simplex x_i > 0, Σ x_i = 1, with α₀ = Σ α_i and ψ′ the trigamma function::

    ln p(x; α) = ln Γ(α₀) − Σ ln Γ(α_i) + Σ (α_i − 1) ln x_i                (1)
    score_i = ψ(α₀) − ψ(α_i) + ln x_i                                       (2)
    F = diag(ψ′(α)) − ψ′(α₀) 1 1ᵀ                                           (3)
    F⁻¹ u = h ∘ u + h c (h·u) / (1 − c Σ h),  h = 1/ψ′(α), c = ψ′(α₀)       (4)

(4) takes O(K), no matrix. Leaving out the second term, as the paper does, is no
approximation: along 1 the exact inverse is 1/(1 − c Σ h) times larger.

The generalized law (Connor and Mosimann) has parameters (α_i, β_i), i < K; in
y_i = x_i / (1 − Σ_{j<i} x_j) it is a product of Beta laws, so F is block diagonal::

    Ψ_i = [[ψ′(α_i) − C_i, −C_i], [−C_i, ψ′(β_i) − C_i]],  C_i = ψ′(α_i + β_i)   (5)

Source: Abdulkadirov and Lyakhov 2023, (3)-(9). Chapter: dirichlet-methods. Differs from
it in: the sign of F in (3), the last exponent and the number of factors of the
generalized density, the number of blocks in (5), 1/ψ′(12) = 11.507.
"""

from typing import Any, NamedTuple

import numpy as np
from scipy.special import digamma, gammaln, polygamma

__all__ = [
    "Fit",
    "TestResult",
    "ball_to_simplex",
    "diagonal_error",
    "energy_test",
    "fisher",
    "fisher_solve",
    "generalized_fisher",
    "generalized_fisher_solve",
    "generalized_log_density",
    "generalized_sample",
    "generalized_score",
    "kl",
    "log_density",
    "maximum_likelihood",
    "natural_step",
    "sample",
    "score",
    "simplex_to_ball",
    "triangle_test",
    "trigamma",
]


def trigamma(a: Any) -> np.ndarray:
    """ψ′(a), the derivative of digamma; positive and decreasing for a > 0."""
    return polygamma(1, np.asarray(a, float))


# --------------------------------------------------------------------------------
# The Dirichlet law


def log_density(x: Any, alpha: Any) -> np.ndarray:
    """Equation (1): x (..., K), alpha (K,), to (...).

    Source: Abdulkadirov and Lyakhov 2023, (4). Chapter: dirichlet-methods. Differs from
    it in: nothing.
    """
    alpha = _positive("alpha", alpha)
    x = _points(x, len(alpha))
    constant = gammaln(alpha.sum()) - gammaln(alpha).sum()
    return constant + (np.log(x) * (alpha - 1)).sum(axis=-1)


def score(x: Any, alpha: Any) -> np.ndarray:
    """Equation (2): the gradient of (1) in alpha, of the shape of x; its mean is 0."""
    alpha = _positive("alpha", alpha)
    return digamma(alpha.sum()) - digamma(alpha) + np.log(_points(x, len(alpha)))


def sample(alpha: Any, n: int, rng: Any) -> np.ndarray:
    """n draws (n, K)."""
    return rng.dirichlet(_positive("alpha", alpha), n)


def kl(alpha: Any, other: Any) -> float:
    """KL(p(·; alpha) ‖ p(·; other)) ≥ 0; ½ δᵀ F δ + O(δ³) for other = alpha + δ.

    Source: Abdulkadirov and Lyakhov 2023, (3). Chapter: dirichlet-methods. Differs from
    it in: the quadratic form is an approximation, printed as an equality.
    """
    a, b = _positive("alpha", alpha), _positive("other", other)
    if a.shape != b.shape:
        raise ValueError(
            f"other: expected the shape of alpha, {a.shape}; got {b.shape}"
        )
    value = gammaln(a.sum()) - gammaln(b.sum()) - (gammaln(a) - gammaln(b)).sum()
    return float(value + (a - b) @ (digamma(a) - digamma(a.sum())))


def fisher(alpha: Any) -> np.ndarray:
    """Equation (3), (K, K), symmetric and positive definite.

    Source: Abdulkadirov and Lyakhov 2023, (5). Chapter: dirichlet-methods. Differs from
    it in: nothing; ψ′ is trigamma there too, though the text says digamma.
    """
    alpha = _positive("alpha", alpha)
    return np.diag(trigamma(alpha)) - trigamma(alpha.sum())


def fisher_solve(alpha: Any, u: Any) -> np.ndarray:
    """Equation (4): F⁻¹ u in O(K), u (K,).

    Source: derived by Sherman and Morrison's formula. Chapter: dirichlet-methods.
    """
    alpha, u = _positive("alpha", alpha), np.asarray(u, float)
    if u.shape != alpha.shape:
        raise ValueError(f"u: expected shape {alpha.shape}; got {u.shape}")
    h, c = 1 / trigamma(alpha), float(trigamma(alpha.sum()))
    return h * u + h * (c * (h @ u) / (1 - c * h.sum()))


def diagonal_error(alpha: Any) -> float:
    """1 / (1 − c Σ h): how much longer F⁻¹ is along 1 than its diagonal form.

    Source: derived. Chapter: dirichlet-methods; the paper's (8), (9) take it as 1.
    """
    alpha = _positive("alpha", alpha)
    return float(1 / (1 - trigamma(alpha.sum()) * (1 / trigamma(alpha)).sum()))


# --------------------------------------------------------------------------------
# The generalized law


def generalized_log_density(x: Any, alpha: Any, beta: Any) -> np.ndarray:
    """ln p over the first K − 1 coordinates: x (..., K − 1), alpha and beta (K − 1,).

    Source: Connor and Mosimann 1969. Chapter: dirichlet-methods. Differs from it in:
    nothing; the paper's (6) has one factor too many and another last exponent.
    """
    alpha, beta = _pair(alpha, beta)
    x = _points(x, len(alpha), whole=False)
    rest = 1 - np.cumsum(x, axis=-1)
    c = np.append(beta[:-1] - alpha[1:] - beta[1:], beta[-1] - 1)
    constant = gammaln(alpha + beta) - gammaln(alpha) - gammaln(beta)
    terms = constant + (alpha - 1) * np.log(x) + c * np.log(rest)
    return terms.sum(axis=-1)


def generalized_score(x: Any, alpha: Any, beta: Any) -> np.ndarray:
    """The gradient of ln p in (α_1, β_1, α_2, β_2, ...): (..., 2(K − 1))."""
    alpha, beta = _pair(alpha, beta)
    x = _points(x, len(alpha), whole=False)
    before = 1 - np.cumsum(x, axis=-1) + x
    y = x / before
    both = digamma(alpha + beta)
    a = both - digamma(alpha) + np.log(y)
    b = both - digamma(beta) + np.log1p(-y)
    return np.stack([a, b], axis=-1).reshape(*x.shape[:-1], -1)


def generalized_sample(alpha: Any, beta: Any, n: int, rng: Any) -> np.ndarray:
    """n draws of the first K − 1 coordinates, by sticks broken off: (n, K − 1)."""
    alpha, beta = _pair(alpha, beta)
    y = rng.beta(alpha, beta, (n, len(alpha)))
    left = np.cumprod(1 - y, axis=1)
    return y * np.hstack([np.ones((n, 1)), left[:, :-1]])


def generalized_fisher(alpha: Any, beta: Any) -> np.ndarray:
    """The blocks Ψ of equation (5), (K − 1, 2, 2).

    Source: Abdulkadirov and Lyakhov 2023, (7). Chapter: dirichlet-methods. Differs from
    it in: K − 1 blocks.
    """
    alpha, beta = _pair(alpha, beta)
    A, B, C = trigamma(alpha), trigamma(beta), trigamma(alpha + beta)
    return np.stack([A - C, -C, -C, B - C], axis=-1).reshape(-1, 2, 2)


def generalized_fisher_solve(alpha: Any, beta: Any, u: Any) -> np.ndarray:
    """Ψ⁻¹ u block by block: u (2(K − 1),) in the order α_1, β_1, α_2, ..."""
    alpha, beta = _pair(alpha, beta)
    u = np.asarray(u, float)
    if u.shape != (2 * len(alpha),):
        raise ValueError(f"u: expected shape ({2 * len(alpha)},); got {u.shape}")
    A, B, C = trigamma(alpha), trigamma(beta), trigamma(alpha + beta)
    determinant = A * B - C * (A + B)
    a, b = u[0::2], u[1::2]
    solved = np.stack([(B - C) * a + C * b, C * a + (A - C) * b], axis=-1)
    return (solved / determinant[:, None]).ravel()


# --------------------------------------------------------------------------------
# Learning the parameters


class Fit(NamedTuple):
    """Estimated alpha, log-likelihood, norm of its gradient per sample, steps."""

    alpha: np.ndarray
    log_likelihood: float
    gradient_norm: float
    steps: int


def maximum_likelihood(x: Any, steps: int = 200) -> Fit:
    """alpha from samples x (N, K) by Newton's method with equation (4).

    The Hessian of the log-likelihood is −N F. One observation has no maximum: the
    likelihood grows without bound as the law contracts onto it.

    Source: Minka 2000. Chapter: dirichlet-methods. Differs from it in: nothing.
    """
    x = np.asarray(x, float)
    if x.ndim != 2 or not (x > 0).all() or not np.allclose(x.sum(axis=1), 1):
        raise ValueError(
            f"x: expected points inside the simplex, (N, K), rows that sum to 1; got "
            f"shape {x.shape}"
        )
    if len(x) < 2 or (np.ptp(x, axis=0) < 1e-9).all():
        raise ValueError(
            "x: expected at least two different points; one observation has no maximum "
            "of the likelihood"
        )
    mean_log, m = np.log(x).mean(axis=0), x.mean(axis=0)
    v = np.maximum(x.var(axis=0), 1e-20)
    alpha = m * max(float(np.median(m * (1 - m) / v)) - 1, 1e-2)  # by moments
    taken = 0
    while taken < steps:
        g = digamma(alpha.sum()) - digamma(alpha) + mean_log
        step = fisher_solve(alpha, g)
        while (alpha + step <= 0).any():
            step = step / 2
        alpha, taken = alpha + step, taken + 1
        if np.linalg.norm(step) <= 1e-13 * np.linalg.norm(alpha):
            break
    g = digamma(alpha.sum()) - digamma(alpha) + mean_log
    value = float(log_density(x, alpha).sum())
    return Fit(alpha, value, float(np.linalg.norm(g)), taken)


def natural_step(alpha: Any, value: Any, rate: float, n: int, rng: Any) -> np.ndarray:
    """α − rate · F⁻¹ ∇_α mean value(z), z ~ Dir(α), the gradient from n draws.

    What a consistent natural gradient for these laws is: the parameters that move are
    those of the law. The mean of the values is subtracted (it changes no mean, only
    noise), and the step is halved until alpha is positive.

    Source: after Wierstra et al. 2014. Chapter: dirichlet-methods. Differs from the
    paper: there F stays fixed and the weights move.
    """
    alpha = _positive("alpha", alpha)
    z = sample(alpha, n, rng)
    values = np.asarray(value(z), float)
    g = (score(z, alpha) * (values - values.mean())[:, None]).mean(axis=0)
    step = -rate * fisher_solve(alpha, g)
    while (alpha + step <= 0).any():
        step = step / 2
    return alpha + step


# --------------------------------------------------------------------------------
# Ball and simplex


def _helmert(n: int) -> np.ndarray:
    """(n, n + 1), rows orthonormal and orthogonal to 1."""
    V = np.tril(np.ones((n, n + 1)))
    k = np.arange(1, n + 1)
    V[np.arange(n), k] = -k
    return V / np.sqrt(k * (k + 1))[:, None]


def ball_to_simplex(x: Any, centre: Any, radius: float) -> np.ndarray:
    """A homeomorphism of the ball around ``centre`` onto the simplex: (n,) to (n + 1,).

    Along every ray from the centre, lengths are stretched so that the sphere becomes
    the simplex's boundary.

    Source: our choice; Abdulkadirov and Lyakhov 2023 assert that one exists. Chapter:
    dirichlet-methods.
    """
    x, centre = np.asarray(x, float), np.asarray(centre, float)
    if not radius > 0:
        raise ValueError(f"radius: expected > 0, a point is no ball; got {radius}")
    if x.ndim != 1 or centre.shape != x.shape:
        raise ValueError(
            f"centre: expected the shape of a point x (n,); got {centre.shape} and "
            f"{x.shape}"
        )
    n = len(x)
    y = (x - centre) / radius
    length = np.linalg.norm(y)
    if length > 1 + 1e-12:
        raise ValueError(f"x: expected inside the ball; got distance {length} radii")
    w = _helmert(n).T @ y
    gauge = (n + 1) * np.max(-w)
    return 1 / (n + 1) + (length / gauge * w if gauge > 0 else 0 * w)


def simplex_to_ball(z: Any, centre: Any, radius: float) -> np.ndarray:
    """The inverse of `ball_to_simplex`: (n + 1,) to (n,)."""
    z, centre = np.asarray(z, float), np.asarray(centre, float)
    n = len(z) - 1
    w = z - 1 / (n + 1)
    y = _helmert(n) @ w
    length = np.linalg.norm(y)
    if length == 0:
        return centre.copy()
    return centre + radius * (n + 1) * np.max(-w) / length * y


# --------------------------------------------------------------------------------
# Goodness of fit, by parametric bootstrap


class TestResult(NamedTuple):
    """The statistic and its p-value."""

    statistic: float
    p_value: float


def energy_test(
    x: Any, alpha: Any, rng: Any, reference: int = 100, replicates: int = 99
) -> TestResult:
    """Do the points x (N, K) follow Dir(alpha)? Székely and Rizzo's energy distance.

    alpha is taken as known. The p-value compares with ``replicates`` samples of N
    points from Dir(alpha).

    Source: Székely and Rizzo 2013. Chapter: dirichlet-methods. Differs from it in: the
    law's own distances come from ``reference`` draws.
    """
    alpha = _positive("alpha", alpha)
    x = _points(x, len(alpha))
    r = sample(alpha, reference, rng)
    inside = _distances(r, r).sum() / (reference * (reference - 1))

    def statistic(points: np.ndarray) -> float:
        between = 2 * _distances(points, r).mean()
        return float(
            len(points) * (between - inside - _distances(points, points).mean())
        )

    return _bootstrap(statistic(x), statistic, alpha, len(x), replicates, rng)


def triangle_test(
    x: Any, alpha: Any, rng: Any, reference: int = 100, replicates: int = 99
) -> TestResult:
    """The same question by triangles of two data points and one draw of Dir(alpha).

    If both follow one law, the side between the data points is shortest, middle and
    longest equally often. Statistic: distance of the shares from their bootstrap mean,
    in units of the bootstrap covariance.

    Source: Bartoszyński, Pearl and Lawrence 1997. Chapter: dirichlet-methods. Differs
    from it in: nothing.
    """
    alpha = _positive("alpha", alpha)
    x = _points(x, len(alpha))
    if len(x) < 2:
        raise ValueError(f"x: expected at least two points, (N, K); got {x.shape}")
    r = sample(alpha, reference, rng)

    def shares(points: np.ndarray) -> np.ndarray:
        i, j = np.triu_indices(len(points), 1)
        side = _distances(points, points)[i, j][:, None]
        to = _distances(points, r)
        shorter = (side < to[i]).astype(int) + (side < to[j])
        return np.array([(shorter == 2).mean(), (shorter == 0).mean()])

    null = np.array([shares(sample(alpha, len(x), rng)) for _ in range(replicates)])
    centre, inverse = null.mean(axis=0), np.linalg.pinv(np.cov(null.T))

    def statistic(p: np.ndarray) -> float:
        return float((p - centre) @ inverse @ (p - centre))

    value = statistic(shares(x))
    above = sum(statistic(p) >= value for p in null)
    return TestResult(value, (1 + above) / (1 + replicates))


def _bootstrap(
    value: float, statistic: Any, alpha: np.ndarray, n: int, replicates: int, rng: Any
) -> TestResult:
    above = sum(statistic(sample(alpha, n, rng)) >= value for _ in range(replicates))
    return TestResult(value, (1 + above) / (1 + replicates))


def _distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.linalg.norm(a[:, None, :] - b[None, :, :], axis=2)


def _points(x: Any, K: int, whole: bool = True) -> np.ndarray:
    """Points of the simplex, all their coordinates or (not ``whole``) but the last."""
    x = np.asarray(x, float)
    if x.shape[-1:] != (K,):
        raise ValueError(f"x: expected {K} coordinates on the last axis; got {x.shape}")
    total = x.sum(axis=-1)
    off = (x < 0).any(axis=-1) | (total > 1 + 1e-6) | (whole & (total < 1 - 1e-6))
    if off.any():
        wanted = "that sum to 1" if whole else "that sum to at most 1"
        raise ValueError(f"x: expected shares >= 0 {wanted}; got {x[off][0]}")
    return x


def _positive(name: str, alpha: Any) -> np.ndarray:
    alpha = np.asarray(alpha, float)
    if alpha.ndim != 1 or not (alpha > 0).all() or not np.isfinite(alpha).all():
        raise ValueError(f"{name}: expected positive numbers, shape (K,); got {alpha}")
    return alpha


def _pair(alpha: Any, beta: Any) -> tuple[np.ndarray, np.ndarray]:
    alpha, beta = _positive("alpha", alpha), _positive("beta", beta)
    if alpha.shape != beta.shape:
        raise ValueError(
            f"beta: expected the shape of alpha, {alpha.shape}; got {beta.shape}"
        )
    return alpha, beta
