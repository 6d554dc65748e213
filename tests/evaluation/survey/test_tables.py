from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluation.survey.test_bradley_terry import made_choices
from tests.evaluation.survey.test_comparisons import made
from tests.evaluation.survey.test_honesty import PICTURES, honest
from tomau.errors import DataError
from tomau.evaluation.survey import (
    Survey,
    parse_survey,
    ratings_from_votes,
    read_survey,
    survey_as_text,
    write_counts_csv,
    write_votes_csv,
)

STUDY = Path(__file__).parent / "data" / "study.csv"
HEADER = "picture,votes_1,votes_2,votes_3,votes_4,votes_5\n"
CHOICES = "rater,pair,photo,first,second,chosen\n"


def assert_same(one: Survey, other: Survey) -> None:
    assert one.choices == other.choices
    if one.ratings is None or other.ratings is None:
        assert one.ratings is other.ratings
        return
    assert one.ratings.pictures == other.ratings.pictures
    np.testing.assert_array_equal(one.ratings.counts, other.ratings.counts)
    assert (one.ratings.votes is None) == (other.ratings.votes is None)
    if one.ratings.votes is not None and other.ratings.votes is not None:
        assert one.ratings.raters == other.ratings.raters
        np.testing.assert_array_equal(one.ratings.votes, other.ratings.votes)


def test_the_studys_table_comes_back_as_it_was() -> None:
    survey = read_survey(STUDY)
    assert survey.ratings is not None
    assert write_counts_csv(survey.ratings) == STUDY.read_text()
    assert_same(parse_survey(survey_as_text(survey).encode(), "x"), survey)


def test_votes_come_back_with_all_that_is_known_of_pictures() -> None:
    votes = [vote for k in range(3) for vote in honest(f"rater {k}, told", k)]
    survey = Survey(ratings=ratings_from_votes(PICTURES, votes))
    assert_same(parse_survey(write_votes_csv(survey).encode(), "x"), survey)
    assert_same(parse_survey(survey_as_text(survey).encode(), "x"), survey)
    models = Survey(ratings=made(gap=0.5))
    assert_same(parse_survey(write_votes_csv(models).encode(), "x"), models)


def test_choices_come_back() -> None:
    survey = Survey(choices=tuple(made_choices(2, 3, seed=1)))
    assert_same(parse_survey(write_votes_csv(survey).encode(), "x"), survey)
    assert_same(parse_survey(survey_as_text(survey).encode(), "x"), survey)


@given(st.lists(st.tuples(st.text(min_size=1), st.integers(1, 5)), min_size=1, max_size=9))
def test_any_name_of_a_rater_comes_back(votes: list[tuple[str, int]]) -> None:
    named = {rater.strip(): vote for rater, vote in votes if rater.strip() and "\0" not in rater}
    if not named:
        return
    rows = [(rater, "r0", vote) for rater, vote in named.items()]
    survey = Survey(ratings=ratings_from_votes(PICTURES[:1], rows))
    assert_same(parse_survey(survey_as_text(survey).encode("utf-8", "replace"), "x"), survey)


def test_spreadsheets_spellings_are_read() -> None:
    text = "\ufeff# exported\n\npicture; votes_1;votes_2;votes_3;votes_4;votes_5\nà;1;2;3;4; 5\r\n"
    survey = parse_survey(text.encode(), "sheet.csv")
    assert survey.ratings is not None
    assert survey.ratings.pictures[0].id == "à"
    assert survey.ratings.counts.tolist() == [[1, 2, 3, 4, 5]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"v.csv: a table with the columns \(none\) came; expected picture,votes_1"),
        ("a,b\n1,2\n", "columns a,b came"),
        (HEADER, "no line"),
        (HEADER + "01,1,2,3,4\n", "line 2 has 5 cells; expected 6"),
        (HEADER + "01,1,2,3,4,5,6\n", "line 2 has 7 cells; expected 6"),
        (HEADER + "01,1,2,x,4,5\n", "line 2: votes_3 is 'x'; expected a whole number"),
        (HEADER + "01,1,2,-3,4,5\n", "line 2: votes_3 is '-3'"),
        (HEADER + "01,1,2,99999999999999999999,4,5\n", "line 2: votes_3"),
        ("# told\n" + HEADER + ",1,2,3,4,5\n", "line 3: picture is empty"),
        (HEADER + "01,1,2,3,4,5\n01,1,2,3,4,5\n", "'01' came twice"),
        ("rater,picture,vote\n", "no line"),
        ("rater,picture,vote\na,01,6\n", "line 2: vote is '6'; expected a whole number from 1"),
        ("rater,picture,vote\na,01,5\na,01,4\n", "rater 'a' votes twice on '01'"),
        ("rater,picture,vote,kind\na,01,5,real\n", "kind is 'real'; expected result or truth"),
        ("rater,picture,vote,model\na,01,5,m\nb,01,5,n\n", "line 3 tells of '01' otherwise"),
        ("rater,picture,vote,repeats\na,01,5,01\n", "'01' repeats '01', which is a"),
        ("rater,picture,vote,repeats\na,1,5,2\na,2,5,3\n", "'1' repeats '2', which is a repeat"),
        ("rater,picture,vote\n" + "x" * 501 + ",1,5\n", "a name of 501 letters"),
        ("rater,picture,vote\nx\0,1,5\n", "holds what is no text"),
        (CHOICES, "no line"),
        (CHOICES + "a,p,1,m,n,left\n", "chosen is 'left'; expected first or second"),
        (CHOICES + "a,p,1,m,m,first\n", "both models are 'm'"),
        (CHOICES + "a,p,1,m,n,first\na,p,1,m,n,second\n", "chooses 2 times in the pair 'p'"),
        (CHOICES + "a,p,1,m,n,first\nb,p,1,n,m,first\n", "the pair 'p' is told of in two ways"),
        ("{", "v.csv: the document: Invalid JSON"),
        ('{"format": "other"}', 'format: .*expected a document with "format": "tomau-survey-1"'),
        (
            '{"format": "tomau-survey-1", "pictures": [{"id": "a"}]}',
            "1 pictures came with 0 counts",
        ),
    ],
)
def test_what_is_no_survey_is_told_in_one_line(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        parse_survey(text.encode(), "v.csv")
    assert "\n" not in str(caught.value)


def test_a_table_in_another_encoding_is_told() -> None:
    with pytest.raises(DataError, match=r"no text in UTF-8 \(byte 0\)"):
        parse_survey(b"\xff\xfep\0i\0", "v.csv")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_survey(tmp_path / "none.csv")


def test_a_document_says_only_one_thing() -> None:
    document = {
        "format": "tomau-survey-1",
        "pictures": [{"id": "a", "counts": [1, 1, 1, 1, 1]}],
        "votes": [{"rater": "x", "picture": "a", "vote": 3}],
    }
    with pytest.raises(DataError, match="both votes and counts came"):
        parse_survey(json.dumps(document).encode(), "v.json")


def test_a_picture_that_was_answered_only_as_its_repeat_is_there_too() -> None:
    text = "rater,picture,vote,photo,model,repeats\nx,again,4,p,m,first\n"
    ratings = parse_survey(text.encode(), "v.csv").ratings
    assert ratings is not None
    assert [(one.id, one.photo, one.repeats) for one in ratings.pictures] == [
        ("again", "p", "first"),
        ("first", "p", None),
    ]
    assert ratings.counts.tolist() == [[0, 0, 0, 1, 0], [0] * 5]
