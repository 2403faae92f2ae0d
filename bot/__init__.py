"""Telegram in and out: aiogram listens and replies, python-telegram-bot sends what nobody asked for just now.

Reading order: `world` (what the parts hand to one another), `conversation` (the main path), `gate` (one
pipeline for both doors), `inbound` and `outbound` (pure), `webhook` and `polling` (the doors in), `relay`
(the other way out).
"""

from bot.on_demand import put_off

put_off()
