"""The steps that lead from one schema to the next; `storage.migrate` walks them."""
