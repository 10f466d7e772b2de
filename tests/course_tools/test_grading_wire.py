"""The wire between judge and student: exact types, and a reader that trusts nothing."""

import json
import math
import socket
import struct
import sys
import time

import numpy as np
import pytest

from course_tools.grading import wire

VALUES = [
    None,
    True,
    -3,
    10**40,
    0.1,
    math.inf,
    -0.0,
    2 - 3j,
    "ψ \ud800",
    b"\0\xff",
    [1, [2.0, ("a", None)]],
    {"k": 1, (1, 2): [3]},
    {1, 2},
    range(2, 9, 3),
    np.float32(0.1),
    np.int8(-5),
    np.arange(6.0).reshape(2, 3)[:, ::-1],
    np.array([[True, False]]),
    np.array([1 + 2j, np.nan]),
    np.empty((0, 3)),
]


def _cross(value):
    buffers = []
    tree = wire.encode(value, buffers)
    return wire.decode(json.loads(json.dumps(tree, allow_nan=False)), buffers)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_keep_type_and_bits(value):
    """What crosses is equal, of the same type, and of the same dtype and shape."""
    back = _cross(value)
    assert type(back) is type(value)
    if isinstance(value, np.ndarray | np.generic):
        assert back.dtype == value.dtype and np.shape(back) == np.shape(value)
        assert np.asarray(back).tobytes() == np.ascontiguousarray(value).tobytes()
    else:
        assert back == value
        assert (
            math.copysign(1, back) == math.copysign(1, value) if back == 0.0 else True
        )


def test_nan_crosses_tagged():
    """NaN travels with a tag, never as a literal."""
    assert math.isnan(_cross(math.nan))


def test_tensor_crosses():
    """A tensor keeps dtype (bfloat16 too), values and requires_grad."""
    torch = pytest.importorskip("torch")
    for tensor in (torch.ones(2, 3).bfloat16(), torch.arange(3.0).requires_grad_()):
        back = _cross(tensor)
        assert back.dtype == tensor.dtype and torch.equal(back, tensor)
        assert back.requires_grad == tensor.requires_grad


def test_read_only_array_arrives_read_only():
    """A protected argument is protected on the other side too."""
    array = np.arange(3.0)
    array.flags.writeable = False
    assert not _cross(array).flags.writeable


class _Same(float):
    def __eq__(self, other):
        return True

    __hash__ = None


def test_subclasses_arrive_as_plain_data():
    """An always-equal number is a plain float on arrival."""
    assert type(_cross(_Same(2.0))) is float


def test_objects_do_not_cross():
    """An object, a generator or an array of objects is refused by name."""
    for value in (object(), (i for i in ()), np.array([None]), np.array(["text"])):
        with pytest.raises(wire.NotData):
            wire.encode(value, [])


def test_deep_and_endless_values_are_refused():
    """A list that holds itself ends in NotData, not in a crash."""
    value = []
    value.append(value)
    with pytest.raises(wire.NotData):
        wire.encode(value, [])


M61 = (1 << 61) - 1  # the hash of a whole number is its remainder by this
BAD = {
    "unknown tag": {"object": 1},
    "unknown dtype": {"array": 0, "dtype": "O", "shape": [1]},
    "wrong shape": {"array": 0, "dtype": "f8", "shape": [3]},
    "negative shape": {"array": 0, "dtype": "f8", "shape": [-1, -2]},
    "no such buffer": {"array": 7, "dtype": "f8", "shape": [1]},
    "negative buffer": {"array": -1, "dtype": "f8", "shape": [2]},
    "list as key": {"dict": [[[1], 2]]},
    "buffer used twice": [{"bytes": 0}, {"bytes": 0}],
    "endless integer": {"int": "0x" + "f" * 20_000},
    "bad pair": {"dict": [[1, 2, 3]]},
    "float as text": {"float": "1e5"},
    "int as number": {"int": 5},
    "empty tag": {},
    "handle": {"handle": {"judge": 0}},
    "complex of text": {"complex": ["a", "b"]},
    "infinite number": {"tuple": [float("1e999")]},
    "endless range": {"range": [0, 10**15, 1]},
    "range beyond counting": {"range": [0, 10**30, 1]},
    "keys of one hash": {"set": [{"int": hex(k * M61)} for k in range(300)]},
    "pairs of one hash": {"dict": [[{"int": hex(k * M61)}, 0] for k in range(300)]},
    "half a bool": {"array": 0, "dtype": "b1", "shape": [16]},
}


