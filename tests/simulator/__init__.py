"""Tests of the local Telegram, against a real server and two real clients."""
