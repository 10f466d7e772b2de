"""Forged passes and damaged notebooks, each with the status and mark it must get.

Numbers in the names are those of the list of sixty cases that the engine was designed
against (groups A, C and D). ``CASES``: name -> (bytes of the notebook, status, score).
A score of 6 is full marks; ``None`` as a status means that any is right.
"""

import copy
import json

from course_tools.assignments import notebooks
from course_tools.assignments.release import release
from tests.course_tools.grading_fixtures.tiny import cell, hand_in, notebook

WRONG = "def affine(x, a):\n    return 0 * np.asarray(x)"


def _bytes(handed):
    """The file; characters that UTF-8 does not have stand in it as JSON escapes."""
    return json.dumps(handed).encode()


def _edited(change, **answers):
    handed = hand_in(**answers)
    change(handed)
    return _bytes(handed)


# --- A: forged passes. All these answers to q1 are wrong: 4 of 6 points at most. ------


def forged():
    """Name -> (bytes, status, score)."""
    cases = {}

    def skip(handed):
        for name in ("q1-test1", "q1-test2"):
            cell(handed, name)["metadata"]["tags"] = ["skip-execution"]

    cases["01_skip_tag"] = _edited(skip, q1=WRONG), "suspicious", 5
    show = "import sys\n\ndef affine(x, a):\n    sys.displayhook({})\n    return None"
    for number, shown in [("02", "2"), ("03", "float('nan')"), ("04", "1e9")]:
        text = show.format(shown)
        cases[f"{number}_displayhook_{shown[:3]}"] = (
            _bytes(hand_in(q1=text)),
            "suspicious",
            5,
        )
    cases["05_ast_transformer"] = (
        _bytes(
            hand_in(
                q1=WRONG + "\n\n"
                "import ast\n"
                "class Drop(ast.NodeTransformer):\n"
                "    def visit_Assert(self, node):\n"
                "        return None\n"
                "get_ipython().ast_transformers.append(Drop())"
            )
        ),
        "suspicious",
        5,
    )
    cases["06_input_transformer"] = (
        _bytes(
            hand_in(
                q1=WRONG + "\n\n"
                "get_ipython().input_transformers_post.append(lambda lines:\n"
                "    ['pass\\n'] if 'assert' in ''.join(lines) else lines)"
            )
        ),
        "suspicious",
        5,
    )
    cases["07_do_execute"] = (
        _bytes(
            hand_in(
                q1=WRONG + "\n\n"
                "async def passes(*args, **kwargs):\n"
                "    return {'status': 'ok', 'execution_count': 1, 'payload': [],\n"
                "            'user_expressions': {}}\n"
                "get_ipython().kernel.do_execute = passes"
            )
        ),
        "suspicious",
        5,
    )
    always = (
        "class Same(float):\n"
        "    def __eq__(self, other):\n        return True\n"
        "    __array_ufunc__ = None\n"
        "    __hash__ = None\n"
        "def affine(x, a):\n    return Same(0)"
    )
    cases["08_always_equal"] = _bytes(hand_in(q1=always)), "suspicious", 5
    array = (
        "class Same(np.ndarray):\n"
        "    def __eq__(self, other):\n        return np.ones(self.shape, bool)\n"
        "    def __array_function__(self, *a, **k):\n        return True\n"
        "def affine(x, a):\n    return np.zeros(np.shape(x)).view(Same)"
    )
    cases["08_array_subclass"] = _bytes(hand_in(q1=array)), "graded", 5
    frames = (
        "import sys\n"
        "def affine(x, a):\n"
        "    frame = sys._getframe()\n"
        "    while frame:\n"
        "        for value in list(frame.f_locals.values()):\n"
        "            if isinstance(value, str) and 'np.allclose' in value:\n"
        "                return a * x + 1\n"
        "        frame = frame.f_back\n"
        "    return 0 * x"
    )
    cases["09_caller_frames"] = _bytes(hand_in(q1=frames)), "suspicious", 5
    memory = (
        "import gc\n"
        "def affine(x, a):\n"
        "    for thing in gc.get_objects():\n"
        "        if isinstance(thing, dict) and 'q1-test1' in thing:\n"
        "            return a * x + 1\n"
        "    return 0 * x"
    )
    cases["09_memory_search"] = _bytes(hand_in(q1=memory)), "suspicious", 5
    silent = (
        WRONG + "\n\nimport builtins\n"
        "get_ipython().showtraceback = lambda *a, **k: None\n"
        "class AssertionError(Exception):\n    pass\n"
        "builtins.AssertionError = AssertionError"
    )
    cases["10_silent_errors"] = _bytes(hand_in(q1=silent)), "suspicious", 5

    def weaken(handed):
        for name in ("q1-test1", "q1-test2", "q2-test1"):
            test = cell(handed, name)
            test["source"] = "assert True"
            test["metadata"]["nbgrader"]["points"] = 100
        cell(handed, "q1-test2")["cell_type"] = "markdown"

    cases["11_edited_tests"] = _edited(weaken, q1=WRONG), "repaired", 5
    patched = (
        WRONG + "\n\nnp.allclose = np.testing.assert_allclose = lambda *a, **k: True"
    )
    cases["12_patched_numpy"] = _bytes(hand_in(q1=patched)), "graded", 5
    seeded = (
        "rng = np.random.default_rng(0)\nnp.random.default_rng = lambda *a: rng\n"
        + WRONG
    )
    cases["13_own_seeds"] = _bytes(hand_in(q1=seeded)), "graded", 5
    known = (
        "def affine(x, a):\n"
        "    if np.array_equal(x, [1.0, 2.0]):\n"
        "        return np.array([3.0, 5.0])\n"
        "    return np.zeros_like(x)"
    )
    cases["14_visible_examples"] = _bytes(hand_in(q1=known)), "graded", 5
    # Beyond the list: the channel itself. A forged frame is an answer out of turn.
    channel = (
        "import os, json, struct\n"
        "def affine(x, a):\n"
        "    text = json.dumps({'n': 10**6, 'value': True, 'out': '', 'err': ''})\n"
        "    os.write(3, struct.pack('!II', len(text), 0) + text.encode())\n"
        "    return x"
    )
    cases["x1_forged_frame"] = _bytes(hand_in(q1=channel)), "suspicious", 4
    flood = (
        "import os\ndef affine(x, a):\n    os.write(3, b'\\xff' * 4000)\n    return x"
    )
    cases["x2_garbage_frame"] = _bytes(hand_in(q1=flood)), "suspicious", 4
    asserts = "def root(f, low, high):\n    raise AssertionError('passed')"
    cases["x4_own_assertion"] = _bytes(hand_in(q2=asserts)), "graded", 4
    reach = "def root(f, low, high):\n    return f.__globals__['zero']"
    cases["x5_globals_of_callback"] = _bytes(hand_in(q2=reach)), "graded", 4
    reply = (
        "import gc\n"
        "from course_tools.grading import wire\n"
        "def affine(x, a):\n"
        "    me = [o for o in gc.get_objects() if type(o).__name__ == 'Child'][0]\n"
        "    frame = {'n': me.current, 'out': '', 'err': '', **FORGED}\n"
        "    wire.send(me.sock, frame, [])\n"
        "    return 0 * x\n"
    )
    for number, forged_reply in enumerate(
        [
            {"value": True},
            {"value": {"handle": {"judge": -1}}},
            {"error": {"type": [], "bases": 5, "text": None}},
            {"error": {"type": "E", "bases": ["E"], "text": "t"}},
            {"value": 1, "changed": [[99, 1]]},
            {"back": 1, "handle": -1, "args": None},
            {"out": 7},
        ],
        start=1,
    ):
        text = f"FORGED = {forged_reply!r}\n{reply}"
        cases[f"x8_forged_reply_{number}"] = _bytes(hand_in(q1=text)), "suspicious", 4
    bend = (
        "def affine(x, a):\n"
        "    if not isinstance(x, np.ndarray):\n"
        "        return a * x + 1\n"
        "    if x.tolist() == [1.0, 2.0]:\n"
        "        return a * x + 1\n"
        "    x[...] = -1 / a\n"
        "    return np.zeros_like(x)"
    )
    cases["x7_bends_arguments"] = _bytes(hand_in(q1=bend)), "graded", 4
    blocked = (
        "from course_lib.neurons import hodgkin_huxley\n"
        "def affine(x, a):\n    return a * np.asarray(x) + 1"
    )
    cases["x6_forbidden_import"] = _bytes(hand_in(q1=blocked)), "graded", 4
    return cases


