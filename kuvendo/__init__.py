"""The front door: settings, the command line, and the one place that knows every part."""
