from __future__ import annotations

import errno
import os
import re
import shutil
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tomau.errors import UsageError
from tomau.runtime.folders import Plan, plan_run
from tomau.runtime.naming import Naming, stream_format
from tomau.runtime.shard import Shard

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def touch(*names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def targets(plan: Plan) -> dict[str, str]:
    return {task.source.as_posix(): task.target.as_posix() for task in plan.tasks}


def plan(*inputs: str, **naming: object) -> dict[str, str]:
    return targets(plan_run(inputs, Naming(**naming)))  # type: ignore[arg-type]


def test_beside_the_input_without_an_output() -> None:
    touch("old/a.JPG", "old/b.gif", "old/c")
    assert plan("old/a.JPG", "old/b.gif", "old/c") == {
        "old/a.JPG": "old/a.color.JPG",
        "old/b.gif": "old/b.color.png",
        "old/c": "old/c.color.png",
    }


@pytest.mark.parametrize(
    ("output", "target"),
    [("new.png", "new.png"), ("there", "there/a.jpg"), ("v1.2", "v1.2/a.jpg")],
)
def test_one_file_goes_to_a_file_or_into_a_folder(output: str, target: str) -> None:
    touch("a.jpg", "v1.2/x")
    assert plan("a.jpg", output=Path(output)) == {"a.jpg": target}


def test_a_folder_may_look_like_a_file() -> None:
    touch("a.jpg", "b.jpg")
    assert plan("a.jpg", "b.jpg", output=Path("v1.3"))["b.jpg"] == "v1.3/b.jpg"
    assert plan("a.jpg", output=Path("v1.3"), into_folder=True) == {"a.jpg": "v1.3/a.jpg"}


def test_the_format_of_a_named_output_follows_its_extension() -> None:
    touch("a.jpg")
    (task,) = plan_run(["a.jpg"], Naming(output=Path("b.tif"))).tasks
    assert task.format == "TIFF"


def test_a_folder_is_mirrored_in_sorted_order() -> None:
    touch("in/b.png", "in/a.jpg", "in/deep/er/c.tiff", "in/notes.txt", "in/.hidden/x.jpg")
    touch("in/._a.jpg")
    result = plan_run(["in"], Naming(output=Path("out")))
    assert list(targets(result).items()) == [
        ("in/a.jpg", "out/a.jpg"),
        ("in/b.png", "out/b.png"),
        ("in/deep/er/c.tiff", "out/deep/er/c.tiff"),
    ]
    assert [path.as_posix() for path, _ in result.left_out] == ["in/notes.txt"]
    assert result.is_batch


def test_of_several_inputs_each_folder_keeps_its_name() -> None:
    touch("one/a.jpg", "two/a.jpg", "b.jpg")
    assert plan("one", "two/", "b.jpg", output=Path("out")) == {
        "one/a.jpg": "out/one/a.jpg",
        "two/a.jpg": "out/two/a.jpg",
        "b.jpg": "out/b.jpg",
    }


def test_an_output_inside_the_input_is_not_read() -> None:
    touch("in/a.jpg", "in/out/a.jpg")
    assert plan("in", output=Path("in/out")) == {"in/a.jpg": "in/out/a.jpg"}


def test_results_of_earlier_runs_are_not_read() -> None:
    touch("in/a.jpg", "in/a.color.jpg", "in/a.png.color.jpg", "in/a.tinted.jpg")
    assert plan("in") == {
        "in/a.jpg": "in/a.color.jpg",
        "in/a.tinted.jpg": "in/a.tinted.color.jpg",
    }
    assert set(plan("in", suffix=".tinted")) == {"in/a.jpg"}


def test_two_photographs_never_share_a_result() -> None:
    touch("in/a.jpg", "in/a.png", "in/b.png")
    assert plan("in", output=Path("out"), format="jpeg") == {
        "in/a.jpg": "out/a.jpg",
        "in/a.png": "out/a.png.jpg",
        "in/b.png": "out/b.jpg",
    }


def test_of_two_photographs_that_change_both_keep_their_extension() -> None:
    touch("in/a.gif", "in/a.ppm", "in/a.jpg")
    assert plan("in", output=Path("out")) == {
        "in/a.gif": "out/a.gif.png",
        "in/a.jpg": "out/a.jpg",
        "in/a.ppm": "out/a.ppm.png",
    }


def test_equal_names_of_two_folders_get_results_of_their_own() -> None:
    touch("one/a.jpg", "two/a.jpg", "three/b.jpg")
    result = plan("one/a.jpg", "two/a.jpg", "three/b.jpg", output=Path("out"))
    assert result["three/b.jpg"] == "out/b.jpg"
    marked = [result["one/a.jpg"], result["two/a.jpg"]]
    assert len(set(marked)) == 2
    assert all(re.fullmatch(r"out/a~[0-9a-f]{8}\.jpg", name) for name in marked)


@pytest.mark.parametrize("names", [("A.jpg", "a.jpg"), ("\u00e9.jpg", "e\u0301.jpg")])
def test_names_that_other_file_systems_take_for_one_are_told_apart(names: tuple[str, str]) -> None:
    touch(*(f"in/deep/{name}" for name in names))
    if len(list(Path("in/deep").iterdir())) < 2:
        pytest.skip("this file system takes them for one itself")
    result = plan("in", output=Path("out"))
    folded = {unicodedata.normalize("NFC", name).casefold() for name in result.values()}
    assert len(folded) == 2
    # The mark is of the place in the tree: it is the same from wherever the tree is seen.
    shutil.move("in", "elsewhere")
    assert set(plan("elsewhere", output=Path("out")).values()) == set(result.values())
    beside = plan("elsewhere")
    touch(*beside.values())
    assert plan("elsewhere") == beside  # marked results are known again as results


def test_a_folder_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    touch("in/a.jpg", "in/closed/b.jpg", "in/open/c.jpg")
    listed = os.scandir

    def refuse(path: str) -> Iterator[os.DirEntry[str]]:
        if Path(path).name == "closed":  # permissions would not stop the tests of root
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    result = plan_run(["in"], Naming(output=Path("out")))
    assert [task.source.as_posix() for task in result.tasks] == ["in/a.jpg", "in/open/c.jpg"]
    ((path, reason),) = result.unreadable
    assert (path, "Permission denied" in reason) == (Path("in/closed"), True)


def test_links_in_a_circle_end_no_plan() -> None:
    touch("in/a.jpg", "in/deep/b.jpg")
    Path("in/deep/up").symlink_to("..")
    Path("in/self.jpg").symlink_to("self.jpg")
    result = plan_run(["in"], Naming(output=Path("out")))
    assert set(targets(result)) == {"in/a.jpg", "in/deep/b.jpg", "in/self.jpg"}
    ((path, reason),) = result.left_out
    assert (path, reason.startswith("a link to a folder")) == (Path("in/deep/up"), True)


def test_a_link_to_a_folder_that_is_named_is_followed() -> None:
    touch("real/a.jpg")
    Path("in").symlink_to("real")
    assert plan("in", output=Path("out")) == {"in/a.jpg": "out/a.jpg"}


def test_names_need_be_no_text() -> None:
    names = [os.fsdecode(b"in/\xff\xfe.jpg"), "in/two\nlines.jpg", "in/two/\n/x.jpg"]
    touch(*names)
    assert plan("in", output=Path("out")) == {name: f"out{name[2:]}" for name in names}


def test_shards_are_disjoint_complete_and_keep_the_names_of_the_whole() -> None:
    touch(*(f"in/{number % 3}/{number}.jpg" for number in range(30)), "in/0/A.jpg", "in/0/a.jpg")
    whole = plan("in", output=Path("out"))
    parts = [
        targets(plan_run(["in"], Naming(output=Path("out")), shard=Shard(index, 4)))
        for index in (1, 2, 3, 4)
    ]
    assert all(parts)
    assert sum(len(part) for part in parts) == len(whole)
    assert {source: target for part in parts for source, target in part.items()} == whole


def test_a_shard_does_not_depend_on_where_the_folder_lies_nor_on_its_other_files() -> None:
    touch(*(f"in/{number}.jpg" for number in range(9)))

    def part(folder: str) -> set[str]:
        result = plan_run([folder], Naming(output=Path("out")), shard=Shard(2, 3))
        return {task.source.name for task in result.tasks}

    before = part("in")
    touch(*(f"in/new-{number}.jpg" for number in range(9)))
    shutil.move("in", "moved")
    assert {name for name in part("moved") if not name.startswith("new")} == before


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "a/b", "1/0", "-1/2", "1/2/3"])
def test_a_shard_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected i/n"):
        Shard.parse(text)


