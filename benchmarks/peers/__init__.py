"""The same questionnaire as an experienced user of each library would write it, to hold Kuvendo against.

Each module is one bot, run as a process of its own: `python -m benchmarks.peers.NAME`, with the addresses of
`benchmarks.peers.place` in its environment. What each of them stores is the same three tables.
"""
