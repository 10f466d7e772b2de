"""Write samples/submissions: ten students, from the solution of the first assignment.

    python samples/make_samples.py

Good, partial, broken and hostile work, the same bytes every time. What each must get
is in expected.csv; a test makes the class again, compares, and grades it.
"""

import copy
import json
import shutil
from pathlib import Path

from course_tools.assignments import notebooks
from course_tools.assignments.release import release

ASSIGNMENT = "ps01_hodgkin_huxley"
HERE = Path(__file__).resolve().parent


def submission(answered=None):
    """The release with the solution's answers put in, as a student hands it in."""
    source = notebooks.read(notebooks.find_source(ASSIGNMENT, HERE.parent))
    notebook = release(source)
    for cell, original in zip(notebook["cells"], source["cells"], strict=True):
        role, name = notebooks.role(cell), notebooks.grade_id(cell)
        if role == "solution" and (answered is None or name in answered):
            lines = original["source"].split("\n")
            marks = (notebooks.BEGIN_SOLUTION, notebooks.END_SOLUTION)
            kept = [line for line in lines if line.strip() not in marks]
            cell["source"] = "\n".join(kept)
        elif role == "written" and answered is None:
            cell["source"] = (
                "Charge is conserved: an outward current lowers V. Turning one sign "
                "alone is no convention, and with the plus a small deviation grows."
            )
    return notebook


def cell_of(notebook, name):
    """The cell with this grade_id."""
    return next(c for c in notebook["cells"] if notebooks.grade_id(c) == name)


def students():
    """Name -> (file name, text of the file)."""
    name = f"{ASSIGNMENT}.ipynb"
    excellent = submission()
    everything = notebooks.dumps(excellent)

    partial = submission({"q1", "q2", "q3", "q7", "q8"})
    q1 = cell_of(partial, "q1")  # the lecture's 0.7, and the limit at 0/0 forgotten
    q1["source"] = q1["source"].replace("0.07 *", "0.7 *")

    copied = copy.deepcopy(excellent)
    q3 = cell_of(copied, "q3")
    at = copied["cells"].index(q3)
    copied["cells"].insert(at, {**copy.deepcopy(q3), "source": submission_stub("q3")})

    loop = submission()
    q8 = cell_of(loop, "q8")
    head = q8["source"].split("\n")[0]
    q8["source"] = f"{head}\n    while True:\n        pass"

    exits = submission()
    q2 = cell_of(exits, "q2")
    head = q2["source"].split("\n")[0]
    q2["source"] = f"import os\n\n{head}\n    os._exit(0)"

    warns = submission()
    q7 = cell_of(warns, "q7")
    lines = q7["source"].split("\n")
    lines[1:1] = ["    import sys, warnings", '    warnings.warn("deprecated")']
    lines[3:3] = ['    print("noise of a library", file=sys.stderr)']
    q7["source"] = "\n".join(lines)

    kernel = copy.deepcopy(excellent)
    kernel["metadata"]["kernelspec"] = {
        "display_name": "my-env (conda)",
        "language": "python",
        "name": "conda-env-my-env-py",
    }
    return {
        "ada_excellent": (name, everything),
        "ben_partial": (name, notebooks.dumps(partial)),
        "cem_blank": (name, notebooks.dumps(submission(()))),
        "dana_renamed": (f"{ASSIGNMENT} (1) final.ipynb", everything),
        "eli_copied_cell": (name, notebooks.dumps(copied)),
        "fay_truncated": (name, everything[: len(everything) // 2]),
        "gil_infinite_loop": (name, notebooks.dumps(loop)),
        "hana_os_exit": (name, notebooks.dumps(exits)),
        "ivo_warning": (name, notebooks.dumps(warns)),
        "jun_wrong_kernel": (name, notebooks.dumps(kernel)),
    }


def submission_stub(question):
    """The solution cell of a question as it was given."""
    return cell_of(submission(()), question)["source"]


def write(folder):
    """Write the class into a folder, replacing what is there."""
    shutil.rmtree(folder, ignore_errors=True)
    for student, (name, text) in students().items():
        place = folder / student / ASSIGNMENT
        place.mkdir(parents=True)
        (place / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(HERE / "submissions")
    print(json.dumps(sorted(students())))
