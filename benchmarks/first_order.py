"""The torch adapters' steps against torch.optim: foreach and fused, 10^6 parameters.

A perceptron 784-512-512-512-128-10 in float32, gradients given; only ``step()`` is
timed. ``foreach`` is what torch takes on a GPU, ``fused`` its hand-written kernel;
``pieces`` is our adapter without numba, ``ours`` with ``fused=True`` where it has that.
The last line is NGDM "dir_diag" against our own SGD with Nesterov's momentum.

Between torch's operations its second thread keeps a core busy waiting, which slows down
whoever comes next; with OMP_WAIT_POLICY=passive it sleeps (the result file says which).

    course bench first-order [--threads 2] [--rounds 60] [--device cpu]
"""

import argparse
import itertools
import os

import torch
from _common import in_turns, milliseconds, provenance, ratio, write
from threadpoolctl import threadpool_limits
from torch import nn

from course_lib import torch_optim

SIZES = (784, 512, 512, 512, 128, 10)
NESTEROV = {"lr": 1e-3, "momentum": 0.9, "nesterov": True}
METHODS = {
    "SGD": {"lr": 1e-3},
    "SGD Nesterov": NESTEROV,
    "Adam": {"lr": 1e-3},
    "AdamW": {"lr": 1e-3, "weight_decay": 1e-2},
    "RMSProp": {"lr": 1e-3},
    "AdaGrad": {"lr": 1e-3},
    "Rprop": {"lr": 1e-3},
}
THEIRS = {"RMSProp": "RMSprop", "AdaGrad": "Adagrad"}
FUSED = ("SGD", "SGD Nesterov", "Adam", "AdamW", "AdaGrad")


def parameters(device):
    """The network's parameters with gradients."""
    torch.manual_seed(0)
    layers = [nn.Linear(a, b) for a, b in itertools.pairwise(SIZES)]
    found = [p.to(device).detach() for layer in layers for p in layer.parameters()]
    for p in found:
        p.requires_grad_()
        p.grad = torch.randn_like(p)
    return found


def stepper(make, device):
    """A warm ``step`` of an optimizer on parameters of its own."""
    optimizer = make(parameters(device))

    def step():
        optimizer.step()
        if device != "cpu":
            torch.cuda.synchronize()

    for _ in range(3):
        step()
    return step


def main(argv=None):
    """Measure and write the result file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args(argv)
    torch.set_num_threads(args.threads)
    found, fused = {}, args.device == "cpu"
    with threadpool_limits(args.threads):
        for name, options in METHODS.items():
            word = name.split()[0]
            ours = getattr(torch_optim, word)
            peer = getattr(torch.optim, THEIRS.get(word, word))
            makers = {
                "pieces": lambda p, c=ours, o=options: c(p, **o),
                "foreach": lambda p, c=peer, o=options: c(p, foreach=True, **o),
            }
            makers["ours"] = makers["pieces"]
            if name != "Rprop" and fused:
                makers["ours"] = lambda p, c=ours, o=options: c(p, fused=True, **o)
            if name in FUSED:
                makers["fused"] = lambda p, c=peer, o=options: c(p, fused=True, **o)
            spent = in_turns(
                {k: stepper(m, args.device) for k, m in makers.items()}, args.rounds
            )
            found[name] = {f"{k}_ms": milliseconds(v) for k, v in spent.items()}
            found[name]["foreach_over_ours"] = ratio(spent["foreach"], spent["ours"])
            if "fused" in spent:
                found[name]["ours_over_fused"] = ratio(spent["ours"], spent["fused"])
        spent = in_turns(
            {
                "NGDM": stepper(
                    lambda p: torch_optim.NGDM(p, lr=1e-3, fused=fused), args.device
                ),
                "SGD": stepper(
                    lambda p: torch_optim.SGD(p, fused=fused, **NESTEROV), args.device
                ),
            },
            args.rounds,
        )
    count = sum(p.numel() for p in parameters("cpu"))
    more = {
        "threads": args.threads,
        "omp_wait_policy": os.environ.get("OMP_WAIT_POLICY", "active"),
        "device": args.device,
        "parameters": count,
    }
    record = provenance("first-order", ("numpy", "torch"), **more)
    record["methods"] = found
    record["ngdm_over_sgd_nesterov"] = ratio(spent["NGDM"], spent["SGD"])
    write(record)


if __name__ == "__main__":
    main()
