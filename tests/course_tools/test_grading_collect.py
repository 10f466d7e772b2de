"""Input of the grader: roster, due dates, Canvas's zips; nothing guessed, no bombs."""

import datetime
import stat
import unicodedata
import zipfile

import pytest

from course_tools.assignments import notebooks
from course_tools.errors import CourseError
from course_tools.grading import collect
from course_tools.grading.judge import grade_submission, load_source
from tests.course_tools.grading_fixtures import tiny

NOTEBOOK = notebooks.dumps(tiny.hand_in())


def _zip(folder, entries):
    path = folder / "submissions.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in entries:
            bundle.writestr(name, text)
    return path


def _unpacked(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_roster_reads_the_numbers_of_canvas(tmp_path):
    """The first column is the student, canvas_id Canvas's number of him."""
    path = tmp_path / "roster.csv"
    path.write_text("student,name,canvas_id\nann,Ann A,1815\nbob,Bob B,\n")
    roster = collect.read_roster(path)
    assert roster.students == ("ann", "bob") and roster.canvas == {"1815": "ann"}
    path.write_text("ann\nbob\n")
    assert collect.read_roster(path).students == ("ann", "bob")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ann\nann\n", "names ann twice"),
        ("../eve\n", "no folder's name"),
        ("student\n", "names no student"),
    ],
)
def test_bad_roster_is_one_sentence(tmp_path, text, said):
    """A roster that cannot be is refused with what is wrong."""
    path = tmp_path / "roster.csv"
    path.write_text(text)
    with pytest.raises(CourseError, match=said):
        collect.read_roster(path)


def test_due_dates_have_extensions(tmp_path):
    """A row with a student's name is his own date, one without is everybody's."""
    path = tmp_path / "due.csv"
    path.write_text(
        "assignment,student,due\ntiny,,2027-02-01T23:59+01:00\n"
        "tiny,ann,2027-02-08T22:59Z\n"
    )
    due = collect.read_due(path)
    first = datetime.datetime(2027, 2, 1, 22, 59)
    assert collect.due_for(due, "tiny", "bob") == first
    assert collect.due_for(due, "tiny", "ann") == first + datetime.timedelta(7)
    assert collect.due_for(due, "other", "ann") is None


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("tiny,,tomorrow", "is no time"),
        ("tiny,,2027-02-01T23:59", "no time zone"),
        ("tiny,x", "expected assignment, student, due"),
    ],
)
def test_bad_due_date_is_one_sentence(tmp_path, row, said):
    """A date that is none, or has no time zone, names its line."""
    path = tmp_path / "due.csv"
    path.write_text(row + "\n")
    with pytest.raises(CourseError, match=said):
        collect.read_due(path)


def test_canvas_zip_goes_to_the_students_of_its_numbers(tmp_path):
    """Real names of Canvas's zip are taken apart; what is unknown is listed."""
    archive = _zip(
        tmp_path,
        [
            ("lovelaceada_1815_9001_tiny.ipynb", NOTEBOOK),
            ("babbagecharles_LATE_1791_9003_tiny-1.ipynb", NOTEBOOK),
            ("babbagecharles_LATE_1791_9002_tiny-1.ipynb", "{}"),
            ("boolegeorge_1864_9004_tiny.ipynb", NOTEBOOK),
            ("lovelaceada_1815_9005_notes.pdf", "%PDF"),
            ("readme.txt", "hello"),
        ],
    )
    roster = collect.Roster(("ada", "charles"), {"1815": "ada", "1791": "charles"})
    left = collect.unpack_canvas(archive, "tiny", roster, tmp_path / "s")
    assert _unpacked(tmp_path / "s") == [
        "ada/tiny/tiny.ipynb",
        "charles/tiny/9003_tiny-1.ipynb",
        "charles/tiny/tiny-1.ipynb",
    ]
    said = "\n".join(left)
    for part in (
        "1864 is not in the roster",
        "notes.pdf: no notebook",
        "readme.txt: not one of Canvas's names",
        "Canvas marks charles as late",
    ):
        assert part in said
    source = load_source(tiny.source(tmp_path))
    jobs, _ = collect.find_jobs(tmp_path / "s", {"tiny": source}, 1)
    assert jobs[1].path.name == "9003_tiny-1.ipynb"  # the other has none of our cells


def test_without_numbers_a_student_is_called_by_his(tmp_path):
    """Nothing is guessed from a name: without canvas_id Canvas's number is used."""
    archive = _zip(tmp_path, [("lovelaceada_1815_9001_tiny.ipynb", NOTEBOOK)])
    assert not collect.unpack_canvas(archive, "tiny", collect.Roster(), tmp_path / "s")
    assert _unpacked(tmp_path / "s") == ["1815/tiny/tiny.ipynb"]


