"""Whose pages may open a live socket, and whose word about the client counts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

_DEFAULT_PORTS = {"http": 80, "https": 443}


def allowed_origins(app: Flask, port: int) -> list[str]:
    """The origin of KE_BASE_URL; in a demo also this machine's own names at ``port``.

    A browser sends no cross-site cookie guard with a WebSocket, so the Origin is
    what keeps another site's page from opening one in a member's name.
    """
    allowed = []
    base = origin_of(str(app.config.get("KE_BASE_URL") or ""))
    if base:
        allowed.append(base)
    if app.config.get("KE_DEMO"):
        allowed += [f"http://{host}:{port}" for host in ("localhost", "127.0.0.1")]
    return allowed


def origin_of(url: str) -> str | None:
    """``scheme://host[:port]`` as a browser writes it, or None if ``url`` is no such thing."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if port is None or port == _DEFAULT_PORTS[parts.scheme]:
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{port}"


def may_connect(app: Flask, environ: dict[str, Any]) -> bool:
    """Whether a socket's request comes from one of the exchange's own pages."""
    origin = environ.get("HTTP_ORIGIN")
    port = str(environ.get("SERVER_PORT", ""))
    return bool(origin) and origin in allowed_origins(app, int(port) if port.isdigit() else 0)


def behind_proxies(app: Flask, count: int) -> None:
    """Believe what the last ``count`` proxies say about address, scheme and host.

    With 0 nothing is believed: whoever reaches the server directly could
    otherwise choose the address that rate limits and the audit see.
    """
    if count > 0:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_port=count
        )
