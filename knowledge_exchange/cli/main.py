"""All commands of the operator. Each is loaded when it is called: a short one starts quickly."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

#: Command: (module, name in it, first line of its help).
COMMANDS = {
    "serve": ("serving", "serve", "Serve the exchange until told to stop."),
    "worker": ("serving", "worker", "Run the jobs, where several processes serve."),
    "migrate": ("database", "migrate", "Bring the database up to date."),
    "demo": ("demo", "demo", "Load the demo community into an empty exchange."),
    "member": ("member", "group", "Create, show, promote, suspend members; reset passwords."),
    "network": ("network", "group", "Make networks and their moderators."),
    "record": ("record", "group", "Show acts aimed at pseudonyms."),
    "mail": ("mail", "group", "Note addresses to which mail comes back, or no longer does."),
    "roll": ("roll_source", "group", "Import a union’s roll, or have it pulled."),
    "invitations": ("invitations", "group", "Invite people on a roll who have no account."),
    "organisations": ("organisations", "group", "Import employers by their ODS codes."),
    "import": ("imports", "group", "Import another forum's threads."),
    "routes": ("inspection", "routes", "List every address and who may use it."),
    "check": ("inspection", "check", "Check settings, database and integrity."),
    "keys": ("keys", "group", "Make the key file, or replace its keys."),
    "backup": ("backup", "backup", "Write everything into one file."),
    "restore": ("backup", "restore", "Read a backup into an empty database."),
    "search": ("search", "group", "Make the index of the search anew."),
    "bench": ("bench", "group", "Fill a database for measurements; never in production."),
}


class Commands(click.Group):
    """The commands above, imported on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command, or None."""
        if cmd_name not in COMMANDS:
            return None
        module, name, _help = COMMANDS[cmd_name]
        command: Any = getattr(import_module(f"knowledge_exchange.cli.{module}"), name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_module, _name, line) in COMMANDS.items()])


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="knowledge-exchange")
def cli() -> None:
    """Run a Knowledge Exchange. Settings: KE_… in the environment, .env or knowledge-exchange.toml."""