@pytest.mark.parametrize("name", BAD)
def test_bad_forms_are_refused(name):
    """A malformed value is a BadFrame, whatever is wrong with it."""
    with pytest.raises(wire.BadFrame):
        wire.decode(BAD[name], [struct.pack("dd", 1.0, 2.0)])


def test_a_refusal_quotes_nothing():
    """The text of a BadFrame, which a student reads, holds nothing of the frame."""
    secret = "x = 0.8414"
    for form in ({secret: 1}, {"int": secret}, {"float": secret}, {"tuple": secret}):
        with pytest.raises(wire.BadFrame) as caught:
            wire.decode(form, [])
        assert "8414" not in str(caught.value)


def test_endless_ranges_are_no_data():
    """A range that nobody could add up is refused; one of an answer's size crosses."""
    assert _cross(range(0, 30, 3)) == range(0, 30, 3)
    for numbers in (range(10**15), range(0, -(10**40), -1)):
        with pytest.raises(wire.NotData):
            wire.encode(numbers, [])


def test_tensor_is_its_array_without_torch(monkeypatch):
    """Who has not loaded torch gets a tensor as an array, and does not load it now."""
    torch = pytest.importorskip("torch")
    values = [1.0, -2.5, 3.0]
    for kind in (torch.float32, torch.bfloat16, torch.int64):
        buffers = []
        form = wire.encode(torch.tensor(values).to(kind), buffers)
        with monkeypatch.context() as without:
            without.delitem(sys.modules, "torch")
            back = wire.decode(form, buffers)
            assert "torch" not in sys.modules
        expected = np.array(values) if kind.is_floating_point else [1, -2, 3]
        np.testing.assert_array_equal(back, expected)


def _frame(text, count=0, lengths=b""):
    return struct.pack("!II", len(text), count) + lengths + text


HOSTILE = {
    "huge text": struct.pack("!II", 2**32 - 1, 0),
    "many buffers": struct.pack("!II", 2, 2**32 - 1),
    "huge buffer": _frame(b"{}", 1, struct.pack("!Q", 2**40)),
    "not JSON": _frame(b"hello"),
    "nested": _frame(b"[" * 60_000),
    "long number": _frame(b'{"n":' + b"1" * 60_000 + b"}"),
    "NaN literal": _frame(b'{"value":NaN}'),
    "not an object": _frame(b"[1]"),
    "not UTF-8": _frame(b"\xff\xfe"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_frames_are_refused(name):
    """A frame that is too large or malformed is refused before memory is taken."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(5)
        theirs.sendall(HOSTILE[name])
        with pytest.raises(wire.BadFrame):
            wire.receive(ours, time.monotonic() + 5)


def test_deadline_is_for_the_frame():
    """A peer that sends a byte now and then does not hold the reader."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"\0\0")
        with pytest.raises(TimeoutError):
            wire.receive(ours, time.monotonic() + 0.05)


def test_closed_channel_is_named():
    """The end of a peer in mid-frame is Ended, not an empty answer."""
    ours, theirs = socket.socketpair()
    with ours:
        theirs.sendall(b"\0\0")
        theirs.close()
        with pytest.raises(wire.Ended):
            wire.receive(ours, time.monotonic() + 5)


def test_copy_back_changes_in_place():
    """Views, nested lists and dicts take the new values without a new identity."""
    base = np.zeros(6)
    old = [base[::2], {"a": [1]}, 5]
    wire.copy_back(old, [np.ones(3), {"a": [1, 2]}, 6])
    assert base.tolist() == [1, 0, 1, 0, 1, 0]
    assert old[1] == {"a": [1, 2]} and old[2] == 6
