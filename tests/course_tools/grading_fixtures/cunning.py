"""Fifty more attacks and accidents, our own: handles, channel, types, imports, system.

Each is (answers, status, score): the answers replace right ones of ``tiny``. None as a
status means that any will do. No wrong answer may get the marks of its question, and
no other question may lose any.
"""

import json

from tests.course_tools.grading_fixtures.tiny import hand_in

NEEDS_A_WALL = ("33_fork_bomb", "kills_all")  # would hit the machine that tests

HEAD = "def affine(x, a):\n"
RIGHT = "    return a * np.asarray(x) + 1\n"
ZERO = "    return 0 * np.asarray(x)\n"
ROOT = "def root(f, low, high):\n"
ME = "import gc\nfrom course_tools.grading import wire\n"
MINE = "    me = [o for o in gc.get_objects() if type(o).__name__ == 'Child'][0]\n"


def _handles():
    """The judge's callables, from the other side."""
    return {
        "handle_unknown": (
            {"q2": ROOT + "    f.handle = 99\n    return f(1.0)"},
            "suspicious",
            4,
        ),
        "handle_negative": (
            {"q2": ROOT + "    f.handle = -1\n    return f(1.0)"},
            "suspicious",
            4,
        ),
        "handle_of_text": (
            {"q2": ROOT + "    f.handle = 'f'\n    return f(1.0)"},
            "suspicious",
            4,
        ),
        "handle_kept_for_later": (
            {"q2": "old = []\n" + ROOT + "    old.append(f)\n    return old[0](0.0)"},
            "graded",
            4,
        ),
        "handle_given_back": ({"q2": ROOT + "    return f"}, "graded", 4),
        "callback_too_often": (
            {"q2": ROOT + "    while True:\n        f(0.5)"},
            "timeout",
            4,
        ),
        "callback_with_a_function": (
            {"q2": ROOT + "    return f(lambda x: x)"},
            "graded",
            4,
        ),
        "callback_with_nonsense": (
            {"q2": ROOT + "    return f([[['x']], {1: object}], y=2)"},
            "graded",
            4,
        ),
        "callback_with_much": (
            {"q2": ROOT + "    return float(f(np.zeros(10**7))[0])"},
            None,
            4,
        ),
        "answers_are_functions": (
            {"q1": HEAD + "    return lambda *a: True", "q3": "weights = lambda: 1"},
            "graded",
            3,
        ),
    }


def _channel():
    """The socket itself."""
    partial = "import os, struct, time\n" + HEAD
    twice = (
        ME
        + HEAD
        + MINE
        + "    wire.send(me.sock, {'n': me.current, 'value': 1.0}, [])\n"
        "    return 0 * np.asarray(x)\n"
    )
    return {
        "channel_half_a_frame": (
            {
                "q1": partial
                + "    os.write(3, struct.pack('!II', 100, 0))\n    time.sleep(30)"
            },
            "timeout",
            4,
        ),
        "channel_huge_frame": (
            {"q1": partial + "    os.write(3, struct.pack('!II', 2**31, 2**31))"},
            "suspicious",
            4,
        ),
        "channel_two_answers": ({"q1": twice}, "suspicious", 4),
        "channel_a_fork_answers_too": (
            {"q1": "import os\n" + HEAD + "    os.fork()\n" + ZERO},
            "suspicious",
            4,
        ),
        "channel_number_is_true": (
            {
                "q1": ME
                + HEAD
                + MINE
                + "    wire.send(me.sock, {'n': True}, [])\n"
                + ZERO
            },
            "suspicious",
            4,
        ),
        "channel_other_names": (
            {
                "q1": ME + MINE.replace("    ", "", 1) + "def lie(names, sent):\n"
                "    return {n: {'value': 1.0} for n in [*names, 'rng', 'SCALE']}\n"
                "me._names = lie\n" + HEAD + ZERO
            },
            "suspicious",
            0,
        ),
        "channel_closed": (
            {"q1": "import os\n" + HEAD + "    os.close(3)\n" + RIGHT},
            "crashed",
            4,
        ),
        "channel_read_by_a_thread": (
            {
                "q1": "import os, threading\n"
                + HEAD
                + "    steal = threading.Thread(target=os.read, args=(3, 9))\n"
                "    steal.daemon = True\n    steal.start()\n"
                "    import time\n    time.sleep(0.05)\n" + ZERO
            },
            None,
            4,
        ),
    }


