"""What members are told, and how loudly they wish to be told it."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring the room into the app, and answer what the live stream asks of it."""
    from knowledge_exchange.auth.sessions import require_me
    from knowledge_exchange.core import hooks
    from knowledge_exchange.notifications import letters, mailing, pages, payloads, queries, why_routes  # noqa: F401
    from knowledge_exchange.notifications.routes import blueprint
    from knowledge_exchange.notifications.settings_routes import blueprint as settings
    from knowledge_exchange.notifications.unsubscribe_routes import blueprint as unsubscribe

    hooks.provide(app, "unread_counts", queries.unread_counts)
    hooks.provide(app, "unread_with", queries.unread_with)
    hooks.provide(app, "unread_of", queries.unread_of)
    hooks.provide(app, "notification_payloads", payloads.notification_payloads)
    hooks.provide(app, "notices_between", queries.notices_between)
    hooks.provide(app, "sealed_notices", queries.sealed_notices)
    hooks.provide(app, "write_mail", letters.write_mail)
    hooks.provide(app, "mail_settled", mailing.settled)
    # For pages of rooms below, which know no notifications; the others pass `unread` themselves.
    app.jinja_env.globals["my_unread"] = lambda: queries.unread_count(require_me().id)
    pages.init_app(app)
    app.register_blueprint(blueprint)
    app.register_blueprint(settings)
    app.register_blueprint(unsubscribe)
