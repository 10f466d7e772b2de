"""A CUDA device that is none: tensors stay in memory, the rules of placement hold.

For machines without a GPU. Inside `pretend()` a tensor made on, or moved to, "cuda" is
remembered by its storage; it says so when asked, goes to NumPy only by way of the CPU,
and meets no tensor of the CPU but a number, as on the real device. What it cannot show:
kernels, half precision, speed.
"""

import contextlib
import functools
from collections.abc import Iterator
from typing import Any
from unittest import mock

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map_only

CUDA, CPU = torch.device("cuda", 0), torch.device("cpu")
INDEXING = {torch.ops.aten.index.Tensor, torch.ops.aten.index_put_.default}  # may mix
COPIES = {torch.ops.aten.copy_.default, torch.ops.aten._to_copy.default}
PROPERTIES = {
    torch.Tensor.device.__get__: CUDA,
    torch.Tensor.is_cuda.__get__: True,
    torch.Tensor.is_cpu.__get__: False,
}


def _holds(tensor: Any) -> bool:
    return getattr(_storage(tensor), "pretended", False)


def _mark(tensor: Any, there: bool = True) -> None:
    _storage(tensor).pretended = there


def _storage(tensor: Any) -> Any:
    functorch = torch._C._functorch
    while functorch.is_functorch_wrapped_tensor(tensor):  # inside vmap and jacrev
        tensor = functorch.get_unwrapped(tensor)
    dense = tensor if tensor.layout is torch.strided else tensor._values()
    return dense.untyped_storage()


class _Placement(TorchDispatchMode):
    """Below autograd: results lie where the operands lie, and operands together."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        tensors = [a for a in tree_flatten((args, kwargs))[0] if torch.is_tensor(a)]
        there = [t for t in tensors if _holds(t)]
        if there and func not in COPIES:
            for t in tensors:
                if t.dim() and not _holds(t) and func not in INDEXING:
                    raise RuntimeError(
                        f"{func}: expected all tensors on one device, found one of "
                        f"shape {tuple(t.shape)} on the CPU among those on cuda:0"
                    )
        out = func(*args, **(kwargs or {}))
        if any(t.dim() for t in there) or (there and len(there) == len(tensors)):
            if func is not torch.ops.aten.copy_.default:
                tree_map_only(torch.Tensor, _mark, out)
        return out


class _Device(TorchFunctionMode):
    """Above it: what is asked for on "cuda" is made in memory and remembered."""

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs, name = dict(kwargs or {}), getattr(func, "__name__", "")
        if func in (torch.device, torch._C._nn._parse_to):
            return func(*args, **kwargs)
        first = args[0] if args and torch.is_tensor(args[0]) else None
        there = first is not None and _holds(first)
        if there and name == "__get__" and func in PROPERTIES:
            return PROPERTIES[func]
        if there and name in ("numpy", "__array__"):
            raise TypeError(
                "can't convert cuda:0 device type tensor to numpy; use .cpu() first"
            )
        if name in ("cpu", "cuda"):
            return self._moved(first, name == "cuda")
        wanted = self._wanted(args, kwargs)
        if name == "to":
            for like in (a for a in args[1:] if torch.is_tensor(a)):
                wanted = CUDA if _holds(like) else CPU
                kwargs["dtype"] = like.dtype
            for dtype in (a for a in args if isinstance(a, torch.dtype)):
                kwargs["dtype"] = dtype
            kwargs.pop("non_blocking", None)
            out = func(first, **kwargs) if kwargs else first
            return (
                self._moved(out, torch.device(wanted).type == "cuda") if wanted else out
            )
        out = func(*(a for a in args if wanted is None or a is not wanted), **kwargs)
        if wanted is not None and torch.device(wanted).type == "cuda":
            tree_map_only(torch.Tensor, _mark, out)
        return out

    def _wanted(self, args: Any, kwargs: dict[str, Any]) -> Any:
        """The device that a call asks for, taken out of its keywords."""
        named = kwargs.pop("device", None)
        found = [a for a in args if isinstance(a, torch.device) or _is_name(a)]
        return named if named is not None else next(iter(found), None)

    def _moved(self, tensor: Any, there: bool) -> Any:
        if _holds(tensor) == there:
            return tensor
        out = tensor.clone()
        _mark(out, there)
        return out


@contextlib.contextmanager
def pretend() -> Iterator[None]:
    """Inside: a CUDA device 0."""
    import torch._dynamo  # torch imports it at the first dispatch: before the patches

    patches = (
        mock.patch("torch.cuda.is_available", lambda: True),
        mock.patch("torch.cuda.synchronize", lambda *_: None),
        mock.patch("torch.Generator", functools.partial(_generator, torch.Generator)),
        mock.patch("torch.autocast", _no_autocast),
    )
    with contextlib.ExitStack() as stack:
        for patch in patches:
            stack.enter_context(patch)
        stack.enter_context(_Placement())
        stack.enter_context(_Device())
        yield


def _is_name(a: Any) -> bool:
    return isinstance(a, str) and a.split(":")[0] in ("cpu", "cuda")


def _generator(kind: Any, device: Any = "cpu") -> Any:
    del device
    return kind()


def _no_autocast(*_: Any, **__: Any) -> Any:
    return contextlib.nullcontext()
