"""Build hook: compile the gettext catalogues whenever a wheel or an editable install is made.

A catalogue that is fuzzy, incomplete or not readable stops the build; nothing else belongs here. The rules
themselves live in locales/compiling.py, so that `make check` and the build can never disagree.
"""

import importlib
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface[Any]):
    """Compile every .po file beside itself before files are collected."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogues under the project's root, whichever kind of build this is."""
        if self.target_name != "wheel":
            return
        sys.path.insert(0, self.root)
        compiling = importlib.import_module("locales.compiling")
        try:
            compiling.compile_all(Path(self.root) / "locales")
        except compiling.CatalogueError as error:
            raise SystemExit(str(error)) from None  # sentences for a person, no traceback
        finally:
            sys.path.remove(self.root)
