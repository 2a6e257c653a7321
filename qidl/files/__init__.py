"""Files: read without being copied, and written so that a crash loses nothing."""

from qidl.files.reading import read
from qidl.files.writing import write

__all__ = ["read", "write"]
