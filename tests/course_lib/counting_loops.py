"""Training written as plain loops over single numbers, to be run on `Counted`.

The reference of `course_lib.complexity`: nothing here is vectorised or skipped. All
arrays hold `Counted` numbers; "choosing" (a mask, a winner) moves numbers, free.
"""

import numpy as np

from course_lib.activations import Logistic, ReLU
from course_lib.counting import Counted
from course_lib.layers import Activation, Conv2d, Dense, MaxPool2d
from course_lib.parameters import unflatten


def zero(like):
    """A number 0 on the tally of ``like``."""
    return Counted(0.0, like.flat[0].tally)


def filled(array):
    """``array``, its untouched integers 0 turned into numbers 0."""
    tally = next(each for each in array.flat if isinstance(each, Counted)).tally
    for index in np.ndindex(array.shape):
        if not isinstance(array[index], Counted):
            array[index] = Counted(0.0, tally)
    return array


def bordered(x, padding):
    """x (C, H, W) inside its border of zeros."""
    C, H, W = x.shape
    X = np.full((C, H + 2 * padding[0], W + 2 * padding[1]), zero(x), object)
    X[:, padding[0] : padding[0] + H, padding[1] : padding[1] + W] = x
    return X


def window_at(layer, window, u, v):
    """Slices of the window at position (u, v)."""
    i, j = u * layer.stride[0], v * layer.stride[1]
    return (slice(i, i + window[0]), slice(j, j + window[1]))


def dot(a, b):
    """A sum of products."""
    return sum(x * y for x, y in zip(a, b, strict=True))


# --------------------------------------------------------------------------------
# One layer, one object: forward gives (y, what backward needs)


def layer_forward(layer, params, x, out):
    """One object through one layer."""
    if isinstance(layer, Dense):
        W, b = params["weight"], params["bias"]
        return np.array([dot(W[j], x) + b[j] for j in range(len(b))], object), x
    if isinstance(layer, Conv2d):
        X, y = bordered(x, layer.padding), np.empty(out, object)
        for o, u, v in np.ndindex(out):
            window = X[(slice(None), *window_at(layer, layer.kernel_size, u, v))]
            y[o, u, v] = dot(params["weight"][o].flat, window.flat)
            if layer.bias:
                y[o, u, v] = y[o, u, v] + params["bias"][o]
        return y, X
    if isinstance(layer, MaxPool2d):
        y, winners = np.empty(out, object), {}
        for c, u, v in np.ndindex(out):
            window = x[c][window_at(layer, layer.window, u, v)]
            best = 0
            for k in range(1, window.size):
                if window.flat[k] > window.flat[best]:
                    best = k
            i, j = np.unravel_index(best, window.shape)
            y[c, u, v] = window[i, j]
            winners[c, u, v] = (c, u * layer.stride[0] + i, v * layer.stride[1] + j)
        return y, (x.shape, winners)
    if isinstance(layer, Activation):
        if isinstance(layer.phi, Logistic):
            y = np.array([1.0 / (1.0 + (-s).exp()) for s in x.flat], object)
            return y.reshape(x.shape), y.reshape(x.shape)
        if isinstance(layer.phi, ReLU):
            passed = np.array([bool(s > 0.0) for s in x.flat]).reshape(x.shape)
            return np.where(passed, x, zero(x)), passed
        return x, None
    return x.reshape(-1), x.shape  # Flatten


def derivative(layer, kept):
    """φ′ of every unit: numbers, or a mask, or None for 1."""
    if isinstance(layer.phi, Logistic):
        return np.array([r * (1.0 - r) for r in kept.flat], object).reshape(kept.shape)
    return kept


def through(delta, slope):
    """delta ∘ φ′."""
    if slope is None:
        return delta
    if slope.dtype == bool:
        return np.where(slope, delta, zero(delta))
    return delta * slope


def weight_gradient(layer, kept, delta):
    """∂E/∂weights of one object."""
    if isinstance(layer, Dense):
        return {"weight": np.outer(delta, kept), "bias": delta}
    K = np.zeros(layer.shapes()["weight"], object)
    b = np.zeros(K.shape[0], object)
    for o, u, v in np.ndindex(delta.shape):
        place = (slice(None), *window_at(layer, layer.kernel_size, u, v))
        K[o] = K[o] + delta[o, u, v] * kept[place]
        b[o] = b[o] + delta[o, u, v]
    return {"weight": K, "bias": b} if layer.bias else {"weight": K}


