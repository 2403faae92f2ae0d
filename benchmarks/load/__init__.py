"""Simulated citizens in a closed loop, and the lean Bot API they and a bot meet at.

One process, one event loop, protocols written by hand: what is measured is the bot. Nothing here knows Kuvendo but
its script, which reads the buttons that a message carries.
"""
