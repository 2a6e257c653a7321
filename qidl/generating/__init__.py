"""Source of Python functions, in the making: what those for layouts and those for classes share."""
