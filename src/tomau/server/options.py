"""What a person sets about the server, read once from the environment (``TOMAU_...``)."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tomau.errors import UsageError

_PREFIX = "TOMAU_"


class Options(BaseSettings):
    """Settings of one server; the names of the variables are ``TOMAU_`` and the field's name.

    Attributes:
        home: folder of the database, the photographs and the secret key.
        mode: ``single``, one person without an account; ``multi``, accounts and login.
        host: address that the server listens on.
        port: the same.
        token: start-up token of single mode where others than this machine can reach it.
        public_url: address by which people reach it, ``https://studio.example.org``; with https,
            cookies are sent over TLS only.
        allowed_hosts: further host names, by commas.
        database_url: PostgreSQL; empty is SQLite in ``home``. Its variable is ``DATABASE_URL``.
        s3_bucket: keep files in this bucket in place of ``home``.
        s3_endpoint: of a service other than Amazon's.
        max_bytes: of one uploaded file.
        max_pixels: of one picture, counted before it is decoded.
        max_files: photographs that one person may keep.
        max_film_bytes: of one uploaded film.
        max_film_pixels: of one of its frames; 4096 x 2160 fit.
        max_films: films that one person may keep; 0 refuses all.
        inline_pixels: pictures with more pixels become a job.
        pool_workers: pictures in work at once, in each process.
        pool_queue: pictures that may wait; beyond, the answer is 503.
        preview_bytes: of prepared photographs that a process keeps for live previews.
        retention_days: photographs are deleted after so many days; 0 is never.
        lease_seconds: a job whose worker was not heard of for so long is given to another.
        model: the model that is meant by ``default``.
        metrics_token: who sends it as bearer may read ``/metrics`` from another machine.
    """

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="ignore")

    home: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("tomau", appauthor=False)
    )
    mode: Literal["single", "multi"] = "single"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    token: str = ""
    public_url: str = ""
    allowed_hosts: str = ""
    database_url: Annotated[str, Field(validation_alias="DATABASE_URL")] = ""
    s3_bucket: str = ""
    s3_endpoint: str = ""
    max_bytes: Annotated[int, Field(ge=1024)] = 100_000_000
    max_pixels: Annotated[int, Field(ge=1)] = 100_000_000
    max_files: Annotated[int, Field(ge=1)] = 10_000
    max_film_bytes: Annotated[int, Field(ge=1024)] = 4_000_000_000
    max_film_pixels: Annotated[int, Field(ge=1)] = 9_000_000
    max_films: Annotated[int, Field(ge=0)] = 100
    inline_pixels: Annotated[int, Field(ge=0)] = 24_000_000
    pool_workers: Annotated[int, Field(ge=1, le=64)] = 2
    pool_queue: Annotated[int, Field(ge=0)] = 16
    preview_bytes: Annotated[int, Field(ge=0)] = 200_000_000
    retention_days: Annotated[int, Field(ge=0)] = 0
    lease_seconds: Annotated[float, Field(gt=0)] = 30.0
    model: str = "default"
    metrics_token: str = ""

    @property
    def is_local(self) -> bool:
        """Whether the server listens to this machine alone."""
        return is_loopback(self.host)

    @property
    def is_open(self) -> bool:
        """Whether everyone is the one local person: nobody but this machine is meant to ask."""
        named = bool(self.public_url or self.allowed_hosts)
        return self.mode == "single" and self.is_local and not named

    @property
    def needs_token(self) -> bool:
        """Whether single mode asks for the start-up token."""
        return self.mode == "single" and not self.is_open

    @property
    def is_https(self) -> bool:
        """Whether people reach the server by TLS, which a proxy before it ends."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def host_names(self) -> list[str]:
        """Names by which requests may call the server; ``*`` where a token guards it."""
        names = [name.strip() for name in self.allowed_hosts.split(",") if name.strip()]
        public = urlsplit(self.public_url).hostname
        names += [public] if public else []
        local = ["localhost", "127.0.0.1", "[::1]"]
        if self.is_local or names:
            return [*local, *names]
        return ["*"]


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0"), is_loopback("localhost")
    (True, False, True)
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=1)
def read_options() -> Options:
    """Read the environment, once per process.

    Raises:
        UsageError: a variable has a value that cannot be used.
    """
    try:
        return Options()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        variable = name if name.isupper() else f"{_PREFIX}{name.upper()}"
        raise UsageError(f"{variable} is {first['input']!r}: {first['msg']}") from error
