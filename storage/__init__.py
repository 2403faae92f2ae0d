"""Everything that lasts: one transaction, and the repositories that write and read within it.

SQLAlchemy and Redis are seen here and nowhere else. Reading order: `models`, `unit_of_work`, `database`,
`record`, then the repositories.
"""
