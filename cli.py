"""Launcher for a checkout: `python cli.py …` is `portability …`."""

from portability.commands import main

if __name__ == "__main__":
    main()
