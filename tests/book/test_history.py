"""The years on the history page are those of the works it cites."""

import re

from tests.support import ROOT

PAGE = (ROOT / "book" / "history.md").read_text(encoding="utf-8")
WORKS = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
YEARS = dict(re.findall(r"^@\w+\{([^,]+),.*year = \{(\d{4})\}", WORKS, re.M))


def test_milestones_have_the_years_of_their_works():
    """Every milestone stands in the bibliography with the same year, in order."""
    found = re.findall(r'^    \((\d{4}), ".*", \w+, "(\w+)"\),$', PAGE, re.M)
    assert len(found) >= 20
    assert [(year, work) for year, work in found if YEARS[work] != year] == []
    assert [year for year, _ in found] == sorted(year for year, _ in found)


def test_years_that_the_slide_gives_otherwise():
    """1943, 1958 (the book: 1962) and 2006, where it says 1950, 1960 and 2005."""
    right = {"McCullochPitts1943": "1943", "Rosenblatt1958": "1958"}
    right |= {"Rosenblatt1962": "1962", "HintonOsinderoTeh2006": "2006"}
    assert {work: YEARS[work] for work in right} == right
    for said, work in ((1950, "McCullochPitts1943"), (2005, "HintonOsinderoTeh2006")):
        assert f'({said}, "{work}"' in PAGE


def test_every_milestone_of_the_slide_is_told():
    """The works the lecture's slide names are cited in the text."""
    for work in ("McCullochPitts1943", "Rosenblatt1962", "MinskyPapert1969"):
        assert re.search(rf"\{{cite:\w\}}`[\w,]*{work}", PAGE), work
    for work in ("Galushkin1974", "Rumelhart1986", "LeCun1989", "Vaswani2017"):
        assert re.search(rf"\{{cite:\w\}}`[\w,]*{work}", PAGE), work
