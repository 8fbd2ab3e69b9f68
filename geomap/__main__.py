"""The command ``geomap``, also as ``python -m geomap``."""

import sys


def main() -> None:
    """Run the command line. Its parts take a tenth of a second to load, in which Ctrl-C is one line too."""
    try:
        from geomap.cli import main as run
    except KeyboardInterrupt:
        print("geomap: stopped", file=sys.stderr)
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
