"""94 % on CIFAR-10 with the course's one cycle: accuracy and seconds of many runs."""

from typing import Any

from course_lib.schedules import one_cycle_linear
from course_tools.experiments import cifar

Row = dict[str, Any]
summary = cifar.summary


def jobs(settings: Row) -> list[Row]:
    """One per start."""
    return [{"arm": "one cycle", "seed": seed} for seed in settings["seeds"]]


def one(job: Row, settings: Row, device: str, checkpoint: Any) -> Row:
    """Test accuracy, read once; seconds of training, what is done once left out."""
    sizes = (settings[key] for key in ("validation", "train", "tests"))
    seen, _, unseen = cifar.load(device, *sizes)
    recipe = cifar.Recipe(
        *("ResNet-9", one_cycle_linear(settings["low"], settings["top"])),
        epochs=settings["epochs"],
        batch=settings["batch"],
        weight_decay=settings["decay"],
        nesterov=True,
        smoothing=settings["smoothing"],
        cutout=8,
        size=tuple(settings.get("size", ())),
    )
    if device == "cuda":  # kernels are chosen at the first steps of a process
        few = cifar.Images(*(a[: 4 * settings["batch"]] for a in (seen.x, seen.t)))
        cifar.train(recipe, job["seed"], few, device)
    net, row = cifar.train(recipe, job["seed"], seen, device)
    return row | {"test": cifar.measured(net, unseen, mirrored=True)["accuracy"]}


def report(rows: list[Row], settings: Row) -> Row:
    """Both, by start."""
    tests, table = cifar.by_arm(rows)
    seconds = [row["seconds"] for row in rows]
    samples = {"test accuracy": tests["one cycle"], "seconds": seconds}
    return {"numbers": {}, "samples": samples, "table": table}
