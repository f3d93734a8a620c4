"""`python -m portability` is the console script."""

from portability.commands import main

if __name__ == "__main__":
    main()
