"""Values between the judge and the process that runs student code.

A frame is a header (length of the JSON text, number of buffers), the lengths of the
buffers, the JSON text and the buffers: arrays travel as raw bytes, everything else as
JSON with a tag where JSON has no such type. Nothing is ever unpickled, and decoding
builds only the exact types listed in ``encode``: an object that claims to equal
everything arrives as what it is, or not at all.

The reader trusts nothing: sizes are checked before memory is taken, depth and counts
are capped, ``NaN`` literals are refused (NaN itself travels tagged), and whatever is
wrong with a frame raises ``BadFrame``. Its text quotes nothing of the frame: students
read it, and a frame of theirs may hold inputs of a hidden test.
"""

import json
import math
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

Tree: TypeAlias = Any  # what json.loads can return
Buffers: TypeAlias = list[Any]  # bytes, or None once they are decoded

MAX_JSON = 16 << 20
MAX_BUFFERS = 10_000
MAX_BYTES = 128 << 20
MAX_DEPTH = 60
MAX_NODES = 2_000_000
MAX_INT_BITS = 1 << 16
MAX_ALIKE = 100  # keys of a set or dict with a hash that another has
# "f16" and "c32" differ between machines; objects, strings and records are no data.
DTYPES = {  # as they travel: the least significant byte first
    code: np.dtype(("|" if code[1:] == "1" else "<") + code)
    for code in "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split()
}
_CODES = {dtype: code for code, dtype in DTYPES.items()}
TORCH_TYPES = frozenset(
    "float16 float32 float64 bfloat16 complex64 complex128 "
    "uint8 int8 int16 int32 int64 bool".split()
)
_HEADER = struct.Struct("!II")


class BadFrame(Exception):
    """What arrived is not a frame of this protocol."""


class NotData(TypeError):
    """A value that cannot cross; the text names its type."""


class Ended(Exception):
    """The other side closed the channel."""


# --- frames -----------------------------------------------------------------------

_TEXT = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":"))


def send(
    sock: socket.socket, tree: Tree, buffers: Buffers, deadline: float | None = None
) -> None:
    """Write one frame; TimeoutError when the peer does not take it in time."""
    text = _TEXT.encode(tree).encode()
    sizes = [len(buffer) for buffer in buffers]
    if len(text) > MAX_JSON or len(sizes) > MAX_BUFFERS or sum(sizes) > MAX_BYTES:
        raise NotData("the value is too large to be sent")
    head = struct.pack(f"!II{len(sizes)}Q", len(text), len(sizes), *sizes)
    frame = b"".join((head, text, *buffers))
    if deadline is not None:
        _wait_until(sock, socket.SO_SNDTIMEO, deadline)
    try:
        sock.sendall(frame)
    except BlockingIOError:
        raise TimeoutError from None
    except (BrokenPipeError, ConnectionResetError) as error:
        raise Ended from error


