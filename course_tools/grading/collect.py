"""What is to be graded: folders and Canvas zips, the roster, the due dates.

Nothing is guessed. A file that fits no student or no assignment is listed, not graded;
so is whatever could harm: links, devices, names that lead elsewhere, files that unpack
to more than a notebook can be.
"""

import contextlib
import csv
import datetime
import hashlib
import json
import lzma
import os
import re
import secrets
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from course_tools.errors import CourseError
from course_tools.grading.judge import Limits
from course_tools.grading.sources import Source
from course_tools.grading.submission import MAX_BYTES

MAX_FILES = 20_000
MAX_UNPACKED = 4 << 30


@dataclass(frozen=True)
class Job:
    """One submission to grade; ``path`` is None if nothing was handed in."""

    student: str
    assignment: str
    source: Path
    path: Path | None
    seed: int
    handed_in: datetime.datetime | None = None  # the collector's time, UTC, naive
    notes: tuple[str, ...] = ()
    questions: tuple[str, ...] | None = None
    limits: Limits = field(default_factory=Limits)
    unwalled: bool = False  # may run where there is no sandbox


@dataclass(frozen=True)
class Roster:
    """The expected students; Canvas's numbers of them, if the table has a column."""

    students: tuple[str, ...] = ()
    canvas: Mapping[str, str] = field(default_factory=dict)


# --- tables of the instructor -------------------------------------------------------