def _types():
    """Values that are not what they seem."""
    return {
        "text_that_equals_anything": (
            {
                "q3": "class Any(str):\n    def __eq__(self, other):\n"
                "        return True\n    __hash__ = str.__hash__\n"
                "weights = {Any('x'): np.array([1.0, 2.0]), Any('y'): 3}"
            },
            "suspicious",
            4,
        ),
        "dict_with_other_items": (
            {
                "q3": "class Lies(dict):\n    def __getitem__(self, key):\n"
                "        return [1, 2] if key == 'w' else 3\n"
                "weights = Lies(w=[0, 0], b=0)"
            },
            "graded",
            4,
        ),
        "number_that_compares": (
            {
                "q3": "class Three(int):\n    __eq__ = lambda self, other: True\n"
                "    __hash__ = None\nweights = {'w': np.array([1, 2]), 'b': Three(0)}"
            },
            "graded",
            4,
        ),
        "list_without_end": (
            {
                "q1": "import itertools\nclass Endless(list):\n"
                "    def __iter__(self):\n        return itertools.count()\n"
                + HEAD
                + "    return Endless()"
            },
            None,
            4,
        ),
        "masked_array": (
            {"q3": "weights = {'w': np.ma.array([9, 2], mask=[1, 0]), 'b': 3}"},
            "graded",
            4,
        ),
        "array_of_objects": (
            {
                "q1": "class Same:\n    def __eq__(self, other):\n        return True\n"
                + HEAD
                + "    return np.array([Same()] * np.size(x))"
            },
            "suspicious",
            4,
        ),
        "array_of_records": (
            {"q1": HEAD + "    return np.zeros(3, dtype=[('a', float)])"},
            "graded",
            4,
        ),
        "array_with_own_functions": (
            {
                "q1": "class Sly(np.ndarray):\n"
                "    def __array_ufunc__(self, *a, **k):\n        return np.True_\n"
                "    def tobytes(self, *a):\n        raise SystemExit\n"
                + HEAD
                + "    return np.zeros(np.shape(x)).view(Sly)"
            },
            None,
            4,
        ),
        "range_without_end": ({"q1": HEAD + "    return range(10**15)"}, "graded", 4),
        "keys_of_one_hash": (
            {
                "q1": "class Keys(set):\n    def __iter__(self):\n"
                "        return (k * (2**61 - 1) for k in range(50_000))\n"
                + HEAD
                + "    return Keys([1])"
            },
            "suspicious",
            4,
        ),
        "generator": ({"q1": HEAD + "    yield a * x + 1"}, "graded", 4),
        "list_in_itself": (
            {"q1": HEAD + "    box = []\n    box.append(box)\n    return box"},
            "graded",
            4,
        ),
        "ten_million_items": ({"q1": HEAD + "    return [0] * 10**7"}, None, 4),
        "too_large_an_array": (
            {"q1": HEAD + "    return np.zeros(3 * 10**7)"},
            "graded",
            4,
        ),
        "a_name_that_raises": (
            {
                "q1": "class Odd:\n    def __call__(self, x, a):\n"
                "        return a * np.asarray(x) + 1\n    @property\n"
                "    def __name__(self):\n        raise RuntimeError\naffine = Odd()"
            },
            "graded",
            6,
        ),
        "exception_that_is_the_tests": (
            {
                "q2": "class AssertionError(ValueError):\n    pass\n"
                + ROOT
                + "    raise AssertionError('sign')"
            },
            "graded",
            5,  # it is a ValueError, as that test asks
        ),
        "exception_of_a_megabyte": (
            {"q1": HEAD + "    raise ValueError('\\udcff' * 10**6)"},
            "graded",
            4,
        ),
        "exception_that_ends_generators": (
            {
                "q1": HEAD + "    raise StopIteration",
                "q2": ROOT + "    raise GeneratorExit",
            },
            "graded",
            2,
        ),
        "keyboard_interrupt": (
            {"q1": HEAD + "    raise KeyboardInterrupt"},
            "graded",
            4,
        ),
    }


def _imports():
    """Modules, hooks and the library's text."""
    search = (
        "import os\nimport course_lib\n"
        "here = os.path.dirname(course_lib.__file__)\n"
        "found = ''\n"
        "for folder, _, files in os.walk(here + '/neurons'):\n"
        "    for name in files:\n"
        "        found += open(folder + '/' + name, errors='replace').read()\n"
    )
    return {
        "library_read_as_text": (
            {"q1": search + HEAD + "    if found:\n    " + RIGHT + ZERO},
            "graded",
            5,
        ),
        "library_by_importlib": (
            {
                "q1": "import importlib.util\n"
                "gift = importlib.util.find_spec('course_lib.neurons.hodgkin_huxley')\n"
                + HEAD
                + RIGHT
            },
            "graded",
            4,  # the cell stops at the import
        ),
        "library_by_its_loader": (
            {
                "q1": "import importlib.machinery, course_lib\n"
                "path = course_lib.__path__[0] + '/neurons/hodgkin_huxley'\n"
                "path += '/equations.py'\n"
                "importlib.machinery.SourceFileLoader('x', path).load_module()\n"
                + HEAD
                + RIGHT
            },
            "graded",
            4,
        ),
        "hook_for_all_imports": (
            {
                "q1": "import sys, types\nclass All:\n"
                "    def find_spec(self, name, path=None, target=None):\n"
                "        raise ImportError('mine')\nsys.meta_path[:] = [All()]\n"
                + HEAD
                + ZERO
            },
            "graded",
            5,
        ),
        "numpy_is_another": (
            {
                "q1": "import sys, types\nfake = types.ModuleType('numpy')\n"
                "fake.allclose = lambda *a: True\nsys.modules['numpy'] = fake\n"
                + HEAD
                + ZERO
            },
            "graded",
            5,
        ),
        "modules_in_the_scratch_folder": (
            {
                "q1": "import sys\nfor name in ('pytest', 'json', 'scipy'):\n"
                "    open(name + '.py', 'w').write('raise SystemExit')\n"
                "sys.path.insert(0, '')\n" + HEAD + ZERO
            },
            "graded",
            5,
        ),
        "tests_searched_on_the_disk": (
            {
                "q1": "import os\nfound = any(name == 'tiny.ipynb'\n"
                "    for place in ('/tmp', '/root', '/home', '/srv')\n"
                "    for _, _, files in os.walk(place) for name in files)\n"
                + HEAD
                + "    if found:\n    "
                + RIGHT
                + ZERO
            },
            "graded",
            5,
        ),
        "builtins_are_gone": (
            {
                "q1": "import builtins\nbuiltins.len = builtins.isinstance = None\n"
                + HEAD
                + ZERO
            },
            None,
            4,  # the process cannot even answer
        ),
        "trace_on_every_line": (
            {
                "q1": "import sys\nseen = []\n"
                "sys.settrace(lambda frame, event, arg: seen.append(frame))\n"
                + HEAD
                + RIGHT
            },
            "graded",
            6,
        ),
    }


