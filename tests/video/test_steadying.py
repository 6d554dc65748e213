from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from tests.video.made import HEIGHT, WIDTH, look, panned, says, texture
from tomau.edits.hints import Stroke
from tomau.runtime.prediction import Prediction
from tomau.video.flow import FlowFinder, Motion, belief, pulled
from tomau.video.marks import FilmHints, Mark
from tomau.video.steadying import OPENING, Alone, Steadier

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tomau.video.looking import Look

    Floats = NDArray[np.float32]


def run(
    frames: list[NDArray[np.uint8]], ask: Callable[[Look], Prediction], **settings: object
) -> list[Floats]:
    looks = ((look(gray, k), k == 0) for k, gray in enumerate(frames))
    return [c.state.ab for c in Steadier(ask, **settings).colours(looks)]  # type: ignore[arg-type]


class Trembling:
    """Says one colour that trembles from frame to frame, as a whole and in places."""

    def __init__(self, amount: float) -> None:
        self.amount = amount
        self.asked: list[int] = []

    def __call__(self, seen: Look) -> Prediction:
        number = seen.frame.pts
        self.asked.append(number)
        random = np.random.default_rng(number)
        ab = np.full((*seen.l.shape, 2), (20, 30), np.float32)
        ab += random.normal(0, self.amount, 2)
        blobs = random.normal(0, self.amount, (4, 6, 2)).repeat(16, 0).repeat(16, 1)
        return says((ab + blobs).astype(np.float32), seen)


def change(made: list[Floats]) -> float:
    return float(np.mean([np.abs(b - a).mean() for a, b in pairwise(made)]))


def test_colours_hold_still_and_stay_those_that_the_network_means() -> None:
    frames = [texture(1)[:HEIGHT, :WIDTH]] * 40
    ask = Trembling(3.0)
    looks = [(look(gray, k), k == 0) for k, gray in enumerate(frames)]
    alone = [c.state.ab for c in Alone(ask).colours(looks)]
    made = run(frames, ask, every=1)
    assert len(made) == len(frames)
    assert change(made) < 0.1 * change(alone)
    # On the way to the mean of the looks, not away from it.
    mean = np.mean(alone, axis=0)
    assert np.abs(np.array(made) - mean).mean() < 0.5 * np.abs(np.array(alone) - mean).mean()


def test_the_first_frame_has_the_colours_of_several() -> None:
    frames = [texture(1)[:HEIGHT, :WIDTH]] * OPENING
    made = run(frames, Trembling(3.0), every=1)
    assert change(made) < 1.0
    assert np.abs(made[0] - made[-1]).mean() < 1.5


def test_the_network_looks_at_few_frames_where_motion_explains_the_others() -> None:
    ask = Trembling(1.0)
    run([texture(1)[:HEIGHT, :WIDTH]] * 33, ask, every=4)
    assert len(ask.asked) == 9
    assert max(np.diff(sorted(ask.asked))) == 4


def test_colours_go_with_what_they_are_on_without_lag() -> None:
    scene = texture(3)
    truth = np.where(texture(4) > 120, 40, -40).astype(np.float32)
    frames = [scene[50 : 50 + HEIGHT, 20 + 2 * k : 20 + 2 * k + WIDTH] for k in range(30)]

    def own(number: int) -> Floats:
        part = truth[50 : 50 + HEIGHT, 20 + 2 * number : 20 + 2 * number + WIDTH]
        return np.stack((part, -part), axis=2)

    made = run(frames, lambda seen: says(own(seen.frame.pts), seen), every=4)
    lagging = np.abs(own(27) - own(25)).mean()
    errors = [np.abs(ab - own(k)).mean() for k, ab in enumerate(made)]
    assert max(errors) < 0.35 * lagging


def test_a_cut_leaves_nothing_of_the_scene_before() -> None:
    frames = [*panned(1, 15), *panned(9, 15)]

    def ask(seen: Look) -> Prediction:
        value = 30.0 if seen.frame.pts < 15 else -30.0
        return says(np.full((*seen.l.shape, 2), value, np.float32), seen)

    looks = ((look(gray, k), k in (0, 15)) for k, gray in enumerate(frames))
    made = [c.state.ab for c in Steadier(ask, every=4).colours(looks)]
    assert np.allclose(made[14], 30, atol=0.1)
    assert np.allclose(made[15], -30, atol=0.1)


def test_what_enters_the_picture_is_coloured_by_the_network() -> None:
    scene = texture(3)
    frames = [scene[50 : 50 + HEIGHT, 20 + 3 * k : 20 + 3 * k + WIDTH] for k in range(24)]
    wide = np.linspace(-50, 50, 400, dtype=np.float32)

    def own(number: int) -> Floats:
        part = wide[20 + 3 * number : 20 + 3 * number + WIDTH]
        return np.broadcast_to(part[:, np.newaxis], (HEIGHT, WIDTH, 2)).copy()

    made = run(frames, lambda seen: says(own(seen.frame.pts), seen), every=4)
    assert np.abs(made[-1] - own(23))[:, -12:].mean() < 4


