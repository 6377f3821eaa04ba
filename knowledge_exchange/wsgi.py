"""The application for gunicorn: ``gunicorn -k gevent knowledge_exchange.wsgi:app``.

gevent comes before everything else: what is imported unpatched (psycopg above
all) stops every member for as long as one of its calls takes. Give gunicorn
``--worker-connections 10000``; the jobs run in ``knowledge-exchange worker``.
"""

from gevent import monkey

monkey.patch_all()

from knowledge_exchange import create_app  # noqa: E402
from knowledge_exchange.cli.serving import require_usable  # noqa: E402
from knowledge_exchange.core import logs  # noqa: E402
from knowledge_exchange.realtime import revocation  # noqa: E402
from knowledge_exchange.realtime.workers import prepare_worker  # noqa: E402

app = create_app()
logs.configure(app.config["KE_LOG_LEVEL"])
with app.app_context():
    require_usable()
prepare_worker(app, background=[revocation.watch_over(app)])
