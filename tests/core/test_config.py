"""Settings: read from their places, refused with a sentence that helps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from knowledge_exchange import create_app
from knowledge_exchange.core.config import BadSetting, load, problems

GOOD = {
    "KE_ENV": "production",
    "KE_SECRET_KEY": "0123456789abcdef" * 4,
    "KE_BASE_URL": "https://exchange.example.org",
}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PORT", raising=False)


def test_a_sound_production_has_no_problems() -> None:
    assert problems(load(GOOD)) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("KE_SECRET_KEY", "", "KE_SECRET_KEY is missing"),
        ("KE_SECRET_KEY", "short", "KE_SECRET_KEY is missing or shorter"),
        ("KE_SECRET_KEY", "a" * 64, "too regular"),
        ("KE_DEMO", "1", "KE_DEMO is on"),
        ("KE_BASE_URL", "http://exchange.example.org", "not https"),
        ("KE_RATE_LIMITS", "off", "KE_RATE_LIMITS is off"),
        ("KE_SMTP_URL", "smtp://user:password@mail.example.org", "KE_SMTP_URL is smtp:// to another machine"),
        ("KE_MIN_ANSWER_MS", "0", "KE_MIN_ANSWER_MS is below"),
    ],
)
def test_a_production_start_refuses_what_is_weak_and_says_what_to_do(name: str, value: str, said: str) -> None:
    given: dict[str, Any] = {**GOOD, name: value}
    assert [problem for problem in problems(load(given)) if said in problem]
    with pytest.raises(SystemExit, match=said):
        create_app(given)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KE_ENV", "staging"),
        ("KE_BASE_URL", "exchange.example.org"),
        ("KE_BASE_URL", "https://exchange.example.org/forum"),
        ("KE_DATABASE_URL", "mysql://x"),
        ("KE_REDIS_URL", "localhost"),
        ("KE_SMTP_URL", "mail.example.org"),
        ("KE_SMTP_URL", "lmtp://mail.example.org"),
        ("KE_SMTP_URL", "smtp+starttls://"),
        ("KE_SMTP_URL", "smtps://user:half/of:it@mail.example.org"),
        ("KE_TRUSTED_PROXIES", "many"),
        ("KE_TRUSTED_PROXIES", "-1"),
        ("KE_DEMO", "perhaps"),
        ("KE_MIN_ANSWER_MS", "soon"),
    ],
)
def test_a_setting_that_cannot_be_understood_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        load({name: value})


@pytest.mark.parametrize(
    "url",
    [
        "smtps://user:password@mail.example.org",
        "smtp+starttls://mail.example.org:587",
        "smtp://127.0.0.1:25",
        "smtp://[::1]",
        "smtp://localhost",
    ],
)
def test_mail_in_production_goes_by_tls_or_to_this_machine(url: str) -> None:
    assert problems(load({**GOOD, "KE_SMTP_URL": url})) == []


def test_a_mail_server_that_cannot_be_understood_is_not_repeated_with_its_password() -> None:
    with pytest.raises(BadSetting) as caught:
        load({"KE_SMTP_URL": "smtp://user:secret/word@mail.example.org"})
    assert "secret" not in str(caught.value)


def test_the_environment_beats_the_files_and_the_files_beat_the_defaults(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "knowledge-exchange.toml").write_text('mail_from = "toml@example.org"\nKE_TRUSTED_PROXIES = 2\n')
    (tmp_path / ".env").write_text("KE_MAIL_FROM=env-file@example.org\n")
    assert load()["KE_MAIL_FROM"] == "env-file@example.org"
    assert load()["KE_TRUSTED_PROXIES"] == 2
    monkeypatch.setenv("KE_MAIL_FROM", "environment@example.org")
    assert load()["KE_MAIL_FROM"] == "environment@example.org"
    assert load({"KE_MAIL_FROM": "given@example.org"})["KE_MAIL_FROM"] == "given@example.org"


def test_a_damaged_settings_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / "knowledge-exchange.toml").write_text("this is = = not toml")
    with pytest.raises(BadSetting, match=r"knowledge-exchange\.toml can't be read"):
        load()


def test_everything_has_a_place_by_default(tmp_path: Path) -> None:
    found = load({})
    assert found["KE_DATA_DIR"] == tmp_path / "var"
    assert found["KE_DATABASE_URL"] == f"sqlite:///{tmp_path / 'var' / 'exchange.sqlite3'}"
    assert found["KE_BASE_URL"] == "http://127.0.0.1:5000"
