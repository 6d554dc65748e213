"""Every cell of the fidelity matrix in docs/formats.md is a round trip made here."""

from __future__ import annotations

import numpy as np
import pytest

from tests.imaging import made, matrix
from tomau.imaging import Picture, losses, read_picture

KINDS = list(made.FILES)
BLACK_AND_WHITE = {"PNG 1-bit", "TIFF fax G4"}
BRINGS_ORIENTATION = [kind for kind in KINDS if matrix.carried(made.file(kind))["EXIF"]]


def test_the_table_in_the_docs_is_that_of_now() -> None:
    document = matrix.DOCUMENT.read_text(encoding="utf-8")
    assert matrix.with_table(document) == document, "run: python -m tests.imaging.matrix"


@pytest.mark.parametrize("kind", sorted(set(KINDS) - matrix._COARSE))
def test_every_kind_is_read_as_it_was_made(kind: str) -> None:
    assert matrix.light_misread(kind) < 0.4


@pytest.mark.parametrize("kind", KINDS)
def test_deep_kinds_are_deep_and_others_are_not(kind: str) -> None:
    deep = any(word in kind for word in ("16-bit", "12-bit", "10-bit", "float", "DNG"))
    assert matrix.source(kind).bits == (16 if deep else 8)


@pytest.mark.parametrize("kind", BRINGS_ORIENTATION)
def test_orientation_is_applied_once(kind: str) -> None:
    assert (matrix.source(kind).height, matrix.source(kind).width) == (made.WIDTH, made.HEIGHT)
    written = read_picture(matrix.result(kind, "TIFF")[0])
    assert (written.height, written.width) == (made.WIDTH, made.HEIGHT)


@pytest.mark.parametrize("target", matrix.TARGETS)
@pytest.mark.parametrize("kind", KINDS)
def test_light_survives_and_colour_comes(kind: str, target: str) -> None:
    assert matrix.light_lost(kind, target) < matrix.allowed_loss(target, kind)
    if kind in BLACK_AND_WHITE:  # neither of which can hold a colour
        return
    red, _, blue = read_picture(matrix.result(kind, target)[0]).rgb_u8.reshape(-1, 3).mean(axis=0)
    assert red > blue + 10


@pytest.mark.parametrize("target", matrix.TARGETS)
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_lost_is_told(kind: str, target: str) -> None:
    before = matrix.carried(made.file(kind))
    data, told = matrix.result(kind, target)
    after = matrix.carried(data)
    names = {"IPTC": "IPTC", "alpha": "transparency", "XMP": "XMP", "EXIF": "EXIF"}
    for part, was_there in before.items():
        if was_there and not after[part]:
            assert any(names.get(part, "EXIF") in line for line in told), part
    narrowed = matrix.source(kind).bits > read_picture(data).bits
    assert narrowed == any("brought to 8" in line for line in told)


@pytest.mark.parametrize("target", matrix.TARGETS)
def test_resolution_and_profile_are_those_of_the_source(target: str) -> None:
    written = read_picture(matrix.result("TIFF 16-bit gray", target)[0])
    assert written.dpi == pytest.approx((150, 300), abs=0.02)
    assert written.icc is not None


def test_losses_of_depth_are_told() -> None:
    deep = Picture(np.zeros((4, 5, 3), np.uint16))
    assert losses(deep, "JPEG") == ("JPEG holds 8 bits per channel: 16 brought to 8",)
    assert losses(deep, "PNG") == losses(deep, "TIFF") == ()
