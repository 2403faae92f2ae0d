"""Whole journeys: citizens in a simulated Telegram, the real bot, a real database."""
