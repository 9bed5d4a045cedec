"""The consuming loop, without nameko: batches from the partition queues, effects, one ack."""

from __future__ import annotations
