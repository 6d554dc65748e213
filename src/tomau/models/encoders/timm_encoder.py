"""Any timm backbone as an encoder, with the extra ``tomau[timm]``."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from tomau.errors import MissingExtraError, UsageError
from tomau.models.checkpoint import LoadReport, load_matching


class TimmEncoder(nn.Module):
    """A timm model cut into its feature pyramid; timm itself adapts the first filter to gray.

    Raises:
        MissingExtraError: timm is not installed.
        UsageError: timm does not know the name, or its features do not halve down to stride 32.
    """

    def __init__(self, name: str, *, inputs: int = 1) -> None:
        super().__init__()
        try:
            import timm
        except ImportError as error:
            raise MissingExtraError(f"the encoder timm:{name}", "timm") from error
        if name not in timm.list_models():
            raise UsageError(
                f"timm does not know the model {name!r}; timm.list_models() lists all names"
            )
        self.backbone = timm.create_model(
            name, in_chans=inputs, features_only=True, pretrained=False
        )
        strides = tuple(self.backbone.feature_info.reduction())
        if strides not in ((2, 4, 8, 16, 32), (4, 8, 16, 32)):
            raise UsageError(
                f"timm:{name} has features at strides {strides}; expected 2 or 4 to 32, doubling"
            )
        self.channels = tuple(self.backbone.feature_info.channels())
        self.finest_stride = int(strides[0])

    def forward(self, x: Tensor) -> list[Tensor]:
        """Map ``[N, inputs, H, W]`` to one feature map per stride, finest first."""
        return list(self.backbone(x))

    def load_imagenet(self, weights: Mapping[str, Tensor]) -> LoadReport:
        """Take weights under timm's names; a 3-channel first filter is summed by timm's rule."""
        from timm.models import adapt_input_conv

        own = self.backbone.state_dict()
        fitted = {
            name: adapt_input_conv(1, value)
            if name in own and value.ndim == 4 and value.shape[1] == 3 and own[name].shape[1] == 1
            else value
            for name, value in weights.items()
        }
        return load_matching(self.backbone, fitted)