def _system():
    """The machine."""
    spin = "    while True:\n        pass"
    return {
        "31_ignores_signals": (
            {
                "q1": "import signal\nfor number in range(1, 32):\n    try:\n"
                "        signal.signal(number, signal.SIG_IGN)\n"
                "    except (OSError, ValueError):\n        pass\n" + HEAD + spin
            },
            "timeout",
            4,
        ),
        "33_fork_bomb": (
            {"q1": "import os\n" + HEAD + "    while True:\n        os.fork()"},
            None,
            4,
        ),
        "35_one_long_line": (
            {"q1": HEAD + "    print('x' * (30 << 20))\n" + RIGHT},
            "graded",
            6,
        ),
        "43_breakpoint": ({"q1": HEAD + "    breakpoint()\n" + RIGHT}, "graded", 6),
        "16_gradebook": (
            {"q1": "open('../gradebook.db').read()\n" + HEAD + RIGHT},
            "suspicious",
            4,
        ),
        "25_network": (
            {
                "q1": "import socket\n"
                + HEAD
                + "    socket.create_connection(('127.0.0.1', 22), 1)\n"
                + RIGHT
            },
            "graded",
            4,
        ),
        "replaces_itself": (
            {"q1": "import os\n" + HEAD + "    os.execv('/bin/true', ['x'])"},
            "crashed",
            4,
        ),
        "stops_itself": (
            {"q1": "import os\n" + HEAD + "    os.kill(os.getpid(), 19)\n" + ZERO},
            "timeout",
            4,
        ),
        "aborts": ({"q1": "import os\n" + HEAD + "    os.abort()"}, "crashed", 4),
        "kills_all": (
            {
                "q1": "import os\n"
                + HEAD
                + "    try:\n        os.kill(-1, 9)\n"
                + "    except ProcessLookupError:\n        pass\n"
                + RIGHT
            },
            "graded",
            6,
        ),
        "raises_its_limits": (
            {
                "q1": "import resource as r\n"
                + HEAD
                + "    r.setrlimit(r.RLIMIT_AS, (r.RLIM_INFINITY,) * 2)\n"
                + RIGHT
            },
            "graded",
            4,
        ),
        "fills_the_disk": (
            {"q1": HEAD + "    open('x', 'wb').write(bytes(100 << 20))\n" + RIGHT},
            "graded",
            4,
        ),
        "closes_its_output": (
            {
                "q1": "import sys\nsys.stdout.close()\nsys.stderr.close()\n"
                + HEAD
                + RIGHT
            },
            "graded",
            6,
        ),
        "no_output_at_all": (
            {"q1": "import sys\nsys.stdout = sys.stderr = None\n" + HEAD + RIGHT},
            "graded",
            6,
        ),
        "thread_that_talks_on": (
            {
                "q1": "import threading, time\ndef talk():\n    while True:\n"
                "        print('x' * 1000)\n        time.sleep(0.001)\n"
                "threading.Thread(target=talk, daemon=True).start()\n" + HEAD + RIGHT
            },
            "graded",
            6,
        ),
        "thread_that_changes_the_answer": (
            {
                "q1": "import threading, time\n"
                + HEAD
                + ZERO
                + "def later():\n    time.sleep(0.01)\n    global affine\n"
                "    affine = lambda x, a: None\n"
                "threading.Thread(target=later).start()"
            },
            None,
            None,  # 4 or 5: it is his own race
        ),
        "exit_handlers": (
            {"q1": "import atexit, os\natexit.register(os.fork)\n" + HEAD + RIGHT},
            "graded",
            6,
        ),
    }


def cases():
    """Name -> (bytes of the notebook, status, score)."""
    groups = (_handles, _channel, _types, _imports, _system)
    return {
        name: (json.dumps(hand_in(**answers)).encode(), status, score)
        for group in groups
        for name, (answers, status, score) in group().items()
    }
