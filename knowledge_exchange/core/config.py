"""Settings: where they come from, what they mean, and what is wrong with them.

Read in this order, the first that has a name wins: what ``create_app`` is given, the environment,
``.env``, ``knowledge-exchange.toml``. All names begin with ``KE_``.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from knowledge_exchange.core import union_settings
from knowledge_exchange.core.keeping_settings import KEEPING

MIN_SECRET_CHARS = 32
DEFAULT_PORT = 5000
#: Answers that must not tell whether somebody exists take at least this long, hashing included.
DEFAULT_MIN_ANSWER_MS = 300
DEFAULT_ROLL_BRAKE_PERCENT = 5
DEFAULT_LAPSE_GRACE_DAYS = 14
DEFAULT_CLAIM_REMIND_DAYS = 2
DEFAULT_SESSION_IDLE_DAYS = 30
DEFAULT_SESSION_DAYS = 90
DEFAULT_OFFICE_IDLE_HOURS = 12
#: One form at most: 32,000 characters of text, all of them escaped, and some room.
MAX_BODY_BYTES = 1024 * 1024
#: STARTTLS if it is offered; STARTTLS or nothing; TLS from the beginning.
SMTP_SCHEMES = ("smtp", "smtp+starttls", "smtps")


class BadSetting(ValueError):
    """A setting that cannot be understood; the message says what to do."""


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


def _is_in_the_open(smtp_url: str) -> bool:
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


def load(given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All settings, parsed. Raises :class:`BadSetting` naming the setting and what it takes."""
    given = dict(given or {})
    texts = {**_toml_texts(), **_dotenv_texts(), **os.environ}
    found: dict[str, Any] = {}
    for setting in SETTINGS:
        if setting.name in given:
            found[setting.name] = _parsed(setting, given.pop(setting.name))
        elif texts.get(setting.name, "") != "":
            found[setting.name] = _parsed(setting, texts[setting.name])
        else:
            found[setting.name] = setting.default
    _fill_in(found)
    return {**found, **given}


def _parsed(setting: Setting, value: object) -> Any:
    if not isinstance(value, str):
        return value
    if value == "" and setting.default is not None:
        return setting.default
    try:
        return setting.parse(value)
    except ValueError as error:
        raise BadSetting(f"{setting.name} can't be used: {error} ({setting.help}).") from error


def _fill_in(found: dict[str, Any]) -> None:
    """The defaults that hang on other settings."""
    folder = Path(found["KE_DATA_DIR"]).absolute()
    found["KE_DATA_DIR"] = folder
    found["KE_DATABASE_URL"] = found["KE_DATABASE_URL"] or f"sqlite:///{folder / 'exchange.sqlite3'}"
    found["KE_KEY_FILE"] = Path(found["KE_KEY_FILE"] or folder / "keys.json")
    port = os.environ.get("PORT", str(DEFAULT_PORT))
    found["KE_BASE_URL"] = found["KE_BASE_URL"] or f"http://127.0.0.1:{port}"


def _dotenv_texts() -> dict[str, str]:
    from dotenv import dotenv_values

    return {name: value for name, value in dotenv_values(".env").items() if value is not None}


def _toml_texts() -> dict[str, str]:
    """Names may stand there with or without the prefix, in small letters: ``data_dir = "…"``."""
    path = Path("knowledge-exchange.toml")
    if not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(f"knowledge-exchange.toml can't be read: {error}.") from error
    return {_full_name(name): _toml_text(value) for name, value in table.items()}


def _full_name(name: str) -> str:
    upper = name.upper()
    return upper if upper.startswith("KE_") else f"KE_{upper}"


def _toml_text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def problems(config: Mapping[str, Any]) -> list[str]:
    """What is missing or weak, each as a sentence that says what to do. Empty: all is well."""
    if config["KE_ENV"] != "production":
        return []
    wrong = []
    if len(config["KE_SECRET_KEY"]) < MIN_SECRET_CHARS:
        wrong.append(
            f"KE_SECRET_KEY is missing or shorter than {MIN_SECRET_CHARS} characters: "
            "set it to the output of `openssl rand -hex 32`."
        )
    elif len(set(config["KE_SECRET_KEY"])) < MIN_SECRET_CHARS // 4:
        wrong.append("KE_SECRET_KEY is too regular: set it to the output of `openssl rand -hex 32`.")
    if config["KE_DEMO"]:
        wrong.append("KE_DEMO is on: its passwords are public. Unset it.")
    if not config["KE_BASE_URL"].startswith("https://"):
        wrong.append("KE_BASE_URL is not https: set it to the https:// address that members use.")
    if _is_in_the_open(config["KE_SMTP_URL"]):
        wrong.append(
            "KE_SMTP_URL is smtp:// to another machine: mail holds one-time links and says who is a member. "
            "Write smtp+starttls:// or smtps:// instead."
        )
    if not config["KE_RATE_LIMITS"]:
        wrong.append("KE_RATE_LIMITS is off: that is for load tests only. Unset it.")
    if config["KE_MIN_ANSWER_MS"] < DEFAULT_MIN_ANSWER_MS:
        wrong.append(f"KE_MIN_ANSWER_MS is below {DEFAULT_MIN_ANSWER_MS}: raise or unset it.")
    return wrong + union_settings.problems(config)


def flask_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """What the libraries want to be told, derived from our settings."""
    plain_http = bool(config["KE_DEMO"])
    return {
        "SQLALCHEMY_DATABASE_URI": config["KE_DATABASE_URL"],
        "MAX_CONTENT_LENGTH": MAX_BODY_BYTES,
        "MAX_FORM_MEMORY_SIZE": MAX_BODY_BYTES,
        "SESSION_COOKIE_NAME": "ke_session" if plain_http else "__Host-ke_session",
        "SESSION_COOKIE_SECURE": not plain_http,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "SESSION_REFRESH_EACH_REQUEST": False,
        # The token's life is that of the session that it is signed for.
        "WTF_CSRF_TIME_LIMIT": None,
        # Origin is checked by auth/csrf.py, for plain http too.
        "WTF_CSRF_SSL_STRICT": False,
        "WTF_CSRF_CHECK_DEFAULT": False,
        "BABEL_DEFAULT_LOCALE": "en_GB",
        "BABEL_DEFAULT_TIMEZONE": "Europe/London",
    }
