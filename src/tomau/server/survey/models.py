"""What a survey keeps: its pictures, what is asked about them, who answers, and the answers."""

from __future__ import annotations

import secrets
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from tomau.evaluation.survey.ballots import HIGHEST, LOWEST

SLUG_BYTES = 12
RATER_BYTES = 6
FIRST, SECOND = 1, 2
"""Values of a choice between two: the item's picture, or its other one."""


def new_slug() -> str:
    """Make a link's last part, which nobody guesses: 16 characters of 96 random bits."""
    return secrets.token_urlsafe(SLUG_BYTES)


def new_rater_key() -> str:
    """Make a name for a rater in tables; it says nothing of the rater's cookie."""
    return secrets.token_hex(RATER_BYTES)


class Survey(models.Model):
    """One survey; whoever has its link can answer."""

    class Mode(models.TextChoices):
        """How people are asked."""

        RATING = "rating"
        PAIRWISE = "pairwise"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.CharField(max_length=64, unique=True, default=new_slug)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="surveys"
    )
    title = models.CharField(max_length=500)
    question = models.CharField(max_length=2000, blank=True)
    mode = models.CharField(max_length=16, choices=Mode.choices, default=Mode.RATING)
    closed = models.BooleanField(default=False)
    counted_votes = models.BigIntegerField(default=0)  # of an imported table of counts
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created", "id"]

    def __str__(self) -> str:
        return self.title


class SurveyPicture(models.Model):
    """A picture as raters see it: a copy of its own, of viewing size, that tells no origin."""

    class Kind(models.TextChoices):
        """What a picture is."""

        RESULT = "result"
        TRUTH = "truth"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="pictures")
    place = models.PositiveIntegerField()
    name = models.CharField(max_length=2000, blank=True)
    photo = models.CharField(max_length=2000, blank=True)
    model = models.CharField(max_length=2000, blank=True)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.RESULT)
    # Whether its file is there: imported tables have none, and it goes with what it was made of
    # (see signals).
    is_shown = models.BooleanField(default=False)
    version = models.ForeignKey(
        "photos.Version", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    source = models.ForeignKey(
        "photos.Photo", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["place"]

    def __str__(self) -> str:
        return self.name


class SurveyItem(models.Model):
    """What one answer is given to: a picture, or a pair of them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="items")
    place = models.PositiveIntegerField()
    key = models.CharField(max_length=4000)
    picture = models.ForeignKey(SurveyPicture, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(SurveyPicture, null=True, on_delete=models.CASCADE, related_name="+")
    repeats = models.ForeignKey(
        "self", null=True, on_delete=models.CASCADE, related_name="repeated_by"
    )
    # Votes of which only the number is known, [of 1, of 2, ..., of 5]: from an imported table.
    counts: Any = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["survey", "key"], name="one_item_of_a_key"),
        ]

    def __str__(self) -> str:
        return self.key


class Rater(models.Model):
    """Somebody who answers: a browser with a cookie, or a name in an imported table."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="raters")
    browser = models.UUIDField(null=True)
    key = models.CharField(max_length=500, default=new_rater_key)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["created", "id"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["survey", "browser"], name="one_rater_of_a_browser"),
            UniqueConstraint(fields=["survey", "key"], name="one_rater_of_a_key"),
        ]

    def __str__(self) -> str:
        return self.key


class Vote(models.Model):
    """One rater's answer to one item: 1 to 5, or `FIRST` or `SECOND` of two."""

    class Side(models.TextChoices):
        """Where the chosen picture stood."""

        UNKNOWN = ""
        LEFT = "left"
        RIGHT = "right"

    rater = models.ForeignKey(Rater, on_delete=models.CASCADE, related_name="votes")
    item = models.ForeignKey(SurveyItem, on_delete=models.CASCADE, related_name="votes")
    value = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=8, choices=Side.choices, blank=True, default=Side.UNKNOWN)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["rater", "item"], name="one_vote_of_a_rater"),
            CheckConstraint(
                condition=Q(value__gte=LOWEST) & Q(value__lte=HIGHEST), name="vote_on_the_scale"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rater_id} {self.item_id} {self.value}"
