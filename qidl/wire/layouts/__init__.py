"""One file per device: its VMState layouts, one per wire version."""
