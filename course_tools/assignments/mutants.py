"""Small mistakes, made by machine: each mutant of a solution has exactly one.

Good tests tell a solution from its mutants. The mistakes are those of students: a
sign, an operator, a term or factor left out, a comparison that forgets or includes the
border, a number, an order of arguments, of operands or of results, one argument for
another, a line forgotten, a guard that never holds.
"""

import ast
import copy
import hashlib
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

Change: TypeAlias = tuple[str, Callable[[ast.AST], None]]

OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.MatMult: ast.Mult,
}
BORDERS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
DIRECTIONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
}
FUNCTIONS = {
    "maximum": "minimum",
    "minimum": "maximum",
    "max": "min",
    "min": "max",
    "zeros": "ones",
    "ones": "zeros",
    "expm1": "exp",
    "exp": "expm1",
    "log1p": "log",
    "sin": "cos",
    "cos": "sin",
    "sum": "mean",
    "mean": "sum",
    "argmax": "argmin",
    "argmin": "argmax",
    "floor": "ceil",
    "ceil": "floor",
}


class Mutant(NamedTuple):
    """One mistake: what it is, the changed source, and the hash that names it."""

    what: str
    source: str
    hash: str


def mutants(source: str) -> list[Mutant]:
    """Every mutant of a solution cell, in order of appearance, no text twice."""
    tree = ast.parse(source)
    original = ast.unparse(tree)
    seen = {original}
    found: list[Mutant] = []
    for position, node in enumerate(ast.walk(tree)):
        for number, (what, _) in enumerate(_changes(node)):
            changed = copy.deepcopy(tree)
            target = _nth(changed, position)
            list(_changes(target))[number][1](target)
            text = ast.unparse(ast.fix_missing_locations(changed))
            if text in seen:
                continue
            seen.add(text)
            line = getattr(node, "lineno", 0)
            digest = hashlib.sha256(text.encode()).hexdigest()[:12]
            found.append(Mutant(f"line {line}: {what}", text, digest))
    return sorted(found, key=lambda mutant: int(mutant.what.split(":")[0][5:]))


def _nth(tree: ast.AST, position: int) -> ast.AST:
    for count, node in enumerate(ast.walk(tree)):
        if count == position:
            return node
    raise IndexError(position)


def _changes(node: ast.AST) -> Iterator[Change]:
    """The changes that fit one node, each a description and a function to apply."""
    match node:
        case ast.BinOp():
            yield from _binary(node)
        case ast.UnaryOp(op=ast.USub() | ast.Not()):
            yield "drop " + ast.unparse(node)[:1].replace("n", "not"), _drop_unary
        case ast.BoolOp():
            yield "and <-> or", _swap_bool
        case ast.Compare():
            for index, op in enumerate(node.ops):
                for table, name in ((BORDERS, "border"), (DIRECTIONS, "direction")):
                    if type(op) in table:
                        new = table[type(op)]
                        yield f"{name} of {ast.unparse(node)}", _set_compare(index, new)
        case ast.Constant(value=bool()):
            yield f"{node.value!r} -> {not node.value}", _flip
        case ast.Constant(value=int() | float()):
            yield f"number {node.value!r}", _change_number
        case ast.Call():
            yield from _call(node)
        case ast.Return(value=ast.Tuple(elts=[_, _, *_])):
            yield "swap first two results", _swap_results
        case ast.FunctionDef() | ast.For() | ast.While() | ast.If():
            for index, line in enumerate(node.body):
                if isinstance(line, ast.AugAssign | ast.Raise) or (
                    isinstance(line, ast.Expr)
                    and not isinstance(line.value, ast.Constant)
                ):
                    yield f"forget {ast.unparse(line)[:30]}", _forget(index)
            if isinstance(node, ast.FunctionDef):
                yield from _other_arguments(node)
            if isinstance(node, ast.If):
                yield f"never {ast.unparse(node.test)[:30]}", _never


def _binary(node: ast.BinOp) -> Iterator[Change]:
    text = ast.unparse(node)[:40]
    if type(node.op) in OPERATORS:
        new = OPERATORS[type(node.op)]
        yield (
            f"{type(node.op).__name__} -> {new.__name__} in {text}",
            _set_operator(new),
        )
    if isinstance(node.op, ast.Sub | ast.Div | ast.Pow | ast.MatMult):
        yield f"swap the sides of {text}", _swap_sides
    if isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div | ast.Pow):
        yield f"forget {ast.unparse(node.right)[:30]} in {text}", _keep("left")
    if isinstance(node.op, ast.Add | ast.Mult):
        yield f"forget {ast.unparse(node.left)[:30]} in {text}", _keep("right")


