"""Names that are promised to stay, by version of the promise.

``from eduplan.stable.v1 import load_plan`` goes on working, with the same meaning, for as long as
the page "What stays as it is" in the documentation says. Other modules may change at any release.
"""