def _wait_until(sock: socket.socket, option: int, deadline: float) -> None:
    """Have the kernel end waits of a blocking socket: cheaper than to select first."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    whole = int(left)
    span = struct.pack("ll", whole, max(1, int(1e6 * (left - whole))))
    sock.setsockopt(socket.SOL_SOCKET, option, span)


class Reader:
    """Bytes of a socket, read ahead: one system call for a small frame."""

    def __init__(self, sock: socket.socket, ahead: int = 1 << 16) -> None:
        self.sock, self.ahead = sock, ahead
        self.data, self.at = b"", 0
        self.deadline: float | None = None
        self.told = 0.0  # when the kernel was told of the deadline

    def take(self, size: int, deadline: float | None) -> bytes:
        """The next so many bytes, before the deadline."""
        end = self.at + size
        if end > len(self.data):
            self._more(size, deadline)
            end = size
        part = self.data[self.at : end]
        self.at = end
        return part

    def _more(self, size: int, deadline: float | None) -> None:
        parts = [self.data[self.at :]]
        have = len(parts[0])
        while have < size:
            if deadline is not None:
                now = time.monotonic()
                if deadline != self.deadline or now > self.told + 0.05:
                    _wait_until(self.sock, socket.SO_RCVTIMEO, deadline)
                    self.deadline, self.told = deadline, now
            try:
                part = self.sock.recv(min(max(size - have, self.ahead), 1 << 20))
            except BlockingIOError:
                raise TimeoutError from None
            except ConnectionResetError as error:
                raise Ended from error
            if not part:
                raise Ended
            parts.append(part)
            have += len(part)
        self.data, self.at = b"".join(parts), 0


def receive(
    source: socket.socket | Reader, deadline: float | None = None
) -> tuple[dict[str, Tree], Buffers]:
    """Read one frame before the deadline, which is for the frame, not for a byte."""
    if isinstance(source, socket.socket):
        source = Reader(source, ahead=0)
    length, count = _HEADER.unpack(source.take(_HEADER.size, deadline))
    if length > MAX_JSON or count > MAX_BUFFERS:
        raise BadFrame("a frame larger than any answer")
    lengths: tuple[int, ...] = ()
    if count:
        lengths = struct.unpack(f"!{count}Q", source.take(8 * count, deadline))
        if sum(lengths) > MAX_BYTES:
            raise BadFrame("a frame larger than any answer")
    text = source.take(length, deadline)
    buffers = [source.take(size, deadline) for size in lengths]
    try:
        tree = _TREE.decode(text.decode())
    except (ValueError, RecursionError) as error:
        raise BadFrame(f"not JSON ({type(error).__name__})") from None
    if not isinstance(tree, dict):
        raise BadFrame("the frame is not an object")
    return tree, buffers


def _refuse(literal: str) -> None:
    raise ValueError(f"literal {literal}")


_TREE = json.JSONDecoder(parse_constant=_refuse)


# --- values -----------------------------------------------------------------------


def encode(
    value: object, buffers: Buffers, handle: Callable[[object], Tree] | None = None
) -> Tree:
    """The JSON form of a value; bytes of arrays are appended to ``buffers``.

    ``handle`` gives the form of a callable. Subclasses of the built-in containers and
    numbers travel as their plain data.
    """
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is float and math.isfinite(value):  # type: ignore[arg-type]
        return value
    nodes = 0

    def walk(v: Any, depth: int) -> Tree:
        nonlocal nodes
        nodes += 1
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise NotData("the value is nested too deeply or holds too many parts")
        kind = type(v)  # exact types first: they are most of what crosses
        if v is None or kind is bool or kind is str:
            return v
        if kind is float and math.isfinite(v):
            return v
        if kind is np.float64 and math.isfinite(v):
            return {"f8": float(v)}
        if isinstance(v, np.ndarray):
            return _array(v, buffers, "array")
        if isinstance(v, np.generic):
            return _array(np.asarray(v), buffers, "scalar")
        if isinstance(v, int):
            if -(1 << 53) < v < 1 << 53:
                return int(v)
            if v.bit_length() > MAX_INT_BITS:
                raise NotData("the integer has too many digits")
            return {"int": hex(v)}
        if isinstance(v, float):
            plain = float(v)
            return plain if math.isfinite(plain) else {"float": repr(plain)}
        if isinstance(v, complex):
            plain_c = complex(v)
            return {"complex": [walk(plain_c.real, depth), walk(plain_c.imag, depth)]}
        if isinstance(v, str):
            return str(v)
        if isinstance(v, bytes | bytearray):
            buffers.append(bytes(v))
            return {"bytes": len(buffers) - 1}
        if isinstance(v, list):
            return [walk(item, depth + 1) for item in v]
        if isinstance(v, tuple):
            return {"tuple": [walk(item, depth + 1) for item in v]}
        if isinstance(v, set | frozenset):
            return {"set": [walk(item, depth + 1) for item in v]}
        if isinstance(v, dict):
            pairs = [[walk(k, depth + 1), walk(x, depth + 1)] for k, x in v.items()]
            return {"dict": pairs}
        if isinstance(v, range):
            if v[MAX_NODES:]:  # whoever adds it up would not come back
                raise NotData("a range of too many numbers")
            return {"range": [v.start, v.stop, v.step]}
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(v, torch.Tensor):
            return _tensor(v, buffers)
        if callable(v) and handle is not None:
            return {"handle": handle(v)}
        raise NotData(f"an object of type {type(v).__name__}")

    return walk(value, 0)


def _array(array: np.ndarray, buffers: Buffers, tag: str) -> Tree:
    code = _CODES.get(array.dtype)
    if code is None:  # another order of bytes, or no numbers
        code = array.dtype.str[1:]
        if code not in DTYPES:
            raise NotData(f"an array of dtype {array.dtype}")
        array = array.astype(DTYPES[code])
    buffers.append(array.tobytes())
    form: dict[str, Tree] = {
        tag: len(buffers) - 1,
        "dtype": code,
        "shape": list(array.shape),
    }
    if tag == "array" and not array.flags.writeable:
        form["fixed"] = True
    return form


def _tensor(tensor: Any, buffers: Buffers) -> Tree:
    torch = sys.modules["torch"]
    name = str(tensor.dtype).removeprefix("torch.")
    if name not in TORCH_TYPES or tensor.layout is not torch.strided:
        raise NotData(f"a tensor of {tensor.dtype} in layout {tensor.layout}")
    plain = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous()
    if name == "bfloat16":
        plain = plain.view(torch.int16)
    form = _array(plain.numpy(), buffers, "tensor")
    return {**form, "torch": name, "grad": bool(tensor.requires_grad)}


def decode(
    tree: Tree, buffers: Buffers, resolve: Callable[[Tree], object] | None = None
) -> Any:
    """The value of a JSON form; ``resolve`` gives the object behind a handle."""
    if tree is None or type(tree) is bool:
        return tree
    try:
        return _walk(tree, buffers, resolve, 0)
    except (KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
        raise BadFrame(f"not a value ({type(error).__name__})") from None


def _walk(
    tree: Tree,
    buffers: Buffers,
    resolve: Callable[[Tree], object] | None,
    depth: int,
) -> Any:
    if depth > MAX_DEPTH:
        raise BadFrame("value nested too deeply")
    kind = type(tree)
    if kind is float:
        if not math.isfinite(tree):  # 1e999
            raise BadFrame("a number too large for a float")
        return tree
    if tree is None or kind is bool or kind is int or kind is str:
        return tree
    if kind is list:
        return [_walk(item, buffers, resolve, depth + 1) for item in tree]
    tag = next(iter(tree), "")
    body = tree.get(tag)
    match tag:
        case "f8":
            value = np.float64(expect(body, float))
            if not math.isfinite(value):
                raise BadFrame("a number too large for a float")
            return value
        case "int":
            if len(expect(body, str)) > MAX_INT_BITS // 4 + 3:  # -0x
                raise BadFrame("an integer with too many digits")
            return int(body, 16)
        case "float":
            return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[body]
        case "complex":
            real, imag = (_walk(x, buffers, resolve, depth + 1) for x in body)
            return complex(expect(real, float), expect(imag, float))
        case "bytes":
            return _buffer(buffers, body)
        case "tuple" | "set":
            items = [_walk(x, buffers, resolve, depth + 1) for x in expect(body, list)]
            return tuple(items) if tag == "tuple" else set(_keys(items))
        case "dict":
            pairs = [
                [
                    _walk(part, buffers, resolve, depth + 1)
                    for part in expect(pair, list)
                ]
                for pair in expect(body, list)
            ]
            _keys([key for key, _ in pairs])
            return dict(pairs)
        case "range":
            numbers = range(*(expect(part, int) for part in body))
            if numbers[MAX_NODES:]:
                raise BadFrame("a range of too many numbers")
            return numbers
        case "array" | "scalar" | "tensor":
            array = _read_array(tree, _buffer(buffers, body))
            if tag == "scalar":
                return array[()]
            if tag == "tensor":
                return _read_tensor(tree, array)
            if tree.get("fixed") is True:
                array.flags.writeable = False
            return array
        case "handle":
            if resolve is None:
                raise BadFrame("a callable where none is allowed")
            return resolve(body)
    raise BadFrame("an unknown kind of value")


def _keys(found: list[Any]) -> list[Any]:
    """The keys, unless a table of them would take the square of their number."""
    if len(found) - len({hash(key) for key in found}) > MAX_ALIKE:
        raise BadFrame("keys that all have the same hash")
    return found


def expect(value: Any, kind: type) -> Any:
    """The value, if it is exactly of this type."""
    if type(value) is not kind:
        raise BadFrame(f"{type(value).__name__} where {kind.__name__} belongs")
    return value


def _buffer(buffers: Buffers, index: Tree) -> bytes:
    """The bytes of a buffer, once: many references to one would fill the memory."""
    if not 0 <= expect(index, int) < len(buffers):
        raise BadFrame("no such buffer")
    data: bytes | None = buffers[index]
    if data is None:
        raise BadFrame("a buffer used twice")
    buffers[index] = None
    return data


def _read_array(tree: Tree, data: bytes) -> np.ndarray:
    code, shape = tree["dtype"], expect(tree["shape"], list)
    if code not in DTYPES:
        raise BadFrame("dtype not allowed")
    size = 1
    for length in shape:
        if type(length) is not int or length < 0 or len(shape) > 32:
            raise BadFrame("impossible shape")
        size *= length
    array = np.frombuffer(data, dtype=DTYPES[code])
    if code == "b1" and (array.view(np.uint8) > 1).any():
        raise BadFrame("a boolean that is neither")
    if size != array.size:
        raise BadFrame("shape does not fit the bytes")
    if sys.byteorder == "big":
        array = array.astype(array.dtype.newbyteorder("="))
    return array.reshape(shape).copy()  # that owns its data and can be written


def _read_tensor(tree: Tree, array: np.ndarray) -> Any:
    """The tensor; its array for whoever has not loaded torch.

    To load it takes seconds, and the judge's alarm in the midst of them would leave a
    torch that works for nobody any more.
    """
    name = tree["torch"]
    if name not in TORCH_TYPES:
        raise BadFrame("tensor type not allowed")
    torch = sys.modules.get("torch")
    if torch is None:
        if name == "bfloat16" and array.dtype == np.int16:
            array = (array.astype("u2").astype("u4") << 16).view("f4")
        return array
    tensor = torch.from_numpy(array)
    wanted = getattr(torch, name)
    if name == "bfloat16" and array.dtype == np.int16:
        tensor = tensor.view(torch.bfloat16)
    if tensor.dtype != wanted:
        raise BadFrame("tensor type does not fit its array")
    return tensor.requires_grad_() if tree.get("grad") is True else tensor


def copy_back(old: Any, new: Any) -> Any:
    """Put what came back into the object that was sent, in place where it can be.

    Returns the object that now stands for the value: ``old`` itself where its type
    can be changed in place, else ``new``.
    """
    torch = sys.modules.get("torch")
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        if old.dtype == new.dtype and old.shape == new.shape and old.flags.writeable:
            old[...] = new
            return old
    elif type(old) is list and type(new) is list:
        old[:] = map(copy_back, old, new) if len(old) == len(new) else new
        return old
    elif type(old) is dict and type(new) is dict:
        merged = {k: copy_back(old[k], v) if k in old else v for k, v in new.items()}
        old.clear()
        old.update(merged)
        return old
    elif type(old) is set and type(new) is set:
        old.clear()
        old.update(new)
        return old
    elif type(old) is tuple and type(new) is tuple and len(old) == len(new):
        return tuple(copy_back(a, b) for a, b in zip(old, new, strict=True))
    elif (
        torch is not None
        and isinstance(old, torch.Tensor)
        and isinstance(new, torch.Tensor)
        and old.dtype == new.dtype
        and old.shape == new.shape
    ):
        with torch.no_grad():
            old.copy_(new)
        return old
    return new