def _rows(path: Path, what: str) -> list[list[str]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
        # Spreadsheets in many countries write semicolons where others write commas.
        mark = (
            ";" if any(";" in x for x in lines) and "," not in "".join(lines) else ","
        )
        reader = csv.reader(lines, delimiter=mark)
        rows = [[_composed(cell.strip()) for cell in row] for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CourseError(
            f"the {what} {path} cannot be read ({error}); expected a CSV file in UTF-8"
        ) from None
    return [row for row in rows if any(row)]


def _composed(name: str) -> str:
    """A name as most systems write it; macOS may store accents apart from letters."""
    return unicodedata.normalize("NFC", name)


def read_roster(path: Path) -> Roster:
    """The first column names the students; a column ``canvas_id`` Canvas's numbers."""
    rows = _rows(path, "roster")
    heads = [cell.lower() for cell in rows[0]] if rows else []
    if heads and heads[0] in ("student", "student_id", "id", "name", "login"):
        rows = rows[1:]
    else:
        heads = []
    names = [row[0] for row in rows]
    for name in names:
        if Path(name).name != name or name in ("", "..") or not name.isprintable():
            raise CourseError(
                f"the roster {path} has {name!r}, which is no folder's name; expected "
                "the name of each student's folder in the first column"
            )
        if names.count(name) > 1:
            raise CourseError(
                f"the roster {path} names {name} twice; leave one line of them out"
            )
    if not names:
        raise CourseError(f"the roster {path} names no student; expected one per line")
    canvas = {}
    if "canvas_id" in heads:
        at = heads.index("canvas_id")
        canvas = {row[at]: row[0] for row in rows if len(row) > at and row[at]}
    return Roster(tuple(names), canvas)


Due = Mapping[tuple[str, str], datetime.datetime]  # (assignment, student or "")


def read_due(path: Path) -> Due:
    """Rows assignment, student, due; an empty student is everybody, a name extends."""
    due: dict[tuple[str, str], datetime.datetime] = {}
    for number, row in enumerate(_rows(path, "table of due dates"), start=1):
        if number == 1 and row[0].lower() == "assignment":
            continue
        where = f"line {number} of {path}"
        if len(row) < 3 or not row[0]:
            raise CourseError(
                f"{where}: expected assignment, student, due; got {','.join(row)[:80]}"
            )
        try:
            moment = datetime.datetime.fromisoformat(row[2])
        except ValueError:
            raise CourseError(
                f"{where}: {row[2]!r} is no time; write 2027-02-01T23:59+01:00"
            ) from None
        if moment.tzinfo is None:
            raise CourseError(
                f"{where}: {row[2]} has no time zone; add Z for UTC, or +01:00"
            )
        due[row[0], row[1]] = moment.astimezone(datetime.UTC).replace(tzinfo=None)
    return due


def due_for(due: Due, assignment: str, student: str) -> datetime.datetime | None:
    """The student's own date, else everybody's."""
    return due.get((assignment, student)) or due.get((assignment, ""))


# --- the secret seed ------------------------------------------------------------------


def course_secret(out: Path) -> int:
    """The secret seed beside the results; a new one where there is none."""
    path = out / "secret_seed"
    try:
        return int(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return secrets.randbits(60)
    except (OSError, ValueError):
        raise CourseError(
            f"{path} should hold one number and does not; put the number back, with "
            "which marks can be computed again, or delete the file for a new one"
        ) from None


def keep_secret(out: Path, secret: int) -> None:
    """Store the secret seed, readable by its owner only."""
    path = out / "secret_seed"
    if not path.exists():
        out.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(f"{secret}\n", encoding="utf-8")


def seed_of(secret: int, student: str, assignment: str) -> int:
    """The seed of one submission's random inputs."""
    text = json.dumps([secret, student, assignment]).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:7], "big")


# --- folders --------------------------------------------------------------------------


def find_jobs(
    folder: Path,
    sources: Mapping[str, Source],
    secret: int,
    *,
    students: Sequence[str] | None = None,
    roster: Sequence[str] = (),
    questions: Sequence[str] | None = None,
) -> tuple[list[Job], list[str]]:
    """The jobs of ``folder/<student>/<assignment>/*.ipynb`` and what fits nowhere."""
    present, unmatched = _students(folder)
    wanted = None if students is None else {_composed(name) for name in students}
    expected = sorted({*present, *roster})
    if wanted is not None:
        expected = [name for name in expected if name in wanted]
    if roster:
        unmatched += [
            f"{s}: graded, but not in the roster" for s in present if s not in roster
        ]
    jobs = []
    for student in expected:
        here = present.get(student, folder / student)
        for name, source in sources.items():
            notebook, notes = _notebook(here / name, source)
            jobs.append(
                Job(
                    student=student,
                    assignment=name,
                    source=source.path,
                    path=notebook,
                    seed=seed_of(secret, student, name),
                    handed_in=_stamp(here / name, notes) if notebook else None,
                    notes=tuple(notes),
                    questions=tuple(questions) if questions else None,
                )
            )
        if here.is_dir():
            unmatched += [
                f"{student}/{p.name}: {_misplaced(p)}"
                for p in sorted(here.iterdir())
                if p.name not in sources and not p.name.startswith(".")
            ]
    return jobs, unmatched


def _misplaced(path: Path) -> str:
    """Why something in a student's folder belongs to no assignment."""
    if path.suffix.lower() == ".ipynb":
        return "a notebook belongs in a folder that is called as its assignment"
    return "no assignment of this name"


def _students(folder: Path) -> tuple[dict[str, Path], list[str]]:
    """The students' folders by their names, and what lies there that is none."""
    present: dict[str, Path] = {}
    unmatched = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if not path.name.isprintable():
            unmatched.append(f"{path.name!a}: this name cannot be written")
        elif path.is_symlink() or not path.is_dir():
            unmatched.append(f"{path.name}: no student's folder")
        elif _composed(path.name) in present:
            unmatched.append(f"{path.name!a}: another folder bears the same name")
        else:
            present[_composed(path.name)] = path
    return present, unmatched


def _notebook(folder: Path, source: Source) -> tuple[Path | None, list[str]]:
    """The notebook to grade in a student's folder, and what was odd about it."""
    notes: list[str] = []
    if folder.is_symlink():
        return None, [f"{folder.name!a} is a link; left out"]
    if not folder.is_dir():
        return None, notes
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() != ".ipynb":
            continue
        mode = path.lstat().st_mode
        if not stat.S_ISREG(mode):
            notes.append(
                f"{path.name!a} is no ordinary file (a link, a pipe); left out"
            )
        else:
            found.append(path)
    exact = [path for path in found if path.name == source.path.name]
    if exact:
        others = [ascii(path.name) for path in found if path not in exact]
        if others:
            notes.append(
                "other notebooks beside it were left out: " + ", ".join(others)
            )
        return exact[0], notes
    if not found:
        return None, notes
    chosen = max(
        found, key=lambda path: (_resemblance(path, source), path.stat().st_mtime)
    )
    called = "".join(c if c.isprintable() else "?" for c in chosen.name)
    notes.append(f"the file is called {called}, expected {source.path.name}")
    if len(found) > 1:
        notes.append(f"chosen among {len(found)} notebooks by its cells")
    return chosen, notes


def _stamp(folder: Path, notes: list[str]) -> datetime.datetime | None:
    """What nbgrader's collector wrote beside the notebook; it compares this text."""
    path = folder / "timestamp.txt"
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        with path.open(encoding="utf-8") as file:
            text = file.read(100).strip()
    except (OSError, UnicodeDecodeError):
        return None
    from nbgrader.utils import parse_utc

    try:
        moment: datetime.datetime = parse_utc(text)
    except (ValueError, OverflowError, TypeError):
        notes.append("timestamp.txt holds no time; ignored")
        return None
    return moment


def _resemblance(path: Path, source: Source) -> int:
    with contextlib.suppress(OSError):
        with path.open("rb") as file:
            text = file.read(1 << 22)
        return sum(f'"{cell.name}"'.encode() in text for cell in source.cells)
    return 0


# --- Canvas ---------------------------------------------------------------------------

# lovelaceada_LATE_1815_99887_ps01_hodgkin_huxley-2.ipynb: name, mark of lateness,
# Canvas's number of the student, number of the upload, what the file was called.
_CANVAS = re.compile(
    r"[^_]*_(?P<late>LATE_)?(?P<user>\d{1,20})_(?P<upload>\d{1,20})_(?P<file>.+)"
)


def unpack_canvas(
    archive: Path, assignment: str, roster: Roster, into: Path
) -> list[str]:
    """Notebooks of Canvas's zip as ``into/<student>/<assignment>/``; what is left out.

    With numbers in the roster a file goes to the student of its number, without to a
    student who is called by it. Of several uploads of one student the one that looks
    most like the assignment is graded, of equals the last.
    """
    left: list[str] = []
    try:
        with zipfile.ZipFile(archive) as bundle:
            entries = bundle.infolist()
            total = sum(entry.file_size for entry in entries)
            if len(entries) > MAX_FILES or total > MAX_UNPACKED:
                raise CourseError(
                    f"{archive} would unpack to {len(entries)} files of "
                    f"{total >> 20} MB together; expected one class's notebooks"
                )
            for rank, entry in enumerate(sorted(entries, key=_upload)):
                reason = _unpack(bundle, entry, assignment, roster, into, rank)
                if reason:
                    left.append(f"{_shown(entry.filename)}: {reason}")
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise CourseError(
            f"{archive} cannot be read as a zip ({error}); download it again"
        ) from None
    return left


_DAMAGED = (  # what reading one entry may raise; the others are graded all the same
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    RuntimeError,  # NotImplementedError, too
    ValueError,
)


def _unpack(
    bundle: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    assignment: str,
    roster: Roster,
    into: Path,
    rank: int,
) -> str:
    """Write one file of the zip; a sentence if it was left out."""
    match = _CANVAS.fullmatch(entry.filename)
    refused = _refused(entry, match)
    if match is None or refused:
        return refused
    student = roster.canvas.get(match["user"], "" if roster.canvas else match["user"])
    if not student:
        return f"Canvas's number {match['user']} is not in the roster"
    try:
        with bundle.open(entry) as file:
            data = file.read(MAX_BYTES + 1)
    except _DAMAGED as error:
        return f"damaged ({error})"
    if len(data) > MAX_BYTES:
        return "more than a notebook can be"
    place = into / student / assignment
    place.mkdir(parents=True, exist_ok=True)
    called = match["file"]
    if len(called.encode()) > 200:  # a file system's names end at 255 bytes
        called = ".ipynb"
    path = place / called
    if called == ".ipynb" or path.exists():  # or two uploads of one name
        path = place / f"{match['upload']}_{called}"
    path.write_bytes(data)
    os.utime(path, (rank, rank))  # the order of the uploads
    return f"graded, but Canvas marks {student} as late" if match["late"] else ""


def _refused(entry: zipfile.ZipInfo, match: re.Match[str] | None) -> str:
    """Why a file of the zip is not even unpacked; empty if it may be a notebook."""
    name = entry.filename
    if "/" in name or "\\" in name or not name.isprintable():
        return "a name that leads elsewhere"
    if match is None:
        return "not one of Canvas's names"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "a link"
    if entry.flag_bits & 1:
        return "encrypted"
    if not match["file"].lower().endswith(".ipynb") or match["file"].startswith("."):
        return "no notebook"
    if entry.file_size > MAX_BYTES:
        return f"{entry.file_size >> 20} MB, more than a notebook can be"
    return ""


def _upload(entry: zipfile.ZipInfo) -> tuple[int, str]:
    """Later uploads have higher numbers."""
    match = _CANVAS.fullmatch(entry.filename)
    return int(match["upload"]) if match else -1, entry.filename


def _shown(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in name)[:100]