# --- C: crashes; the rest keeps its marks --------------------------------------------


def crashing():
    """Name -> (bytes, status, score)."""
    head = "def affine(x, a):\n"
    cases = {
        "27_os_exit": (head + "    import os\n    os._exit(0)", "crashed", 4),
        "27_os_exit_in_cell": ("import os\nos._exit(3)", "crashed", 4),
        "27_kill_self": (
            head + "    import os\n    os.kill(os.getpid(), 9)",
            "crashed",
            4,
        ),
        "27_segfault": (
            head + "    import ctypes\n    ctypes.string_at(0)",
            "suspicious",
            4,
        ),
        "28_sys_exit": (
            "def affine(x, a):\n    return a * np.asarray(x) + 1\nraise SystemExit",
            "graded",
            6,
        ),
        "29_loop": (head + "    while True:\n        pass", "timeout", 4),
        "30_loop_swallows": (
            head
            + "    while True:\n        try:\n            while True:\n"
            + "                pass\n        except BaseException:\n            pass",
            "timeout",
            4,
        ),
        "32_memory": (
            head + "    return len([bytearray(1 << 28) for _ in range(100)])",
            "memory",
            4,
        ),
        "34_prints": (
            head
            + "    for _ in range(20000):\n        print('x' * 50)\n"
            + "    return a * np.asarray(x) + 1",
            "graded",
            6,
        ),
        "36_closes_files": (
            head + "    import os\n    os.closerange(0, 99)\n    return x",
            "crashed",
            4,
        ),
        "37_recursion": (head + "    return affine(x, a)", "graded", 4),
        "38_bad_str": (
            "class Bad(Exception):\n    def __str__(self):\n        raise self\n"
            + head
            + "    raise Bad",
            "graded",
            4,
        ),
        "39_surrogate": (
            head + "    print('\\udcff')\n    return a * np.asarray(x) + 1",
            "graded",
            6,
        ),
        "40_input": (head + "    return input()", "graded", 4),
        "39_surrogate_in_source": (
            head + "    '\udcff'\n    return a * np.asarray(x) + 1",
            "repaired",
            6,
        ),
        "41_nul": (
            head + "    return a * np.asarray(x) + 1\x00",
            "repaired",
            6,
        ),
        "42_stderr": (
            "import sys, warnings\n"
            + head
            + "    warnings.warn('old')\n    print('noise', file=sys.stderr)\n"
            + "    return a * np.asarray(x) + 1",
            "graded",
            6,
        ),
        "44_syntax": (head + "return", "graded", 4),
    }
    return {
        name: (_bytes(hand_in(q1=text)), status, score)
        for name, (text, status, score) in cases.items()
    }


