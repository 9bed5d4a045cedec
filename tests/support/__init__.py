"""What tests stand on: servers, databases, vhosts, whole houses, processes, a bad network.

    waiting.py     wait_until: a condition with a deadline, never a blind sleep
    servers.py     the session's PostgreSQL and RabbitMQ; throwaway pairs for faults and benches
    databases.py   a fresh database
    vhosts.py      a fresh vhost, and what the broker says about it
    house.py       database + vhost + settings of all services, migrated; tokens to call them
    processes.py   `banjian serve X` and friends as child processes one can kill, stop, resume
    proxy.py       a TCP proxy that refuses, stalls, cuts, or swallows one answer

The fixtures are in tests/conftest.py.
"""
