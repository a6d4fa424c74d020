"""The gateway's settings: one frozen dataclass, read from the environment by the edges only.

Every option is one row: the variable, its default, how its text is read, and what it is for.
"""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from gateway.backups import checked_place
from gateway.sealing import MasterKey, parse_keys

T = TypeVar("T")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ConfigError(ValueError):
    """A variable whose value is not allowed; the message names the variable, the value and what is allowed."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; port 0 takes a free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004
        raise ValueError("an address and a port, like 127.0.0.1:8080 or [::1]:8080")
    if host != "localhost":
        try:
            ipaddress.ip_address(host)
        except ValueError:
            raise ValueError("an address and a port, like 127.0.0.1:8080 or 0.0.0.0:8080") from None
    return Address(host, int(port))


def _url(text: str) -> str | None:
    if not text:
        return None
    parts = urlsplit(text)
    beyond = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if parts.scheme not in {"http", "https"} or not parts.hostname or beyond or len(text) > 100:  # noqa: PLR2004
        raise ValueError("an address without a path, like https://sync.example.com, at most 100 characters")
    return text.rstrip("/")


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("addresses or networks with commas between, like 127.0.0.1,10.0.0.0/8") from None


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return read


def _choice(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return text.lower()

    return read


def _yes_no(text: str) -> bool:
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[
        _choice("true", "false", "yes", "no", "1", "0")(text)
    ]


def _workers(text: str) -> int:
    if text != "1":
        raise ValueError("1: the embedded database has one writer, more processes would only wait for it")
    return 1


def _folder(text: str) -> Path:
    if not text or "\0" in text:
        raise ValueError("the path of a folder")
    return Path(text)


def _path(text: str) -> Path | None:
    return _folder(text) if text else None


def _keys(text: str) -> tuple[MasterKey, ...]:
    return parse_keys(text) if text else ()


def _kept(text: str) -> tuple[tuple[str, int, int], ...]:
    rows = []
    for part in filter(None, map(str.strip, text.split(","))):
        folder, _, numbers = part.partition("=")
        versions, _, days = numbers.partition("/")
        folder = folder.rstrip("/")
        right = folder.startswith("/") and not {"", ".", ".."} & set(folder.split("/")[1:])
        if not right or not versions.isdecimal() or not days.isdecimal() or not int(versions):
            raise ValueError("folders with versions (1 or more) and days, like /photos=3/7,/config=50/365")
        rows.append((folder, int(versions), int(days)))
    if len({folder for folder, _, _ in rows}) < len(rows):
        raise ValueError("each folder once, like /photos=3/7,/config=50/365")
    return tuple(rows)


def _option(name: str, default: str, read: Callable[[str], T], text: str, *, secret: bool = False) -> T:
    """Declare one row; the value of the field is what ``read`` makes of the variable or of ``default``.

    The value of a ``secret`` one is shown nowhere.
    """
    row = {"name": name, "default": default, "read": read, "text": text, "secret": secret}
    return field(metadata=row, repr=not secret)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Config:
    """What is in force. Fields and variables go together, ``listen_addr`` and ``SYNC_LISTEN_ADDR``."""

    listen_addr: Address = _option(
        "SYNC_LISTEN_ADDR", "127.0.0.1:8080", _address,
        "Address and port; 0.0.0.0:8080 lets other machines in, port 0 takes a free one",
    )  # fmt: skip
    data_dir: Path = _option("SYNC_DATA_DIR", "./data", _folder, "Folder for the database and large files")
    base_url: str | None = _option(
        "SYNC_BASE_URL", "", _url, "Address under which devices and people reach the gateway; empty: as listened on"
    )
    log_format: str = _option(
        "SYNC_LOG_FORMAT", "auto", _choice("auto", "text", "json"), "Log lines; auto: text on a terminal, else json"
    )
    log_level: str = _option(
        "SYNC_LOG_LEVEL", "info", _choice("debug", "info", "warning", "error"), "Least important lines to log"
    )
    log_keep: int = _option(
        "SYNC_LOG_KEEP",
        "20",
        _number(0, 100_000),
        "MB of log lines kept in the data folder for wristgate logs; 0: none",
    )
    allow_signup: bool = _option("SYNC_ALLOW_SIGNUP", "false", _yes_no, "Let strangers make accounts")
    shutdown_timeout: int = _option(
        "SYNC_SHUTDOWN_TIMEOUT", "10", _number(1, 300), "Seconds from SIGTERM until everything has ended"
    )
    workers: int = _option("SYNC_WORKERS", "1", _workers, "Web processes; 1 with the embedded database")
    threads: int = _option("SYNC_THREADS", "4", _number(1, 64), "Threads for checking and reading files")
    device_max_file: int = _option(
        "SYNC_DEVICE_MAX_FILE", "102400", _number(1024, 110_000), "Longest file to and from a watch, bytes"
    )
    trusted_proxies: tuple[Network, ...] = _option(
        "SYNC_TRUSTED_PROXIES", "", _networks, "Addresses whose X-Forwarded-For is believed, commas between"
    )
    rate_auth: int = _option(
        "SYNC_RATE_AUTH", "10", _number(0, 1_000_000), "Sign-ins, pairing starts, wrong codes a minute; 0: no limit"
    )
    rate_poll: int = _option(
        "SYNC_RATE_POLL", "300", _number(0, 1_000_000), "Pairing polls a minute and address; 0: no limit"
    )
    rate_device: int = _option(
        "SYNC_RATE_DEVICE", "300", _number(0, 1_000_000), "Requests a minute and device; 0: no limit"
    )
    rate_key: int = _option(
        "SYNC_RATE_KEY", "3000", _number(0, 1_000_000), "Requests a minute and key or user; 0: no limit"
    )
    max_file: int = _option(
        "SYNC_MAX_FILE", "1073741824", _number(1024, 1 << 40), "Longest file from a phone or computer, bytes"
    )
    quota: int = _option(
        "SYNC_QUOTA",
        "0",
        _number(0, 1 << 50),
        "Bytes that a user may keep, earlier versions and trash included; 0: no limit",
    )
    keep_versions: int = _option(
        "SYNC_KEEP_VERSIONS", "10", _number(1, 10_000), "Versions of a file that are kept, however old"
    )
    keep_days: int = _option(
        "SYNC_KEEP_DAYS", "30", _number(0, 36_500), "Days for which every version is kept, however many"
    )
    keep_folders: tuple[tuple[str, int, int], ...] = _option(
        "SYNC_KEEP_FOLDERS", "", _kept, "Other versions and days for folders, like /photos=3/7,/config=50/365"
    )
    trash_days: int = _option("SYNC_TRASH_DAYS", "30", _number(0, 36_500), "Days for which deleted files can come back")
    body_timeout: int = _option("SYNC_BODY_TIMEOUT", "30", _number(1, 3600), "Seconds for a request's body")
    head_timeout: int = _option("SYNC_HEAD_TIMEOUT", "10", _number(1, 3600), "Seconds for a request's head")
    live_heartbeat: int = _option(
        "SYNC_LIVE_HEARTBEAT", "30", _number(1, 600), "Seconds between two signs of life to who follows changes live"
    )
    max_connections: int = _option(
        "SYNC_MAX_CONNECTIONS", "2000", _number(10, 100_000), "Open connections; the idlest give way to new ones"
    )
    metrics_token: str = _option(
        "SYNC_METRICS_TOKEN", "", str, "Secret that opens /metrics to other machines; empty: this machine alone",
        secret=True,
    )  # fmt: skip
    drop_dir: Path | None = _option(
        "SYNC_DROP_DIR", "", _path, "Folder whose files are taken in, for Syncthing, Nextcloud and scripts; empty: none"
    )
    backup_to: str = _option(
        "SYNC_BACKUP_TO",
        "",
        checked_place,
        "Where the agent backs up daily: a folder, or s3://bucket/prefix; empty: nowhere",
    )
    backup_days: int = _option("SYNC_BACKUP_DAYS", "30", _number(1, 36_500), "Days for which backups are kept")
    backup_passphrase: str = _option(
        "SYNC_BACKUP_PASSPHRASE", "", str, "Locks up the keys that go into a backup; empty: none go", secret=True
    )
    master_key_file: Path | None = _option(
        "SYNC_MASTER_KEY_FILE", "", _path, "File of the keys with which files are sealed; empty: master.key in the data"
    )
    master_key: tuple[MasterKey, ...] = _option(
        "SYNC_MASTER_KEY", "", _keys,
        "The keys themselves, in hexadecimal or base64, the first one seals; empty: those of the file", secret=True,
    )  # fmt: skip
    ready_file: Path | None = _option(
        "SYNC_READY_FILE", "", _path, "File that is written with the gateway's address once it answers, for scripts"
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Config":
        """Read the settings; raises ``ConfigError`` for the first value that is not allowed."""
        config = cls(**{item.name: _read(item.metadata, environ) for item in fields(cls)})
        if config.master_key and config.master_key_file:
            raise ConfigError("SYNC_MASTER_KEY and SYNC_MASTER_KEY_FILE are both set: leave one of them out")
        if config.drop_dir is not None and _overlap(config.drop_dir, config.data_dir):
            raise ConfigError(
                f"SYNC_DROP_DIR is {str(config.drop_dir)!r}: it takes a folder of its own, neither inside of "
                f"SYNC_DATA_DIR ({config.data_dir}) nor around it"
            )
        if config.backup_to and "://" not in config.backup_to and _overlap(Path(config.backup_to), config.data_dir):
            raise ConfigError(
                f"SYNC_BACKUP_TO is {config.backup_to!r}: it takes a folder of its own, on another disk if it can be, "
                f"neither inside of SYNC_DATA_DIR ({config.data_dir}) nor around it"
            )
        return config

    def public_url(self, bound: Address | None = None) -> str:
        """Give the address under which people reach the gateway."""
        return self.base_url or f"http://{bound or self.listen_addr}"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of what is in force. ``source`` is ``environment`` or ``default``."""

    name: str
    value: str
    source: str
    text: str


