"""The tests. A package of its own, so that another distribution's `tests` can never be taken for it."""