def input_gradient(layer, params, kept, delta):
    """delta handed from the layer's output to its input."""
    if isinstance(layer, Dense):
        return np.array([dot(column, delta) for column in params["weight"].T], object)
    if isinstance(layer, Conv2d):
        grad = np.zeros(kept.shape, object)
        for o, u, v in np.ndindex(delta.shape):
            place = (slice(None), *window_at(layer, layer.kernel_size, u, v))
            grad[place] = grad[place] + params["weight"][o] * delta[o, u, v]
        p1, p2 = layer.padding
        _, H, W = kept.shape
        return filled(grad)[:, p1 : H - p1, p2 : W - p2]
    if isinstance(layer, MaxPool2d):
        grad = np.zeros(kept[0], object)
        for place, winner in kept[1].items():
            grad[winner] = grad[winner] + delta[place]
        return filled(grad)
    return delta.reshape(kept)  # Flatten


# --------------------------------------------------------------------------------
# A network


def forward(network, params, x):
    """(y, kept): one object through all layers."""
    kept = []
    triples = zip(network.layers, params, network.output_shapes, strict=True)
    for layer, named, out in triples:
        x, keep = layer_forward(layer, named, x, out)
        kept.append(keep)
    return x, kept


def descend(network, params, kept, delta, stop):
    """{layer: gradients} of one object, delta = ∂E/∂(input of layer ``stop``)."""
    grads, first = {}, network.segments[0].layer
    for i in reversed(range(first, stop)):
        layer = network.layers[i]
        if isinstance(layer, Activation):
            delta = through(delta, derivative(layer, kept[i]))
            continue
        if layer.shapes():
            grads[i] = weight_gradient(layer, kept[i], delta)
        if i > first:
            delta = input_gradient(layer, params[i], kept[i], delta)
    return grads


def flat(network, grads, start, stop):
    """The gradients of layers start <= i < stop as one vector."""
    parts = [
        grads[s.layer][s.name] for s in network.segments if start <= s.layer < stop
    ]
    return np.concatenate([part.ravel() for part in parts])


def error_gradient(network, params, y, kept, d):
    """∂E/∂θ of one object as one vector, from its response y and target d."""
    grads = descend(network, params, kept, -(d - y), len(network.layers))
    return flat(network, grads, 0, len(network.layers))


def jacobian_rows(network, params, kept, start):
    """(rows ∂e/∂θ of one object, delta at the first layer from ``start``).

    A row per output; where delta is diagonal only its one entry is touched.
    """
    slopes = {
        i: derivative(layer, kept[i])
        for i, layer in enumerate(network.layers)
        if i >= start and isinstance(layer, Activation)
    }
    rows, first = [], []
    tally = params[network.segments[0].layer]["weight"].flat[0].tally
    for m in range(network.output_shapes[-1][0]):
        grads, delta, one = {}, None, None  # one: the entry of a diagonal delta
        for i in reversed(range(start, len(network.layers))):
            layer = network.layers[i]
            if isinstance(layer, Activation):
                slope = slopes[i]
                if delta is not None:
                    delta = through(delta, slope)
                elif slope is not None:
                    one = -slope[m]
            elif delta is None:
                W = np.full(layer.shapes()["weight"], Counted(0.0, tally), object)
                b = np.full(W.shape[0], Counted(0.0, tally), object)
                W[m] = -kept[i] if one is None else one * kept[i]
                b[m] = Counted(-1.0, tally) if one is None else one
                grads[i] = {"weight": W, "bias": b}
                row = params[i]["weight"][m]
                first_delta = one
                if i > start:
                    delta = -row if one is None else one * row
            else:
                if layer.shapes():
                    grads[i] = weight_gradient(layer, kept[i], delta)
                first_delta = delta
                if i > start:
                    delta = input_gradient(layer, params[i], kept[i], delta)
        rows.append(flat(network, grads, start, len(network.layers)))
        first.append(first_delta)
    return rows, first


