from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.server.survey.conftest import rate, vote
from tomau.evaluation.survey import parse_survey
from tomau.server import files
from tomau.server.photos.models import Version
from tomau.server.survey.models import Survey, SurveyPicture, Vote
from tomau.server.survey.selectors import ballots, find_survey

STUDY = Path(__file__).parents[2] / "evaluation" / "survey" / "data" / "study.csv"
SURVEYS = "/api/v1/surveys"


def upload(client, content: bytes, name: str = "votes.csv", **fields):
    file = SimpleUploadedFile(name, content)
    return client.post(f"{SURVEYS}/import", {"file": file, **fields}, format="multipart")


@pytest.fixture
def person(db):
    from tomau.server.accounts.services import local_user

    return local_user()


def test_a_survey_is_made_of_ones_versions_and_truths(client, person, make_version) -> None:
    versions = [make_version(person, name="bridge.jpg", model=model) for model in ("one", "two")]
    photo = make_version(person, name="river.jpg").photo
    answer = client.post(
        SURVEYS,
        {
            "title": "Bridges",
            "mode": "rating",
            "pictures": [{"version": version.id} for version in versions],
            "repeats": 1,
            "truths": [photo.id],
        },
    )
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert answer["Location"] == f"{SURVEYS}/{made['slug']}"
    assert (made["items"], made["repeats"], made["votes"], made["closed"]) == (4, 1, 0, False)
    assert made["question"].startswith("How real does this picture look")
    assert client.get(f"{SURVEYS}/{made['slug']}").json() == made
    assert client.get(SURVEYS).json()["results"] == [made]
    keys = set(SurveyPicture.objects.values_list("photo", "model", "kind"))
    assert keys == {
        ("bridge", "one", "result"),
        ("bridge (2)", "two", "result"),  # two photographs of one name
        ("river", "truth", "truth"),
    }


def test_versions_of_one_photograph_are_told_apart_by_their_settings(
    client, person, make_version
) -> None:
    first = make_version(person, name="bridge.jpg")
    versions = [first]
    for strength in (1.5, 1.5):
        look = files.read(files.version_look(first.id))
        more = Version.objects.get(id=first.id)
        more.pk, more.settings = uuid.uuid4(), {**first.settings, "strength": strength}
        more.save(force_insert=True)
        files.write(files.version_look(more.id), look)
        versions.append(more)
    body = {"title": "t", "mode": "pairwise", "truths": [first.photo_id]}
    body["pictures"] = [{"version": version.id} for version in versions]
    made = client.post(SURVEYS, body)
    assert made.status_code == 201, made.content
    assert made.json()["items"] == 6  # three versions and the truth, two by two
    assert {(one.photo, one.model) for one in SurveyPicture.objects.all()} == {
        ("bridge", "default, strength 1, size own"),
        ("bridge", "default, strength 1.5, size own"),
        ("bridge", "default, strength 1.5, size own (2)"),
        ("bridge", "truth"),
    }


def test_results_tell_each_picture_its_votes_and_where_to_look(
    client, make_survey, new_rater
) -> None:
    survey = make_survey(photos=3, truths=2, repeats=2)
    stars = {"a": 4, "b": 2, "truth": 5}
    for _ in range(3):
        rater = new_rater()
        model = {str(item.id): item.picture.model for item in survey.items.all()}
        for item in rate(rater, survey)["items"]:
            vote(rater, survey, item, stars[model[item["id"]]])
    found = client.get(f"{SURVEYS}/{survey.slug}/results").json()
    assert found["overall"]["mean"] == 3
    assert (found["overall"]["votes"], found["overall"]["raters"]) == (18, 3)
    assert [picture["kind"] for picture in found["pictures"]].count("truth") == 2
    assert {tuple(p["counts"]) for p in found["pictures"] if p["model"] == "a"} == {(0, 0, 0, 3, 0)}
    assert client.get(found["pictures"][0]["url"])["Content-Type"] == "image/jpeg"
    by_id = {picture["id"]: picture for picture in found["pictures"]}
    assert {by_id[name]["model"] for name in found["best"]} == {"a"}
    assert {by_id[name]["model"] for name in found["worst"]} == {"b"}
    (comparison,) = found["comparisons"]
    assert (comparison["a"], comparison["b"], comparison["difference"]) == ("a", "b", 2)
    assert found["alpha"] == 1
    assert (found["honesty"]["repeats"], found["honesty"]["repeats_alike"]) == (6, 1)
    assert found["honesty"]["truth_gap"] == 2


def test_a_survey_without_votes_has_results_too(client, make_survey) -> None:
    for mode in ("rating", "pairwise"):
        found = client.get(f"{SURVEYS}/{make_survey(mode=mode).slug}/results").json()
        assert found["overall"] == {
            "mean": None,
            "low": None,
            "high": None,
            "votes": 0,
            "raters": 0,
        }
        assert (found["best"], found["pairwise"], found["alpha"]) == ([], [], None)


