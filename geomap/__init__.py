"""From a news story to a checked map."""

__version__ = "0.1.0"
