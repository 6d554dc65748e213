from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from tomau import __version__
from tomau.cli.app import COMMANDS, load_command

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Tomau

HEAVY = {"torch", "onnxruntime", "numpy", "PIL", "rich"}


def loaded_modules(*arguments: str | Path) -> set[str]:
    """Top-level modules that a real ``tomau`` process has imported when it ends."""
    script = (
        "import sys\n"
        "from tomau.cli.app import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as leaving:\n"
        "    assert not leaving.code, leaving.code\n"
        "sys.stderr.write(' '.join({name.split('.')[0] for name in sys.modules}))\n"
    )
    call = [sys.executable, "-c", script, *map(str, arguments)]
    return set(subprocess.run(call, check=True, capture_output=True).stderr.decode().split())


def test_help_loads_nothing_heavy() -> None:
    assert not loaded_modules("--help") & HEAVY


def test_the_help_of_colorize_loads_nothing_heavy() -> None:
    assert not loaded_modules("colorize", "--help") & HEAVY


def test_colorize_leaves_torch_unloaded(tiny_model: Path, gray_jpeg: Path) -> None:
    loaded = loaded_modules("colorize", "-q", "-m", tiny_model, gray_jpeg)
    assert "onnxruntime" in loaded
    assert not loaded & {"torch", "torchvision", "lightning_fabric"}
    assert gray_jpeg.with_name("photo.color.jpg").exists()


def test_help_lists_the_commands_but_not_the_alias(tomau: Tomau) -> None:
    result = tomau("--help")
    assert result.exit_code == 0
    listed = {line.split()[0] for line in result.stdout.split("Commands:")[1].splitlines() if line}
    assert listed == {name for name, entry in COMMANDS.items() if not entry.hidden}
    assert "i" not in listed


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_is_listed_can_be_loaded(name: str, tomau: Tomau) -> None:
    module = COMMANDS[name].place.split(":")[0]
    assert find_spec(module), module
    assert load_command(name)
    result = tomau(name, "-h")
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: ")
    assert name in result.stdout.splitlines()[0]


def test_version(tomau: Tomau) -> None:
    result = tomau("--version")
    assert (result.exit_code, result.stdout) == (0, f"tomau {__version__}\n")


def test_a_mistyped_command_is_suggested(tomau: Tomau) -> None:
    result = tomau("colorise", "a.jpg")
    assert result.exit_code == 2
    assert "Did you mean 'colorize'?" in result.stderr


def test_an_unknown_option_is_a_usage_error(tomau: Tomau) -> None:
    assert tomau("colorize", "--sepia", "a.jpg").exit_code == 2
