"""`python -m runtime <command>`: what `make` calls."""

import argparse

from runtime import services
from runtime.addresses import database_url, redis_url


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m runtime")
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, action in COMMANDS.items():
        commands.add_parser(name, help=action.__doc__).set_defaults(action=action)
    parser.parse_args().action()


def start_services() -> None:
    """start PostgreSQL and Valkey and leave them running"""
    services.keep()
    print(f"DATABASE_URL={database_url()}\nREDIS_URL={redis_url()}")


def stop() -> None:
    """stop everything of this checkout"""
    services.stop()


COMMANDS = {"services": start_services, "stop": stop}

if __name__ == "__main__":
    main()
