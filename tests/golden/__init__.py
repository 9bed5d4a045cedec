"""Golden logs: recorded streams that every later build must read to the same state.

One file a story: a first line naming the aggregate and the digest of its state, then one stored
event a line. `python -m tests.golden.record STORY` writes one; a file that is there is never
rewritten, because it stands for the logs of the past.
"""
