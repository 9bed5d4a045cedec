"""Tamper evidence: the Merkle tree over a service's log, signed checkpoints of it, proofs, anchors.

A tree is made of what the sealer wrote and is kept as tiles; a checkpoint is its signed head; a
witness or a time stamping authority outside says that it has seen one. What is written here is
checked by `banjian_verify`, which shares no code with it.
"""
