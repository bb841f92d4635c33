"""The version, from the metadata of the installed package."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("upperhand")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"
