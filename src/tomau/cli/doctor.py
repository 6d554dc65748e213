"""``tomau doctor``: is this installation well, and what would make it better."""

from __future__ import annotations

from dataclasses import asdict

import typer

from tomau.cli import options
from tomau.cli.console import Console

_MARKS = {"ok": "ok", "absent": "--", "broken": "!!"}


def doctor(as_json: options.AsJson = False) -> None:
    """Check the installation: versions, the default model, devices, and optional extras.

    Each line begins with ok, with -- for something optional that is absent, or with !! for what
    keeps tomau from working; the line that mends it follows. Exit code 1 if there is a !!.
    """
    from tomau.runtime.health import examine

    console = Console()
    findings = examine()
    if as_json:
        console.json([asdict(finding) for finding in findings], indent=2)
    else:
        width = max(len(finding.subject) for finding in findings)
        for finding in findings:
            mark = _MARKS[finding.state]
            console.result(f"{mark}  {finding.subject:<{width}}  {finding.detail}")
            if finding.advice:
                console.result(f"{'':{width + 6}}mend with: {finding.advice}")
    if any(finding.state == "broken" for finding in findings):
        raise typer.Exit(1)
