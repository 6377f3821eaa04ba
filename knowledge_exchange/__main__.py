"""``knowledge-exchange`` and ``python -m knowledge_exchange``.

gevent is patched in before anything else is imported, and only where it is wanted: the commands that
serve. The others run as plain programs.
"""

from __future__ import annotations

import sys

_PATCHED = frozenset({"serve", "worker"})


def main() -> None:
    """Run the operator's command."""
    if _PATCHED.intersection(sys.argv[1:2]):
        from gevent import monkey

        monkey.patch_all()
    from knowledge_exchange.cli.main import cli

    cli(prog_name="knowledge-exchange")


if __name__ == "__main__":
    main()
