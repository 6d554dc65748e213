from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import pytest
from rest_framework.test import APIRequestFactory

from tests.server.conftest import uploaded
from tomau.server.oneshot.views import MainView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("db", "no_collector")
def test_a_picture_is_gone_once_it_is_sent(photo_jpeg: bytes) -> None:
    """It waits for no collector: pictures of hundreds of requests would wait with it."""
    sent = {"image": uploaded(photo_jpeg)}
    request = APIRequestFactory().post("/main/", sent, format="multipart")
    answer: HttpResponse = MainView.as_view()(request)
    assert answer.status_code == 200
    gone = weakref.ref(answer)
    del answer
    assert gone() is None
