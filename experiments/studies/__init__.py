"""The studies: one file each, found by themselves."""
