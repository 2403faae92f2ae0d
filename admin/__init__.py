"""The secretariat's dashboard: pages that work without JavaScript, in both languages.

`app.create_app()` puts it together and holds all routes as one table. Views turn a request into calls of
repositories and a page; nothing here knows Telegram, and SQL stays in `storage`.
"""
