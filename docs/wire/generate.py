"""Write the page of every level anew, beside this file."""

from pathlib import Path

from qidl.levels import LEVELS
from qidl.wire.document import pages

if __name__ == "__main__":
    for name, text in pages(LEVELS.values()).items():
        (Path(__file__).parent / name).write_text(text, encoding="utf-8")
