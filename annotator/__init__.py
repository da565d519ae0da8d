"""The annotation service: dispensing, consensus, privacy, the Label Studio mirror and the pages around them."""

from importlib.metadata import version

__version__ = version("annotator")
