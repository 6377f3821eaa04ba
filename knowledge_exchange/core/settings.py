"""Every setting: its name, its default, what it may be, and what it is for. ``core/config.py`` reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from knowledge_exchange.core import union_settings
from knowledge_exchange.core.keeping_settings import KEEPING

#: Answers that must not tell whether somebody exists take at least this long, hashing included.
DEFAULT_MIN_ANSWER_MS = 300
DEFAULT_ROLL_BRAKE_PERCENT = 5
DEFAULT_LAPSE_GRACE_DAYS = 14
DEFAULT_CLAIM_REMIND_DAYS = 2
DEFAULT_SESSION_IDLE_DAYS = 30
DEFAULT_SESSION_DAYS = 90
DEFAULT_OFFICE_IDLE_HOURS = 12
#: STARTTLS if it is offered; STARTTLS or nothing; TLS from the beginning.
SMTP_SCHEMES = ("smtp", "smtp+starttls", "smtps")


@dataclass(frozen=True)
class Setting:
    """One name, its default, how text becomes its value, and what it is for."""

    name: str
    default: Any
    parse: Callable[[str], Any]
    help: str
    secret: bool = False


def _flag(text: str) -> bool:
    if text.lower() in {"1", "on", "true", "yes"}:
        return True
    if text.lower() in {"", "0", "off", "false", "no"}:
        return False
    raise ValueError("use 1 or 0")


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError("use a whole number of 0 or more")
    return int(text)


def _some(text: str) -> int:
    number = _number(text)
    if not number:
        raise ValueError("use a whole number of 1 or more")
    return number


def _environment(text: str) -> str:
    if text not in {"development", "production"}:
        raise ValueError("use development or production")
    return text


def _second_factor(text: str) -> str:
    if text not in {"required", "off"}:
        raise ValueError("use required or off")
    return text


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError("use something like https://exchange.example.org, without a path")
    return f"{parts.scheme}://{parts.netloc}"


def _smtp_url(text: str) -> str:
    if text and not _can_be_smtp(text):
        raise ValueError("use smtp+starttls://user:password@host:587, smtps://…:465 or smtp://127.0.0.1:25")
    return text


def _can_be_smtp(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in SMTP_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        # Its words would hold a piece of the password.
        return False


def is_loopback(host: str) -> bool:
    """Whether a name or an address stands for this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() in {"localhost", "localhost.localdomain", "ip6-localhost"}


def is_in_the_open(smtp_url: str) -> bool:
    """Whether mail may go to another machine without TLS, if somebody in between takes the offer of it away."""
    parts = urlsplit(smtp_url)
    return parts.scheme == "smtp" and not is_loopback(parts.hostname or "")


def _database_url(text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("use sqlite:///… or postgresql+psycopg://…")
    return text


def _redis_url(text: str) -> str:
    if text and not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("use redis://host:6379/0")
    return text


SETTINGS: tuple[Setting, ...] = (
    Setting("KE_ENV", "development", _environment, "development or production"),
    Setting("KE_DATA_DIR", Path("var"), Path, "folder of the database, keys and mail files"),
    Setting("KE_DATABASE_URL", "", _database_url, "default: SQLite in the data folder"),
    Setting("KE_REDIS_URL", "", _redis_url, "needed as soon as there is more than one process"),
    Setting("KE_SECRET_KEY", "", str, "signs cookies; 32 characters or more", secret=True),
    Setting("KE_KEY_FILE", "", str, "sealing and hashing keys; default: keys.json in the data folder"),
    Setting("KE_BASE_URL", "", _base_url, "the address that members type, such as https://…"),
    Setting("KE_SMTP_URL", "", _smtp_url, "default: messages as files under var/mail", secret=True),
    Setting("KE_MAIL_FROM", "noreply@localhost", str, "sender of all mail"),
    Setting("KE_TRUSTED_PROXIES", 0, _number, "how many proxies stand in front"),
    Setting("KE_DEMO", False, _flag, "demo community and demo sign-ins; never in production"),
    Setting("KE_RATE_LIMITS", True, _flag, "off only for load tests"),
    Setting(
        "KE_MIN_ANSWER_MS",
        DEFAULT_MIN_ANSWER_MS,
        _number,
        "time that sign-in, join, reset and claim take at least (ms)",
    ),
    Setting(
        "KE_ROLL_BRAKE_PERCENT",
        DEFAULT_ROLL_BRAKE_PERCENT,
        _number,
        "of active members, how many one roll may put out without being asked again",
    ),
    Setting(
        "KE_LAPSE_GRACE_DAYS",
        DEFAULT_LAPSE_GRACE_DAYS,
        _number,
        "how long a member stays in after the roll has them no more",
    ),
    Setting(
        "KE_CLAIM_REMIND_DAYS",
        DEFAULT_CLAIM_REMIND_DAYS,
        _number,
        "how long claims and appeals wait before their officers are reminded, each once a day",
    ),
    Setting("KE_SECOND_FACTOR", "required", _second_factor, "of officers, moderators, administrators: required or off"),
    Setting("KE_SESSION_IDLE_DAYS", DEFAULT_SESSION_IDLE_DAYS, _some, "a sign-in unused for so many days is over"),
    Setting("KE_SESSION_DAYS", DEFAULT_SESSION_DAYS, _some, "a sign-in is over after so many days, used or not"),
    Setting(
        "KE_OFFICE_IDLE_HOURS",
        DEFAULT_OFFICE_IDLE_HOURS,
        _some,
        "the same for officers and administrators, in hours without use",
    ),
    Setting("KE_PLACES_FILE", "", str, "a MaxMind file with towns for the list of sign-ins; default: countries"),
    Setting("KE_OIDC_ISSUER", "", union_settings.issuer, "the union's identity provider, as its tokens name it"),
    Setting("KE_OIDC_CLIENT_ID", "", str, "what the provider calls this exchange"),
    Setting("KE_OIDC_CLIENT_SECRET", "", str, "what it shows the provider", secret=True),
    Setting("KE_OIDC_NAME", "your union account", str, "for the button: “Sign in with …”"),
    Setting("KE_OIDC_SCOPE", "openid email profile", str, "what is asked of the provider"),
    Setting("KE_OIDC_NUMBER_CLAIM", "", str, "the claim that holds the membership number, where there is one"),
    Setting("KE_OIDC_SOURCE", "", str, "of which roll that number is"),
    *(Setting(name, days, _number, f"days: {what}") for name, days, what in KEEPING),
    Setting("KE_METRICS_TOKEN", "", str, "lets a monitor read /metrics from elsewhere", secret=True),
    Setting("KE_LOG_LEVEL", "INFO", str.upper, "DEBUG, INFO, WARNING or ERROR"),
)