def test_errors_of_the_past_fade() -> None:
    frames = [texture(1)[:HEIGHT, :WIDTH]] * 120

    def ask(seen: Look) -> Prediction:
        value = 40.0 if seen.frame.pts < OPENING else 0.0
        ab = np.zeros((*seen.l.shape, 2), np.float32)
        ab[: HEIGHT // 2] = value
        return says(ab, seen)

    made = run(frames, ask, every=1)
    assert made[0][:20].mean() > 30
    assert made[-1][:20].mean() < 8


def test_going_on_from_a_state_gives_the_same_to_the_last_bit() -> None:
    frames = panned(2, 26)
    ask = Trembling(2.0)
    looks = [(look(gray, k), k == 0) for k, gray in enumerate(frames)]
    whole = list(Steadier(ask, every=4).colours(iter(looks)))
    rest = list(Steadier(ask, every=4, state=whole[17].state).colours(iter(looks[18:])))
    for one, other in zip(whole[18:], rest, strict=True):
        assert (one.state.ab == other.state.ab).all()


def test_motion_of_a_pan_is_found_and_believed() -> None:
    before, after = panned(1, 2, step=3)
    motion = FlowFinder()(before, after)
    inner = motion.back[10:-10, 10:-15]
    assert np.allclose(np.median(inner, axis=(0, 1)), (3, 0), atol=0.3)
    earlier, later = look(before, 0).l, look(after, 1).l
    sure = belief(earlier, later, motion)
    assert sure[10:-10, 10:-15].mean() > 0.8
    assert sure[:, -2:].max() == 0  # came from beyond the border
    moved = pulled(earlier, motion.back)
    assert np.abs(moved - later)[10:-10, 10:-15].mean() < 1.5


def test_flicker_is_no_motion_and_costs_no_belief() -> None:
    before = texture(1)[:HEIGHT, :WIDTH]
    after = (before * 0.9).astype(np.uint8)
    motion = FlowFinder()(before, after)
    assert np.abs(motion.back).mean() < 0.1
    assert belief(look(before, 0).l, look(after, 1).l, motion).mean() > 0.8


def test_another_thing_in_its_place_is_not_believed() -> None:
    before = texture(1)[:HEIGHT, :WIDTH].copy()
    after = before.copy()
    after[20:50, 30:60] = texture(8)[:30, :30] // 3
    still = Motion(
        np.zeros((HEIGHT, WIDTH, 2), np.float32), np.zeros((HEIGHT, WIDTH, 2), np.float32)
    )
    sure = belief(look(before, 0).l, look(after, 1).l, still)
    assert sure[25:45, 35:55].mean() < 0.3
    assert sure[:12].mean() > 0.9


class Painted:
    """A network that takes hints in its own simple way: it colours the pixels around."""

    def __call__(self, seen: Look) -> Prediction:
        return says(np.zeros((*seen.l.shape, 2), np.float32), seen)


def hints(*moments: float) -> FilmHints:
    stroke = Stroke(((40.0, 30.0),), (200, 40, 40), 6.0)
    return FilmHints(WIDTH, HEIGHT, tuple(Mark(moment, stroke) for moment in moments))


def test_hints_go_along_with_the_motion_and_end_at_the_cut() -> None:
    frames = [*panned(1, 20, step=1), *panned(9, 8)]
    looks = ((look(gray, k), k in (0, 20)) for k, gray in enumerate(frames))
    made = list(Steadier(Painted(), every=4, hints=hints(0.0)).colours(looks))
    assert made[0].state.ab[30, 40, 0] > 20
    assert made[0].state.ab[60, 92, 0] < 0.6 * made[0].state.ab[30, 40, 0]
    # The camera moved to the right by 19 pixels, the thing to the left.
    assert made[19].state.ab[30, 40 - 19, 0] > 20
    (stroke,) = made[19].state.strokes
    assert abs(stroke.points[0][0] - 21) < 2
    assert made[20].state.strokes == ()
    assert np.abs(made[27].state.ab).max() < 1


def test_a_hint_in_the_middle_of_a_scene_counts_from_its_frame_on() -> None:
    frames = [texture(1)[:HEIGHT, :WIDTH]] * 24
    looks = ((look(gray, k), k == 0) for k, gray in enumerate(frames))
    made = list(Steadier(Painted(), every=4, hints=hints(14 / 24)).colours(looks))
    assert np.abs(made[13].state.ab).max() < 1
    assert made[14].state.ab[30, 40, 0] > 20
    assert made[23].state.ab[30, 40, 0] > 20


def test_a_point_that_leaves_the_picture_goes() -> None:
    away = Motion(
        np.full((HEIGHT, WIDTH, 2), (90, 0), np.float32),
        np.full((HEIGHT, WIDTH, 2), (-90, 0), np.float32),
    )
    given = hints(0.0)
    assert given.carried((given.marks[0].stroke,), away) == ()
