"""The application for gunicorn: ``gunicorn -k gevent knowledge_exchange.wsgi:app``.

gevent comes before everything else: what is imported unpatched (psycopg above
all) stops every member for as long as one of its calls takes.
"""

from gevent import monkey

monkey.patch_all()

import gevent  # noqa: E402

from knowledge_exchange import create_app  # noqa: E402
from knowledge_exchange.realtime import revocation  # noqa: E402
from knowledge_exchange.realtime.ground import require_ground  # noqa: E402
from knowledge_exchange.realtime.workers import close_sockets_on_stop  # noqa: E402

require_ground()
app = create_app()
close_sockets_on_stop(app)
# Jobs run in `knowledge-exchange worker`; only the look at its own sockets is each worker's.
gevent.spawn(revocation.watch_over(app))