def test_a_file_named_twice_counts_once() -> None:
    touch("in/a.jpg")
    assert plan("in/a.jpg", "in") == {"in/a.jpg": "in/a.color.jpg"}


@pytest.mark.parametrize(
    ("inputs", "naming"),
    [
        (["a.jpg"], Naming(output=Path("a.jpg"))),
        (["a.jpg"], Naming(output=Path("sub/../a.jpg"))),
        (["a.jpg"], Naming(output=Path(), suffix="")),
        (["."], Naming(output=Path())),
        (["sub", "a.jpg"], Naming(output=Path())),
        (["a.jpg"], Naming(suffix="")),
        (["a.jpg"], Naming(output=Path("link.jpg"))),
    ],
)
def test_a_result_never_overwrites_an_input(inputs: list[str], naming: Naming) -> None:
    touch("a.jpg", "sub/a.jpg")
    Path("link.jpg").symlink_to("a.jpg")
    with pytest.raises(UsageError, match="would overwrite the input"):
        plan_run(inputs, naming)


def test_a_second_run_of_a_shell_pattern_leaves_its_results_out() -> None:
    touch("a.jpg", "a.color.jpg")
    result = plan_run(["a.color.jpg", "a.jpg"], Naming())
    assert targets(result) == {"a.jpg": "a.color.jpg"}
    assert result.left_out == ((Path("a.color.jpg"), "the result of a.jpg"),)


