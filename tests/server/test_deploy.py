"""The Dockerfile and the compose file, as far as they can be checked without Docker."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tomau.cli.app import COMMANDS
from tomau.server.options import Options

ROOT = Path(__file__).parents[2]
INSTRUCTIONS = {
    "FROM", "RUN", "COPY", "WORKDIR", "ENV", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK",
    "STOPSIGNAL", "ENTRYPOINT", "CMD",
}  # fmt: skip


def stages() -> dict[str, list[tuple[str, str]]]:
    """Instructions of the Dockerfile by stage, in order."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found: dict[str, list[tuple[str, str]]] = {}
    for line in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines():
        name, _, rest = line.partition(" ")
        assert name in INSTRUCTIONS, line
        if name == "FROM":
            image, _, stage = rest.partition(" AS ")
            assert re.fullmatch(r"[a-z]+:[0-9][\w.-]+", image), f"{image} has no fixed version"
            found[stage] = []
        found[[*found][-1]].append((name, rest))
    return found


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_stages_copy_only_what_is_there() -> None:
    found = stages()
    assert [*found][-1] == "final"
    assert len(found) > 1
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    kept = {line[1:] for line in ignored if line.startswith("!")}
    assert ignored[0] == "*"
    seen: set[str] = set()
    for stage, instructions in found.items():
        for name, rest in instructions:
            if name != "COPY":
                continue
            *options, target = rest.split()
            assert target
            if options[0].startswith("--from="):
                assert options[0].removeprefix("--from=") in seen
                continue
            for source in options:
                path = source.rstrip("/")
                assert any(path == one or path.startswith(f"{one}/") for one in kept), path
                # The page is made by others than the server, and may not be there yet.
                assert (ROOT / path).exists() or path.startswith("frontend"), path
        seen.add(stage)


def test_the_image_runs_without_rights_and_tells_its_health() -> None:
    final = stages()["final"]
    names = [name for name, _ in final]
    said = dict(final)
    assert said["USER"] not in ("root", "0")
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert not any(name in ("RUN", "COPY") for name in names[names.index("USER") :])
    assert "/healthz" in said["HEALTHCHECK"]
    entry, command = json.loads(said["ENTRYPOINT"]), json.loads(said["CMD"])
    assert entry == ["tomau"]
    assert command[0] in COMMANDS
    assert said["EXPOSE"] == command[command.index("--port") + 1]


def test_pip_leaves_no_cache_and_keeps_to_the_constraints() -> None:
    runs = [rest for one in stages().values() for name, rest in one if name == "RUN"]
    for run in runs:
        for call in re.findall(r"pip install [^&]*", run):
            assert "--no-cache-dir" in call
            assert "constraints.txt" in call or "==" in call


@pytest.fixture
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return found


def test_compose_sets_what_the_server_knows(compose: dict[str, Any]) -> None:
    known = {f"TOMAU_{name.upper()}" for name in Options.model_fields} | {"DATABASE_URL"}
    for name in ("web", "worker"):
        service = compose["services"][name]
        assert set(service["environment"]) <= known
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "privileged" not in service
        assert service["depends_on"]["database"]["condition"] == "service_healthy"
    assert compose["services"]["worker"]["command"][0] in COMMANDS
    assert "healthcheck" in compose["services"]["database"]


def test_compose_holds_no_secret_and_opens_no_port_to_the_world(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
        for name, value in service["environment"].items():
            if "PASSWORD" in name or "URL" in name:
                assert "${" in str(value), name
        for volume in service["volumes"]:
            assert volume.split(":")[0] in compose["volumes"]


def test_the_clean_install_is_a_sound_script() -> None:
    script = ROOT / ".ci" / "clean-install"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_the_how_to_names_every_setting() -> None:
    text = (ROOT / "docs" / "howto" / "deploy.md").read_text(encoding="utf-8")
    told_elsewhere = {"mode", "host", "port"}  # options of the command
    for name in set(Options.model_fields) - told_elsewhere:
        variable = "DATABASE_URL" if name == "database_url" else f"TOMAU_{name.upper()}"
        assert f"`{variable}`" in text, variable
