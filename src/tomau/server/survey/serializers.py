"""Surveys as JSON."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tomau.evaluation.survey.ballots import HIGHEST, LOWEST
from tomau.evaluation.survey.entries import MOST_ITEMS

MOST_AT_ONCE = 500  # pictures of one request; a folder may have more (tomau survey create)
MODES = ["rating", "pairwise"]
SIDES = ["left", "right"]
KINDS = ["result", "truth"]


class SurveySerializer(serializers.Serializer[Any]):
    """A survey; people answer at ``/s/<slug>``."""

    slug = serializers.CharField()
    title = serializers.CharField()
    question = serializers.CharField()
    mode = serializers.ChoiceField(choices=MODES)
    closed = serializers.BooleanField()
    items = serializers.IntegerField(source="item_count", help_text="How much there is to answer.")
    repeats = serializers.IntegerField(source="repeat_count")
    raters = serializers.IntegerField(source="rater_count")
    votes = serializers.IntegerField(source="vote_count")
    created = serializers.DateTimeField()


class SurveyVersionSerializer(serializers.Serializer[Any]):
    """A picture of a survey that is to be made."""

    version = serializers.UUIDField()


class NewSurveySerializer(serializers.Serializer[Any]):
    """A survey that is to be made."""

    title = serializers.CharField(max_length=500)
    mode = serializers.ChoiceField(choices=MODES, default="rating")
    question = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    pictures = SurveyVersionSerializer(  # type: ignore[call-arg]
        many=True, allow_empty=False, max_length=MOST_AT_ONCE
    )
    repeats = serializers.IntegerField(min_value=0, max_value=MOST_ITEMS, default=0)
    truths = serializers.ListField(
        child=serializers.UUIDField(),
        default=list,
        max_length=MOST_AT_ONCE,
        help_text="Photographs in their true colours, mixed in among the results.",
    )


class ImportSerializer(serializers.Serializer[Any]):
    """A table or document of votes."""

    file = serializers.FileField(help_text="CSV or JSON, see docs/howto/survey.md.")
    title = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


@extend_schema_field(
    {
        "oneOf": [
            {"type": "integer", "minimum": LOWEST, "maximum": HIGHEST},
            {"type": "string", "enum": SIDES},
        ],
        "nullable": True,
    }
)
class GivenField(serializers.ReadOnlyField):
    """An answer that was given: 1 to 5, or a side; null before there is one."""


class RateItemSerializer(serializers.Serializer[Any]):
    """One picture, or two, and this rater's answer so far."""

    id = serializers.UUIDField()
    position = serializers.IntegerField(min_value=1)
    picture = serializers.CharField(required=False, help_text="Address of the picture.")
    left = serializers.CharField(required=False)
    right = serializers.CharField(required=False)
    vote = GivenField()


class SurveyRateSerializer(serializers.Serializer[Any]):
    """A survey as one rater sees it, in an order of the rater's own."""

    title = serializers.CharField()
    question = serializers.CharField()
    mode = serializers.ChoiceField(choices=MODES)
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    items = RateItemSerializer(many=True)


class AnswerSerializer(serializers.Serializer[Any]):
    """A vote from 1 (very fake) to 5 (very real), or a choice between two pictures."""

    vote = serializers.IntegerField(min_value=LOWEST, max_value=HIGHEST, required=False)
    choice = serializers.ChoiceField(choices=SIDES, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check that one of the two came."""
        if len(attrs) != 1:
            raise serializers.ValidationError(
                f"{len(attrs)} answers came; expected either vote or choice"
            )
        return attrs


class ProgressSerializer(serializers.Serializer[Any]):
    """How far a rater is."""

    done = serializers.IntegerField()
    total = serializers.IntegerField()


class _OpinionSerializer(serializers.Serializer[Any]):
    mean = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    votes = serializers.IntegerField()


class OpinionSerializer(_OpinionSerializer):
    """A mean opinion and its 95 % interval; null where there are too few votes."""


class OverallSerializer(_OpinionSerializer):
    """The mean over all results."""

    raters = serializers.IntegerField(
        allow_null=True, help_text="null where only counts of votes are known"
    )


class RatedPictureSerializer(_OpinionSerializer):
    """One picture and its votes."""

    id = serializers.CharField()
    name = serializers.CharField()
    url = serializers.CharField(allow_null=True)
    photo = serializers.CharField(allow_blank=True)
    model = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(choices=KINDS)
    counts = serializers.ListField(
        child=serializers.IntegerField(), min_length=5, max_length=5,
        help_text="Votes of 1, 2, 3, 4, 5.",
    )  # fmt: skip


class RatedModelSerializer(_OpinionSerializer):
    """One model's mean over its pictures."""

    model = serializers.CharField()
    pictures = serializers.IntegerField()


class ComparisonSerializer(serializers.Serializer[Any]):
    """Two models on the photographs that both colourized."""

    a = serializers.CharField()
    b = serializers.CharField()
    difference = serializers.FloatField(help_text="Mean vote for a less that for b.")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    p = serializers.FloatField(help_text="Of the sign-flip test over photographs.")
    p_raters = serializers.FloatField(allow_null=True, help_text="Of that over raters.")
    p_holm = serializers.FloatField(help_text="p corrected for the number of comparisons.")
    photos = serializers.IntegerField()
    raters = serializers.IntegerField()


class StrengthSerializer(serializers.Serializer[Any]):
    """One model's score of Bradley and Terry: a log-strength, the mean of all is 0."""

    model = serializers.CharField()
    score = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    wins = serializers.IntegerField()
    shown = serializers.IntegerField()


class RaterRecordSerializer(serializers.Serializer[Any]):
    """What one rater's answers say of the rater."""

    rater = serializers.CharField()
    votes = serializers.IntegerField()
    truth_gap = serializers.FloatField(allow_null=True)
    repeat_difference = serializers.FloatField(allow_null=True)
    doubts = serializers.ListField(child=serializers.CharField())


class HonestySerializer(serializers.Serializer[Any]):
    """What hidden true photographs and repeats say of the raters."""

    truths = OpinionSerializer(allow_null=True)
    truth_gap = serializers.FloatField(allow_null=True)
    truth_gap_p = serializers.FloatField(allow_null=True)
    repeats = serializers.IntegerField()
    repeats_alike = serializers.FloatField(allow_null=True)
    repeat_difference = serializers.FloatField(allow_null=True)
    chance_difference = serializers.FloatField(allow_null=True)
    raters = RaterRecordSerializer(many=True)
    doubtful = serializers.ListField(child=serializers.CharField())
    overall_without_doubtful = OpinionSerializer(allow_null=True)


class ResultsSerializer(serializers.Serializer[Any]):
    """What a survey says."""

    title = serializers.CharField()
    question = serializers.CharField()
    mode = serializers.ChoiceField(choices=MODES)
    overall = OverallSerializer()
    pictures = RatedPictureSerializer(many=True)
    best = serializers.ListField(child=serializers.CharField())
    worst = serializers.ListField(child=serializers.CharField())
    alpha = serializers.FloatField(
        allow_null=True, help_text="Krippendorff's alpha, votes taken as intervals."
    )
    alpha_low = serializers.FloatField(allow_null=True)
    alpha_high = serializers.FloatField(allow_null=True)
    alpha_ordinal = serializers.FloatField(allow_null=True)
    honesty = HonestySerializer()
    models = RatedModelSerializer(many=True)
    comparisons = ComparisonSerializer(many=True)
    pairwise = StrengthSerializer(many=True)
    remarks = serializers.ListField(child=serializers.CharField())
