"""The last lines of ``make course``: where everything is and what to do next."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Print where the book, the notebooks and the marks are."""
    book = (ROOT / "_build" / "html" / "index.html").as_uri()
    print(
        f"""
The course is ready.

  read      {book}
  practise  {ROOT / "exercises"}  (open a notebook in JupyterLab or VS Code)
  marks     {ROOT / "grading" / "samples" / "grades.csv"}, records and report beside it

Next: 'course release --bundle course.zip' makes the students' zip,
      'course grade FOLDER' grades FOLDER/<student>/<assignment>/*.ipynb,
      'make test' proves that everything works on this machine."""
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