def test_a_result_named_alone_is_taken_at_its_word() -> None:
    touch("a.color.jpg")
    assert plan("a.color.jpg") == {"a.color.jpg": "a.color.color.jpg"}


def test_patterns_are_expanded() -> None:
    touch("in/a.jpg", "in/b.png", "in/deep/c.jpg", "in/a.color.jpg")
    assert set(plan("in/*.jpg")) == {"in/a.jpg"}
    assert plan("in/**/*.jpg", output=Path("out")) == {
        "in/a.jpg": "out/a.jpg",
        "in/deep/c.jpg": "out/deep/c.jpg",
    }
    assert plan("i*", output=Path("out"))["in/deep/c.jpg"] == "out/in/deep/c.jpg"
    assert set(plan(str(Path("in").absolute() / "*.png"))) == {
        (Path("in").absolute() / "b.png").as_posix()
    }


def test_a_file_whose_name_looks_like_a_pattern_is_a_file() -> None:
    touch("a[1].jpg", "a1.jpg")
    assert set(plan("a[1].jpg")) == {"a[1].jpg"}


def test_a_missing_file_is_planned_so_that_the_run_tells_of_it() -> None:
    assert plan("none.jpg") == {"none.jpg": "none.color.jpg"}


@pytest.mark.parametrize("pattern", ["empty", "empty/*.jpg"])
def test_nothing_found_is_told(pattern: str) -> None:
    touch("empty/notes.txt")
    with pytest.raises(UsageError, match=rf"no photograph was found in {pattern[:5]}"):
        plan(pattern)


@pytest.mark.parametrize(
    ("naming", "message"),
    [
        (Naming(format="psd"), "format 'psd' cannot be written"),
        (Naming(suffix="../x"), "path separator"),
        (Naming(output=Path("out.xyz")), "extension that cannot be written"),
        (Naming(output=Path("out.png"), format="jpg"), "contradicts --format jpg"),
    ],
)
def test_naming_that_cannot_be_is_refused(naming: Naming, message: str) -> None:
    touch("a.jpg")
    with pytest.raises(UsageError, match=message):
        plan_run(["a.jpg"], naming)


@pytest.mark.parametrize(
    ("own", "naming", "expected"),
    [
        ("JPEG", Naming(), "JPEG"),
        ("GIF", Naming(), "PNG"),
        ("JPEG", Naming(format="webp"), "WEBP"),
        ("JPEG", Naming(output=Path("x.tif")), "TIFF"),
        ("JPEG", Naming(output=Path("-"), format="png"), "PNG"),
    ],
)
def test_the_format_in_a_pipe(own: str, naming: Naming, expected: str) -> None:
    assert stream_format(own, naming) == expected


def test_several_photographs_do_not_fit_into_one_file() -> None:
    touch("a.jpg", "b.jpg", "out.jpg")
    for output in ("out.jpg", "new.jpg"):
        with pytest.raises(UsageError, match="expected a folder"):
            plan("a.jpg", "b.jpg", output=Path(output))


def test_planning_is_repeatable_when_results_are_there() -> None:
    touch("in/a.jpg", "in/a.png", "in/x/b.jpg")
    first = plan("in", format="png")
    touch(*first.values())
    assert plan("in", format="png") == first
