"""Functions that are generated for layouts and for classes: what their makers share, and where they are kept."""