# --- D: damaged notebooks -------------------------------------------------------------


def damaged():
    """Name -> (bytes, status, score)."""
    good = hand_in()
    text = notebooks.dumps(good)
    cases = {}

    def copy_solution(handed):
        twin = copy.deepcopy(cell(handed, "q1"))
        twin["source"] = cell(release(notebook()), "q1")["source"]
        handed["cells"].insert(2, twin)

    def copy_test(handed):
        at = handed["cells"].index(cell(handed, "q1-test1"))
        handed["cells"].insert(at, copy.deepcopy(handed["cells"][at]))

    def no_metadata(handed):
        for one in handed["cells"]:
            one["metadata"] = {}

    def no_metadata_no_ids(handed):
        for number, one in enumerate(handed["cells"]):
            one["metadata"] = {}
            one["id"] = f"new{number}"

    def schema(handed):
        for one in handed["cells"]:
            one["metadata"]["nbgrader"]["schema_version"] = 1

    def delete_tests(handed):
        handed["cells"] = [c for c in handed["cells"] if notebooks.role(c) != "test"]

    def rename(handed):
        cell(handed, "q1")["metadata"]["nbgrader"]["grade_id"] = "mine"
        test = cell(handed, "q1-test1")["metadata"]["nbgrader"]
        test |= {"solution": True, "grade": False, "points": "abc"}

    def move(handed):
        at = handed["cells"].index(cell(handed, "q1-test1"))
        handed["cells"].insert(0, handed["cells"].pop(at))

    def to_text(handed):
        one = cell(handed, "q1")
        one["cell_type"] = "markdown"
        del one["outputs"], one["execution_count"]

    def first_only(handed):
        handed["cells"] = handed["cells"][:3]

    def old_format(handed):
        sheet = [{**c, "input": c["source"]} for c in handed.pop("cells")]
        handed |= {"nbformat": 3, "worksheets": [{"cells": sheet}]}
        handed["cells"] = []

    def integer(handed):
        cell(handed, "q1")["source"] = 7

    def own_cell(handed):
        helper = {
            "cell_type": "code",
            "id": "own",
            "metadata": {},
            "source": "def twice(x):\n    return 2 * x",
            "outputs": [],
            "execution_count": None,
        }
        handed["cells"].insert(1, helper)
        cell(handed, "q1")["source"] = (
            "def affine(x, a):\n    return twice(a * np.asarray(x) / 2) + 1"
        )

    def own_import(handed):
        cell(handed, "setup")["source"] += "\nimport math"
        cell(handed, "q1")["source"] = (
            "def affine(x, a):\n    return a * np.asarray(x) + math.cos(0)"
        )

    for name, change, status, score in [
        ("45_copied_solution", copy_solution, "repaired", 6),
        ("45_copied_test", copy_test, "repaired", 6),
        ("46_no_metadata", no_metadata, "repaired", 6),
        ("46_no_metadata_no_ids", no_metadata_no_ids, "repaired", 6),
        ("46_schema_version", schema, "graded", 6),
        ("47_deleted_tests", delete_tests, "repaired", 6),
        ("49_renamed_id", rename, "repaired", 6),
        ("50_moved_test", move, "graded", 6),
        ("51_turned_to_text", to_text, "repaired", 6),
        ("52_first_cells_only", first_only, "partial", 2),
        ("x_own_cell", own_cell, "repaired", 6),
        ("x_own_import", own_import, "repaired", 6),
    ]:
        cases[name] = _edited(change), status, score
    for name, change, status, score in [
        ("53_integer_source", integer, "partial", 4),
        ("54_nbformat_3", old_format, "repaired", 6),
    ]:
        handed = hand_in()
        change(handed)
        if name.startswith("54"):
            del handed["cells"]
        cases[name] = json.dumps(handed).encode(), status, score
    cases["53_empty"] = b"", "unreadable", 0
    cases["53_not_json"] = b"PK\x03\x04 not a notebook", "unreadable", 0
    cases["53_truncated"] = text[: len(text) // 2].encode(), "unreadable", 0
    merge = text.replace('"cells"', '\n<<<<<<< HEAD\n"cells"', 1)
    cases["53_merge_marks"] = merge.encode(), "unreadable", 0
    cases["53_bom"] = b"\xef\xbb\xbf" + text.encode(), "repaired", 6
    accent = notebooks.dumps(hand_in(w1="déjà vu"))
    cases["53_latin1"] = accent.encode("latin-1"), "repaired", 6
    cases["53_list"] = b"[1, 2]", "unreadable", 0
    cases["53_no_cells"] = b'{"nbformat": 4}', "unreadable", 0
    cases["53_deep"] = b"[" * 100_000, "unreadable", 0
    cases["53_nbformat_9"] = json.dumps({**good, "nbformat": 9}).encode(), "repaired", 6
    kernel = copy.deepcopy(good)
    kernel["metadata"]["kernelspec"]["name"] = "conda-env-x"
    cases["57_kernel"] = _bytes(kernel), "repaired", 6
    cases["52_foreign_notebook"] = (
        json.dumps({"cells": [], "nbformat": 4, "metadata": {}}).encode(),
        "missing",
        0,
    )
    return cases


def good():
    """Name -> (bytes, status, score): right answers in unusual but honest clothes."""
    other = (
        "import functools\n%matplotlib inline\n"
        "@functools.lru_cache(maxsize=None)\ndef one():\n    return 1\n"
        "def affine(x, a):\n    return [a * v + one() for v in x] "
        "if np.ndim(x) else a * x + 1"
    )
    numpy_float = "def affine(x, a):\n    return np.multiply(a, x) + np.float64(1)"
    named = (
        "from collections import namedtuple\nPair = namedtuple('Pair', 'w b')\n"
        "weights = dict(w=np.array([1.0, 2.0]), b=np.int64(3))"
    )
    lambdas = "affine = lambda x, a: np.asarray(x) * a + 1"
    return {
        "plain": (_bytes(hand_in()), "graded", 6),
        "magic_and_decorator": (_bytes(hand_in(q1=other)), "graded", 6),
        "numpy_scalars": (_bytes(hand_in(q1=numpy_float)), "graded", 6),
        "named_data": (_bytes(hand_in(q3=named)), "graded", 6),
        "lambda": (_bytes(hand_in(q1=lambdas)), "graded", 6),
    }
