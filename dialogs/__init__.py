"""The dialogue: questionnaires as data and the pure engine that walks them. No await, no clock, no I/O, no Telegram.

Reading order: `types` (the nouns), `session` (where a person is), `lobby.step` (the door of every input),
`engine.step` (one questionnaire), `walking` and `routes` (what comes next), `lateness` (which answer a message
belongs to), `menus` and `render` (what is shown). `loader` and `issues` read and check the files in consultations/.
"""
