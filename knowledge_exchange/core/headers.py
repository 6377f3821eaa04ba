"""Security headers on every answer."""

from __future__ import annotations

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
ONE_YEAR_S = 365 * 24 * 3600

_ALWAYS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)


def init_app(app: Flask) -> None:
    """Set the headers after every request; files of the build may be kept, nothing else."""
    secure = app.config["KE_BASE_URL"].startswith("https://")

    @app.after_request
    def protect(response: Response) -> Response:
        headers = response.headers
        # Nobody else sets these: there is nothing to replace.
        headers.extend(_ALWAYS)
        if secure:
            headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR_S}"
        if request.endpoint != "static":
            headers["Cache-Control"] = "private, no-store"
        return response