def handed_over(network, params, kept, e, first, start):
    """∂E/∂(input of layer ``start``) of one object: eᵀ delta, then one layer down."""
    head = network.layers[start]
    if isinstance(first[0], np.ndarray):
        stack = np.array([each.ravel() for each in first], object)
        delta = np.array([dot(e, column) for column in stack.T], object)
        delta = delta.reshape(first[0].shape)
    else:  # diagonal
        pairs = zip(e, first, strict=True)
        delta = np.array([-x if one is None else x * one for x, one in pairs], object)
    return input_gradient(head, params[start], kept[start], delta)


# --------------------------------------------------------------------------------
# Steps


def cholesky(M):
    """Lower L with L Lᵀ = M, the lower half of M read."""
    T = len(M)
    L = np.zeros((T, T), object)
    for j in range(T):
        pivot = M[j, j]
        for k in range(j):
            pivot = pivot - L[j, k] * L[j, k]
        L[j, j] = pivot.sqrt()
        for i in range(j + 1, T):
            rest = M[i, j]
            for k in range(j):
                rest = rest - L[i, k] * L[j, k]
            L[i, j] = rest / L[j, j]
    return L


def solves(L, b):
    """x with L Lᵀ x = b."""
    T = len(b)
    y, x = np.zeros(T, object), np.zeros(T, object)
    for i in range(T):
        rest = b[i]
        for k in range(i):
            rest = rest - L[i, k] * y[k]
        y[i] = rest / L[i, i]
    for i in reversed(range(T)):
        rest = y[i]
        for k in range(i + 1, T):
            rest = rest - L[k, i] * x[k]
        x[i] = rest / L[i, i]
    return x


def normal_equations(J, e):
    """(the lower half of Jᵀ J, Jᵀ e)."""
    T = J.shape[1]
    N = np.zeros((T, T), object)
    for i in range(T):
        for j in range(i + 1):
            N[i, j] = dot(J[:, i], J[:, j])
    return N, np.array([dot(J[:, i], e) for i in range(T)], object)


def adam(theta, g, m, v, beta1, beta2, steps=1):
    """``steps`` steps with one gradient; learning rate 0.001, ε = 1e-8."""
    power1, power2 = 1.0, 1.0
    theta, m, v = (np.array(each, object) for each in (theta, m, v))
    for _ in range(steps):
        power1, power2 = power1 * beta1, power2 * beta2
        c1, c2 = 1.0 - power1, 1.0 - power2
        for i in range(len(theta)):
            m[i] = 0.9 * m[i] + 0.1 * g[i]
            v[i] = 0.999 * v[i] + 0.001 * (g[i] * g[i])
            root = (v[i] / c2).sqrt()
            theta[i] = theta[i] - 0.001 * (m[i] / c1 / (root + 1e-8))
    return theta


def epoch(network, start, theta, x, d, e, value, lam, betas):
    """(θ, λ) after an epoch over one batch: Adam before layer ``start``, LM from there.

    e (N, M) and value = eᵀe at θ are known from the epoch before; value and λ come as
    arrays of one number, betas as one of two.
    """
    N, layers, P = len(x), len(network.layers), len(theta)
    split = sum(s.stop - s.start for s in network.segments if s.layer < start)
    params, new = unflatten(theta, network.segments, layers), theta.copy()
    g, J, (lam,) = None, [], lam
    for n in range(N):
        y, kept = forward(network, params, x[n])
        if start == layers:
            part = error_gradient(network, params, y, kept, d[n])
        else:
            rows, first = jacobian_rows(network, params, kept, start)
            J += rows
            if not split:
                continue
            delta = handed_over(network, params, kept, e[n], first, start)
            part = flat(network, descend(network, params, kept, delta, start), 0, start)
        g = part if g is None else g + part
    if J:
        H, b = normal_equations(np.array(J, object), e.ravel())
        for i in range(P - split):
            H[i, i] = H[i, i] + lam
        new[split:] = theta[split:] + solves(cholesky(H), -b)
        trial = unflatten(new, network.segments, layers)
        moved = [d[n] - forward(network, trial, x[n])[0] for n in range(N)]
        moved = np.concatenate(moved)
        if value[0] > dot(moved, moved):
            lam = lam / 10.0
        else:
            new[split:], lam = theta[split:], lam * 10.0
    if split:
        m = np.full(split, zero(theta), object)
        new[:split] = adam(theta[:split], g, m, m, *betas)
    return new, lam
