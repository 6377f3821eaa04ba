"""The files of ``deploy/`` agree with the program, and the tools that read them accept them."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from knowledge_exchange.core import config, settings
from knowledge_exchange.realtime import limits
from knowledge_exchange.threads.files import attachment_routes
from knowledge_exchange.verification.uploads import files as reading_files
from tests.deploy.support import files
from tests.deploy.support.certificate import write_certificate
from tests.deploy.support.site import NGINX

SECRET = "6f1d0c7a92b34e85aa01fd3c5e7b9842"
#: What a unit must not do without.
HARDENING = (
    "CapabilityBoundingSet=",
    "MemoryDenyWriteExecute=true",
    "NoNewPrivileges=true",
    "PrivateTmp=true",
    "ProtectHome=true",
    "ProtectSystem=strict",
    "StateDirectoryMode=0700",
    "SystemCallFilter=@system-service",
    "UMask=0077",
    "User=knowledge-exchange",
)
#: What would tell who reads what, or from where.
TELLING = (
    "remote_addr",
    "remote_user",
    "binary_remote",
    "request_uri",
    "$request ",
    "$uri",
    "$args",
    "http_referer",
    "http_user_agent",
    "http_cookie",
    "forwarded_for",
    # To the second or the byte: beside the time of a post, or the size of somebody's page.
    "$time_",
    "$msec",
    "$body_bytes_sent",
    "$bytes_sent",
)


def example() -> dict[str, str]:
    return files.settings_of(files.ENVIRONMENT.read_text("utf-8"))


def parsed(given: dict[str, str], monkeypatch: pytest.MonkeyPatch, folder: Path) -> dict[str, object]:
    """The settings as the program reads them, from nowhere else."""
    monkeypatch.chdir(folder)
    return config.load(given)


def test_every_setting_of_the_example_exists_and_is_understood(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert set(example()) <= {setting.name for setting in settings.SETTINGS}
    assert parsed(example(), monkeypatch, tmp_path)["KE_TRUSTED_PROXIES"] == 1


def test_the_example_lacks_the_secret_alone_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (wrong,) = config.problems(parsed(example(), monkeypatch, tmp_path))
    assert wrong.startswith("KE_SECRET_KEY")
    assert config.problems(parsed({**example(), "KE_SECRET_KEY": SECRET}, monkeypatch, tmp_path)) == []


@pytest.mark.parametrize("unit", [files.PAGES, files.JOBS], ids=lambda unit: unit.stem)
def test_a_unit_is_hardened_and_reads_the_settings_where_the_example_goes(unit: Path) -> None:
    text = unit.read_text("utf-8")
    lines = text.splitlines()
    assert [line for line in HARDENING if line not in lines] == []
    assert files.unit_values(text, "WorkingDirectory") == [example()["KE_DATA_DIR"]]


def test_both_units_are_hardened_alike() -> None:
    pages, jobs = (unit.read_text("utf-8").partition("CapabilityBoundingSet")[2] for unit in (files.PAGES, files.JOBS))
    assert pages == jobs


def test_gunicorn_is_told_what_live_sockets_need() -> None:
    words = files.command(files.PAGES, "ExecStart", {})
    given = dict(itertools.pairwise(words))
    assert given["-k"] == "gevent"
    assert int(given["-w"]) > 1
    assert int(given["--worker-connections"]) == limits.CONNECTIONS
    assert given["--limit-request-line"] == "0"  # nginx has one
    assert int(given["--graceful-timeout"]) < limits.STOP_SECONDS
    (stop_s,) = files.unit_values(files.PAGES.read_text("utf-8"), "TimeoutStopSec")
    assert int(stop_s) > limits.STOP_SECONDS
    assert f"server {given['--bind']};" in files.NGINX.read_text("utf-8")


def test_nginx_has_the_limits_of_the_exchange() -> None:
    text = files.NGINX.read_text("utf-8")
    mebibytes = {int(size) * limits.MIB for size in re.findall(r"client_(?:max_body|body_buffer)_size (\d+)m;", text)}
    assert mebibytes == {config.MAX_BODY_BYTES, reading_files.MAX_UPLOAD_BYTES, attachment_routes.MAX_FORM_BYTES}
    (line_kib,) = re.findall(r"large_client_header_buffers 4 (\d+)k;", text)
    assert int(line_kib) * limits.KIB == limits.REQUEST_LINE_BYTES
    (read_s,) = re.findall(r"proxy_read_timeout (\d+)s;", text)
    assert int(read_s) > limits.SOCKET_PING_SECONDS + limits.SOCKET_PONG_SECONDS


def test_nginx_logs_nothing_that_tells_who_reads_what() -> None:
    text = files.NGINX.read_text("utf-8")
    (form,) = re.findall(r"log_format knowledge_exchange (.*?);", text, re.DOTALL)
    assert [word for word in TELLING if word in form] == []
    assert {line.split()[-1] for line in re.findall(r"access_log (.*);", text)} == {"knowledge_exchange"}
    assert {line.split()[-1] for line in re.findall(r"error_log (.*);", text)} == {"emerg"}


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_nginx_finds_nothing_wrong_with_its_file(tmp_path: Path) -> None:
    write_certificate(tmp_path)
    (tmp_path / "site.conf").write_text(files.nginx_site(tmp_path, tmp_path, 8443, 8080), "utf-8")
    wrapper = tmp_path / "nginx.conf"
    wrapper.write_text(files.nginx_wrapper(tmp_path, as_root=os.geteuid() == 0), "utf-8")
    assert NGINX is not None
    words = [NGINX, "-t", "-e", str(tmp_path / "main.log"), "-c", str(wrapper)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "[emerg]" not in done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    places = files.places(tmp_path, tmp_path, 2)
    units = [tmp_path / unit.name for unit in (files.PAGES, files.JOBS)]
    for unit, goal in zip((files.PAGES, files.JOBS), units, strict=True):
        goal.write_text(files.moved(unit.read_text("utf-8"), places), "utf-8")
    words = ["systemd-analyze", "verify", "--man=no", *map(str, units)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "knowledge-exchange" not in done.stderr
