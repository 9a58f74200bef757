"""`python -m runtime <command>`: what `make` calls."""

import argparse
import os
import shutil
import sys
from pathlib import Path

from runtime import services, supervisor
from runtime.addresses import ROOT, VAR, database_url, redis_url, socket_directory
from runtime.processes import NotStarted


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m runtime")
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, action in COMMANDS.items():
        commands.add_parser(name, help=action.__doc__).set_defaults(action=action)
    return parser.parse_args().action() or 0


def start_services() -> None:
    """start PostgreSQL and Valkey and leave them running"""
    services.keep()
    print(f"DATABASE_URL={os.environ.get('DATABASE_URL') or database_url()}")
    print(f"REDIS_URL={os.environ.get('REDIS_URL') or redis_url()}")


def start_elasticsearch() -> int:
    """start Elasticsearch, fetching it first where it is not there yet, and leave it running"""
    try:
        print(f"ELASTICSEARCH_URL={services.keep_elasticsearch()}")
    except NotStarted as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def reset() -> int:
    """stop everything and delete the database, the queue, the index and the logs"""
    if not VAR.exists():
        print(f"There is no {VAR}.")
        return 0
    if not ours():
        print(f"Refusing to delete {VAR}.", file=sys.stderr)
        return 1
    if os.environ.get("FORCE") != "1" and not confirmed():
        print("Nothing was deleted.")
        return 1
    supervisor.stop()
    shutil.rmtree(VAR, ignore_errors=True)
    shutil.rmtree(socket_directory(), ignore_errors=True)
    print(f"Deleted {VAR}.")
    return 0


def ours() -> bool:
    """True for a directory that the services made, unless VX_VAR named one with more in it than their state."""
    precious = {ROOT, *ROOT.parents, Path.home(), *Path.home().parents}
    return services.LOCKS.is_dir() and VAR not in precious


def confirmed() -> bool:
    try:
        return input(f"Delete everything under {VAR}, the database included? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def stop() -> None:
    """stop everything of this checkout"""
    supervisor.stop()


def run() -> int:
    """start everything and watch over it until Ctrl-C"""
    return supervisor.run()


COMMANDS = {"run": run, "services": start_services, "elasticsearch": start_elasticsearch, "stop": stop, "reset": reset}

if __name__ == "__main__":
    sys.exit(main())