def test_zip_cannot_write_elsewhere_or_fill_the_disk(tmp_path, monkeypatch):
    """Paths, links, bombs and encrypted or damaged entries are left out and named."""
    monkeypatch.setattr(collect, "MAX_BYTES", 1 << 20)
    link = zipfile.ZipInfo("eve_1_4_link.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive = _zip(
        tmp_path,
        [
            ("eve_1_1_/../../../evil.ipynb", NOTEBOOK),
            ("/eve_1_2_abs.ipynb", NOTEBOOK),
            ("eve_1_3_..\\evil.ipynb", NOTEBOOK),
            (link, "/etc/passwd"),
            ("eve_1_5_bomb.ipynb", bytes(2 << 20)),
            ("eve_1_6_good.ipynb", NOTEBOOK),
        ],
    )
    left = collect.unpack_canvas(archive, "tiny", collect.Roster(), tmp_path / "s")
    assert _unpacked(tmp_path) == ["s/1/tiny/good.ipynb", "submissions.zip"]
    assert len(left) == 5 and sum("leads elsewhere" in text for text in left) == 3
    data = archive.read_bytes()
    archive.write_bytes(data.replace(b'"cells"', b'"cEXXs"', 1)[: len(data) // 2])
    with pytest.raises(CourseError, match="cannot be read as a zip"):
        collect.unpack_canvas(archive, "tiny", collect.Roster(), tmp_path / "t")
    monkeypatch.setattr(collect, "MAX_UNPACKED", 1000)
    with pytest.raises(CourseError, match="one class's notebooks"):
        collect.unpack_canvas(_zip(tmp_path, [("a", "b" * 2000)]), "t", None, tmp_path)


def test_an_entry_may_lie_about_its_size(tmp_path, monkeypatch):
    """An entry that unpacks to more than its header says is cut off and left out."""
    monkeypatch.setattr(collect, "MAX_BYTES", 1 << 20)
    archive = _zip(tmp_path, [("eve_1_5_bomb.ipynb", bytes(3 << 20))])
    size = (3 << 20).to_bytes(4, "little")
    archive.write_bytes(archive.read_bytes().replace(size, (99).to_bytes(4, "little")))
    left = collect.unpack_canvas(archive, "tiny", collect.Roster(), tmp_path / "s")
    assert len(left) == 1 and not (tmp_path / "s").exists()


def test_one_odd_entry_costs_no_other_student_his_mark(tmp_path):
    """A name too long for the disk is shortened, an unknown packing is left out."""
    archive = _zip(
        tmp_path,
        [
            (f"eve_1_7_{'名' * 90}.ipynb", NOTEBOOK),
            ("dan_2_8_tiny.ipynb", NOTEBOOK),
            ("bob_3_9_tiny.ipynb", NOTEBOOK),
        ],
    )
    data = bytearray(archive.read_bytes())
    for head, field in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = data.index(head, data.index(head, 0) + 1) + field
        data[at : at + 2] = (99).to_bytes(2, "little")
    archive.write_bytes(data)
    left = collect.unpack_canvas(archive, "tiny", collect.Roster(), tmp_path / "s")
    assert _unpacked(tmp_path / "s") == ["1/tiny/7_.ipynb", "3/tiny/tiny.ipynb"]
    assert len(left) == 1 and "dan_2_8_tiny.ipynb: damaged" in left[0]


def test_a_file_of_a_terabyte_is_not_read(tmp_path):
    """Of a file too large for a notebook a part is read, to find it and to mark it."""
    source = load_source(tiny.source(tmp_path))
    folder = tmp_path / "s" / "eve" / "tiny"
    folder.mkdir(parents=True)
    for name in ("mine.ipynb", "timestamp.txt"):
        with (folder / name).open("wb") as file:
            file.truncate(1 << 40)  # of holes
    [job], _ = collect.find_jobs(tmp_path / "s", {"tiny": source}, 1)
    assert job.path == folder / "mine.ipynb" and job.handed_in is None
    record = grade_submission(source, job.path, seed=1)
    assert record.status == "unreadable" and "over 50 MB" in record.reason


def test_links_to_folders_are_not_followed(tmp_path):
    """A student's folder, or an assignment's in it, that is a link is left out."""
    source = load_source(tiny.source(tmp_path))
    real = tmp_path / "elsewhere" / "tiny"
    real.mkdir(parents=True)
    (real / "tiny.ipynb").write_text(NOTEBOOK)
    folder = tmp_path / "s"
    (folder / "bob").mkdir(parents=True)
    (folder / "bob" / "tiny").symlink_to(real)
    (folder / "eve").symlink_to(real.parent)
    (folder / "stray.txt").write_text("")
    jobs, unmatched = collect.find_jobs(folder, {"tiny": source}, 1)
    assert [(job.student, job.path) for job in jobs] == [("bob", None)]
    assert unmatched == ["eve: no student's folder", "stray.txt: no student's folder"]


def test_a_name_is_the_same_however_its_accents_are_stored(tmp_path):
    """A folder from macOS and a line of the roster are one student."""
    source = load_source(tiny.source(tmp_path))
    name, apart = "Сергей Ёлкин", unicodedata.normalize("NFD", "Сергей Ёлкин")
    place = tmp_path / "s" / apart / "tiny"
    place.mkdir(parents=True)
    (place / "tiny.ipynb").write_text(NOTEBOOK)
    (tmp_path / "r.csv").write_text(f"student;canvas_id\n{name};7\n", encoding="utf-8")
    roster = collect.read_roster(tmp_path / "r.csv")  # with semicolons, as Excel writes
    assert roster.canvas == {"7": name}
    (job,), odd = collect.find_jobs(
        tmp_path / "s",
        {"tiny": source},
        1,
        students=[apart],
        roster=roster.students,
    )
    assert (job.student, job.path) == (name, place / "tiny.ipynb") and not odd


def test_work_in_the_wrong_place_is_told_with_the_right_one(tmp_path):
    """A notebook without its assignment's folder, and a student nobody expects."""
    source = load_source(tiny.source(tmp_path))
    (tmp_path / "s" / "bob").mkdir(parents=True)
    (tmp_path / "s" / "bob" / "tiny.ipynb").write_text(NOTEBOOK)
    jobs, odd = collect.find_jobs(tmp_path / "s", {"tiny": source}, 1, roster=("ann",))
    assert [job.student for job in jobs] == ["ann", "bob"]
    assert odd == [
        "bob: graded, but not in the roster",
        "bob/tiny.ipynb: a notebook belongs in a folder that is called as its "
        "assignment",
    ]
