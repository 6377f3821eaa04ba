"""Write a migration from what the models say: ``.venv/bin/python tools/new_migration.py "what changes"``.

The newest migration must have been run on the database in use. Read what it wrote before committing.
"""

from __future__ import annotations

import sys

from flask_migrate import migrate

from knowledge_exchange import create_app
from knowledge_exchange.cli.database import prepare_alembic
from knowledge_exchange.core.revisions import newest_revision


def main(words: list[str]) -> None:
    """Number it after the newest."""
    app = create_app()
    with app.app_context():
        prepare_alembic(app)
        migrate(message=" ".join(words), rev_id=f"{int(newest_revision()) + 1:04}")


if __name__ == "__main__":
    main(sys.argv[1:])