def settings(environ: Mapping[str, str]) -> list[Setting]:
    """List every option with its value and where that comes from; raises ``ConfigError`` like ``from_env``."""
    Config.from_env(environ)
    rows = []
    for item in fields(Config):
        name, default = item.metadata["name"], item.metadata["default"]
        value = environ.get(name, default)
        shown = "(hidden)" if value and item.metadata["secret"] else value
        source = "environment" if name in environ else "default"
        rows.append(Setting(name, shown, source, item.metadata["text"]))
    return rows


def unknown(environ: Mapping[str, str]) -> list[str]:
    """List variables that look like ours and are not: mostly misspelt."""
    names = {item.metadata["name"] for item in fields(Config)}
    return sorted(name for name in environ if name.startswith("SYNC_") and name not in names)


def _overlap(one: Path, other: Path) -> bool:
    """Say whether two folders are one, or one lies in the other."""
    one, other = one.resolve(), other.resolve()
    return one == other or one in other.parents or other in one.parents


def _read(row: Mapping[str, Any], environ: Mapping[str, str]) -> Any:
    text = environ.get(row["name"], row["default"]).strip()
    try:
        return row["read"](text)
    except ValueError as error:
        if row["secret"]:
            raise ConfigError(f"{row['name']} is wrong: {error}") from None
        raise ConfigError(f"{row['name']} is {text!r}: it takes {error}") from None
