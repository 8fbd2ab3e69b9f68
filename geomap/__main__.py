"""``python -m geomap``: the same as the command ``geomap``."""

from geomap.cli import main

main()
