"""How Sphinx builds this documentation."""

from typing import Any

from sphinx.application import Sphinx

from qidl import __version__

project = "qidl"
author = "The qidl developers"
copyright = "The qidl developers"
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_type_aliases = {"Type": "Type"}
# A page gives each class its whole name only where it is documented.
add_module_names = False
python_use_unqualified_type_names = True

html_theme = "alabaster"
html_theme_options = {
    "description": "Device state of QEMU's PC machines, declared once",
    "fixed_sidebar": True,
    "page_width": "1100px",
    "sidebar_width": "230px",
}
html_sidebars = {"**": ["about.html", "searchbox.html", "navigation.html"]}
html_show_sourcelink = False


def _skip_fields_of_tuples(app: Sphinx, what: str, name: str, member: Any, skip: bool, options: Any) -> bool | None:
    """The docstring of a NamedTuple says what its fields are; their own say "Alias for field number 0"."""
    return True if type(member).__name__ == "_tuplegetter" else None


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-skip-member", _skip_fields_of_tuples)