def test_choices_become_scores(client, make_survey, new_rater) -> None:
    survey = make_survey(photos=4, models=("a", "b", "c"), mode="pairwise")
    models = {str(i.id): (i.picture.model, i.other.model) for i in survey.items.all()}
    for number in range(4):
        rater = new_rater()
        for item in rate(rater, survey)["items"]:
            first, second = models[item["id"]]
            wanted = "first" if (first < second) != (number == 3) else "second"
            side = "left" if item["left"].endswith(f"/{wanted}.jpg") else "right"
            vote(rater, survey, item, side)
    found = client.get(f"{SURVEYS}/{survey.slug}/results").json()
    scores = {one["model"]: one for one in found["pairwise"]}
    assert list(scores) == ["a", "b", "c"]
    assert scores["a"]["wins"] == 3 * 8
    assert scores["a"]["low"] < scores["a"]["score"] < scores["a"]["high"]


def test_the_studys_table_is_imported_and_comes_out_as_it_was(client) -> None:
    made = upload(client, STUDY.read_bytes(), "study.csv", title="The study").json()
    assert (made["title"], made["closed"], made["votes"]) == ("The study", True, 2000)
    found = client.get(f"{SURVEYS}/{made['slug']}/results").json()
    names = {picture["id"]: picture["name"] for picture in found["pictures"]}
    assert f"{found['overall']['mean']:.2f}" == "3.38"
    assert found["overall"]["raters"] is None
    assert [names[one] for one in found["best"]] == ["05", "07", "09"]
    assert [names[one] for one in found["worst"]] == ["02", "15", "20"]
    means = [f"{picture['mean']:.2f}" for picture in found["pictures"]]
    assert means[:5] == ["3.65", "2.53", "3.87", "2.88", "4.01"]
    assert {picture["url"] for picture in found["pictures"]} == {None}
    exported = client.get(f"{SURVEYS}/{made['slug']}/export.csv")
    assert exported.content == STUDY.read_bytes()
    assert exported["Content-Disposition"] == f'attachment; filename="{made["slug"]}.csv"'


@pytest.mark.parametrize("mode", ["rating", "pairwise"])
def test_votes_go_out_and_in_again(mode, client, make_survey, new_rater) -> None:
    survey = make_survey(photos=3, truths=1, repeats=2, mode=mode)
    for number in range(3):
        rater = new_rater()
        for place, item in enumerate(rate(rater, survey)["items"]):
            answer = 1 + (place + number) % 5 if mode == "rating" else ("left", "right")[place % 2]
            vote(rater, survey, item, answer)
    before = ballots(survey)
    for ending in ("csv", "json"):
        exported = client.get(f"{SURVEYS}/{survey.slug}/export.{ending}").content
        made = upload(client, exported, f"votes.{ending}").json()
        after = ballots(find_survey(made["slug"]))
        if before.ratings is None or after.ratings is None:
            assert set(after.choices) == set(before.choices)
            continue
        assert set(after.ratings.pictures) == set(before.ratings.pictures)
        assert after.ratings.raters == before.ratings.raters
        assert votes_of(after) == votes_of(before)
    assert (
        parse_survey(client.get(f"{SURVEYS}/{survey.slug}/export.json").content, "x").mode == mode
    )


def votes_of(survey) -> set:
    from tomau.evaluation.survey import iterate_votes

    return set(iterate_votes(survey.ratings))


def test_counts_of_known_votes_can_be_asked_for(client, make_survey, new_rater) -> None:
    survey, rater = make_survey(photos=1, models=("a",)), new_rater()
    vote(rater, survey, rate(rater, survey)["items"][0], 4)
    table = client.get(f"{SURVEYS}/{survey.slug}/export.csv?table=counts").content.decode()
    assert table.splitlines()[1].startswith("a/photo 0,0,0,0,1,0")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n1,2\n", "votes.csv: a table with the columns a,b came"),
        (b"\xff\xfe", "no text in UTF-8"),
        (b'{"format": "tomau-survey-1"}', "0 pictures came"),
        (b"rater,picture,vote\nx,y,1\x00\n", "votes.csv: "),
        (b"rater,picture,vote\n" + b"x" * 600 + b",y,1\n", "at most 500"),
    ],
)
def test_a_file_that_is_no_table_is_refused_and_nothing_kept(client, content, message) -> None:
    answer = upload(client, content)
    assert answer.status_code == 400
    assert message in answer.json()["error"]["message"]
    assert not Survey.objects.exists()


def test_an_imported_survey_takes_no_votes(client, new_rater) -> None:
    made = upload(client, b"rater,picture,vote\nx,y,1\n").json()
    survey, rater = find_survey(made["slug"]), new_rater()
    assert rate(rater, survey)["items"] == []
    answer = vote(rater, survey, {"id": survey.items.get().id}, 3)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "survey_closed")


