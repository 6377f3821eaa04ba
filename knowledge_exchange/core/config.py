"""Settings: where they come from, what they mean, and what is wrong with them.

Read in this order, the first that has a name wins: what ``create_app`` is given, the environment,
``.env``, ``knowledge-exchange.toml``. All names begin with ``KE_``.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from knowledge_exchange.core import union_settings
from knowledge_exchange.core.settings import DEFAULT_MIN_ANSWER_MS, SETTINGS, Setting, is_in_the_open

MIN_SECRET_CHARS = 32
DEFAULT_PORT = 5000
#: One form at most: 32,000 characters of text, all of them escaped, and some room.
MAX_BODY_BYTES = 1024 * 1024


class BadSetting(ValueError):
    """A setting that cannot be understood; the message says what to do."""


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
    if is_in_the_open(config["KE_SMTP_URL"]):
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
