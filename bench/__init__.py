"""How fast each capability is beside its limit or peer, measured side by side in one run."""