def test_a_deleted_survey_is_gone_with_its_files(client, make_survey, new_rater) -> None:
    survey, rater = make_survey(), new_rater()
    item = rate(rater, survey)["items"][0]
    vote(rater, survey, item, 3)
    places = [files.survey_picture(survey.id, one.id) for one in survey.pictures.all()]
    assert all(default_storage.exists(place) for place in places)
    assert client.delete(f"{SURVEYS}/{survey.slug}").status_code == 204
    assert not any(default_storage.exists(place) for place in places)
    assert not Vote.objects.exists()
    assert rater.get(item["picture"]).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["version", "photo"])
def test_what_its_owner_deletes_is_shown_no_more_but_its_votes_count(
    what, new_rater, make_version
) -> None:
    from rest_framework.test import APIClient

    from tomau.server.accounts.services import local_user

    client, owner = APIClient(), local_user()
    versions = [make_version(owner, name=name) for name in ("one.jpg", "two.jpg")]
    body = {"title": "t", "pictures": [{"version": version.id} for version in versions]}
    survey = find_survey(client.post(SURVEYS, body).json()["slug"])
    rater = new_rater()
    for item in rate(rater, survey)["items"]:
        vote(rater, survey, item, 4)
    gone = survey.pictures.get(photo="one")
    (versions[0] if what == "version" else versions[0].photo).delete()
    assert not default_storage.exists(files.survey_picture(survey.id, gone.id))
    asked = rate(rater, survey)
    assert (asked["total"], asked["done"]) == (1, 1)
    found = client.get(f"{SURVEYS}/{survey.slug}/results").json()
    assert found["overall"]["votes"] == 2
    assert {p["name"]: p["url"] is None for p in found["pictures"]} == {"one": True, "two": False}


def test_a_survey_that_cannot_be_made_leaves_nothing(client, person, make_version) -> None:
    good, bad = make_version(person), make_version(person, name="b.jpg")
    files.write(files.version_look(bad.id), b"no picture")
    body = {"title": "t", "pictures": [{"version": good.id}, {"version": bad.id}]}
    assert client.post(SURVEYS, body).json()["error"]["code"] == "invalid_image"
    assert not Survey.objects.exists()
    assert not default_storage.exists("surveys") or not default_storage.listdir("surveys")[1]


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"pictures": []},
        {"pictures": [{"version": "x"}]},
        {"mode": "other"},
        {"repeats": 2},
        {"repeats": -1},
        {"mode": "pairwise"},
        {"truths": [str(uuid.uuid4())]},
        {"pictures": [{"version": str(uuid.uuid4())}]},
    ],
)
def test_what_makes_no_survey_is_told(change, client, person, make_version) -> None:
    body = {"title": "t", "pictures": [{"version": str(make_version(person).id)}]} | change
    answer = client.post(SURVEYS, body)
    assert answer.status_code == 400
    assert "expected" in answer.json()["error"]["message"] or answer.json()["error"]["fields"]


STAFF_ONLY = [
    ("get", ""), ("post", ""), ("post", "/import"), ("get", "/{slug}"), ("delete", "/{slug}"),
    ("get", "/{slug}/results"), ("get", "/{slug}/export.csv"), ("get", "/{slug}/export.json"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "place"), STAFF_ONLY)
def test_only_staff_come_near(
    method, place, make_survey, client_of, make_person, new_rater
) -> None:
    url = SURVEYS + place.format(slug=make_survey().slug)
    assert getattr(new_rater(), method)(url).status_code == 401
    assert getattr(client_of(make_person("an")), method)(url).status_code == 403
    assert getattr(client_of(make_person("boss", staff=True)), method)(url).status_code < 401
    assert Survey.objects.exists() or method == "delete"


def test_the_link_is_enough_to_answer_in_multi_user_mode(
    make_survey, multi_user, new_rater
) -> None:
    survey, rater = make_survey(), new_rater()
    item = rate(rater, survey)["items"][0]
    assert rater.get(item["picture"]).status_code == 200
    assert vote(rater, survey, item, 3).status_code == 200


def test_nobody_asks_about_other_peoples_photos(client_of, make_person, make_version) -> None:
    an, boss = make_person("an"), make_person("boss", staff=True)
    version = make_version(an)
    for body in (
        {"title": "t", "pictures": [{"version": version.id}]},
        {
            "title": "t",
            "pictures": [{"version": make_version(boss).id}],
            "truths": [version.photo_id],
        },
    ):
        answer = client_of(boss).post(SURVEYS, body)
        assert answer.status_code == 400
        assert "not there or not yours" in answer.json()["error"]["message"]


@pytest.mark.usefixtures("multi_user")
def test_raters_are_counted_one_by_one(make_survey, new_rater, monkeypatch) -> None:
    from tomau.server.survey.rater import RaterThrottle

    monkeypatch.setattr(RaterThrottle, "THROTTLE_RATES", {"rater": "3/min", "raters": "100/min"})
    survey, one, other = make_survey(), new_rater(), new_rater()
    url = f"{SURVEYS}/{survey.slug}/rate"
    assert [one.get(url).status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert other.get(url).status_code == 200
