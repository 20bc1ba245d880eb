"""Records to figures, tables and numbers, to the paper."""
