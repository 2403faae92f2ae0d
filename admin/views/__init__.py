"""One noun, one file: what the pages of that noun do with a request. No SQL and no HTML in here."""
