"""The wire: primitives, VMStates, the stream's container, and the layouts of every section."""
