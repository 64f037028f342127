"""``python -m eduplan``: the same as the command ``eduplan``."""

from eduplan.cli import main

main()
