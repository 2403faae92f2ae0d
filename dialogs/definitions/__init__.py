"""What the files of `dialogs/consultations` may say: reading them with their places, checking them, building values.

`dialogs.loader` and `dialogs.issues` are the two doors; nobody else needs to come in here.
"""