def _call(node: ast.Call) -> Iterator[Change]:
    if len(node.args) >= 2 and not isinstance(node.args[0], ast.Starred):
        for index in range(len(node.args) - 1):
            first, second = node.args[index : index + 2]
            if ast.dump(first) != ast.dump(second):
                yield f"swap arguments of {ast.unparse(node)[:40]}", _swap_args(index)
    name = node.func.attr if isinstance(node.func, ast.Attribute) else None
    if name is None and isinstance(node.func, ast.Name):
        name = node.func.id
    if name in FUNCTIONS:
        yield f"{name} -> {FUNCTIONS[name]}", _rename


def _other_arguments(node: ast.FunctionDef) -> Iterator[Change]:
    """Each use of an argument of the function becomes the next argument."""
    names = [argument.arg for argument in node.args.args]
    if len(names) < 2:
        return
    following = dict(zip(names, [*names[1:], names[0]], strict=True))
    for index, name in enumerate(_uses(node, following)):
        new = following[name.id]
        yield f"{name.id} -> {new} in line {name.lineno}", _use_other(index, following)


def _uses(node: ast.FunctionDef, names: dict[str, str]) -> list[ast.Name]:
    return [
        name
        for line in node.body
        for name in ast.walk(line)
        if isinstance(name, ast.Name)
        and isinstance(name.ctx, ast.Load)
        and name.id in names
    ]


def _use_other(index: int, following: dict[str, str]) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.FunctionDef)
        name = _uses(node, following)[index]
        name.id = following[name.id]

    return change


def _drop_unary(node: ast.AST) -> None:
    assert isinstance(node, ast.UnaryOp)
    node.op = ast.UAdd() if isinstance(node.op, ast.USub) else ast.Not()
    if isinstance(node.op, ast.Not):
        node.operand = ast.UnaryOp(ast.Not(), node.operand)


def _swap_bool(node: ast.AST) -> None:
    assert isinstance(node, ast.BoolOp)
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()


def _set_compare(index: int, new: type[ast.cmpop]) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.Compare)
        node.ops[index] = new()

    return change


def _set_operator(new: type[ast.operator]) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.BinOp)
        node.op = new()

    return change


def _swap_sides(node: ast.AST) -> None:
    assert isinstance(node, ast.BinOp)
    node.left, node.right = node.right, node.left


def _flip(node: ast.AST) -> None:
    assert isinstance(node, ast.Constant)
    node.value = not node.value


def _change_number(node: ast.AST) -> None:
    """One more for a whole number, a tenth more for another, one for zero."""
    assert isinstance(node, ast.Constant) and isinstance(node.value, int | float)
    if isinstance(node.value, int):
        node.value += 1
    else:
        node.value = 1.0 if node.value == 0 else round(node.value * 1.1, 12)


def _swap_results(node: ast.AST) -> None:
    assert isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple)
    items = node.value.elts
    items[0], items[1] = items[1], items[0]


def _keep(side: str) -> Callable[[ast.AST], None]:
    """The node becomes one of its sides: ``x`` becomes ``x + 0`` in the tree."""

    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.BinOp)
        kept = getattr(node, side)
        if isinstance(kept, ast.BinOp | ast.UnaryOp) and type(kept) is type(node):
            node.left, node.op, node.right = kept.left, kept.op, kept.right
        else:
            node.left, node.op, node.right = kept, ast.Add(), ast.Constant(0)

    return change


def _swap_args(index: int) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.Call)
        args = node.args
        args[index], args[index + 1] = args[index + 1], args[index]

    return change


def _rename(node: ast.AST) -> None:
    assert isinstance(node, ast.Call)
    if isinstance(node.func, ast.Attribute):
        node.func.attr = FUNCTIONS[node.func.attr]
    elif isinstance(node.func, ast.Name):
        node.func.id = FUNCTIONS[node.func.id]


def _forget(index: int) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.FunctionDef | ast.For | ast.While | ast.If)
        node.body[index] = ast.Pass()

    return change


def _never(node: ast.AST) -> None:
    assert isinstance(node, ast.If)
    node.test = ast.Constant(False)
