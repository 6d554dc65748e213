"""An evaluation as one HTML page that needs nothing beside itself."""

from __future__ import annotations

from tomau.evaluation.report.page import write_report

__all__ = ["write_report"]
