# mark 2/2: right: SciPy's standard error, plain sums
def transfer_gain(trained, untrained):
    from scipy.stats import sem

    d = [p - q for p, q in zip(trained, untrained, strict=True)]
    wins = sum(p > q for p, q in zip(trained, untrained, strict=True))
    return sum(d) / len(d), float(sem(d)), int(wins)
