"""``tomau user``: the accounts of multi-user mode."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from tomau.cli import options
from tomau.cli.console import Console
from tomau.cli.server_loading import load_launch

user = typer.Typer(
    name="user",
    help="Accounts of multi-user mode.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Letters, digits and @ . + - _")]
Staff = Annotated[bool, typer.Option("--staff", help="May make surveys and see their results.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def _prepare(home: Path | None) -> None:
    if home is not None:
        os.environ["TOMAU_HOME"] = str(home)
    load_launch().prepare()


def _ask_password() -> str:
    """A password from the terminal, typed twice, or the first line of a pipe."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password


@user.command("add")
def add(name: Name, staff: Staff = False, home: options.Home = None) -> None:
    """Make an account; the password is asked for, or read from a pipe."""
    _prepare(home)
    from tomau.server.accounts.services import add_user

    add_user(name, _ask_password(), staff=staff)
    Console().result(f"{name} may log in")


@user.command("password")
def password(name: Name, home: options.Home = None) -> None:
    """Give an account another password; it is logged out everywhere."""
    _prepare(home)
    from tomau.server.accounts.services import change_password

    change_password(name, _ask_password())
    Console().result(f"{name} has another password")


@user.command("list")
def list_users(home: options.Home = None, as_json: options.AsJson = False) -> None:
    """List the accounts."""
    _prepare(home)
    from tomau.server.accounts.selectors import all_users

    console = Console()
    for one in all_users():
        if as_json:
            console.json({"name": one.username, "staff": one.is_staff, "active": one.is_active})
        else:
            console.result(one.username + (" (staff)" if one.is_staff else ""))


@user.command("remove")
def remove(name: Name, yes: Yes = False, home: options.Home = None) -> None:
    """Delete an account with all its photographs."""
    _prepare(home)
    from tomau.server.accounts.services import remove_user

    if not yes:
        typer.confirm(f"Delete {name} and all their photographs?", abort=True, err=True)
    remove_user(name)
    Console().result(f"{name} is deleted")
