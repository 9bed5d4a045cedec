"""nameko extensions of the bus: batch entrypoints for events and for records from outside.

    class Service:
        name = "intake"
        cases = ApplicationProvider(Cases)          # services.chassis.bus.providers

        @subscribe(reads=messages.READS)
        def on_events(self, batch: Sequence[Event]) -> None: ...

        @ingress
        def on_records(self, batch: Sequence[Record]) -> None: ...

Both run inside the application's unit of work, which commits effect and inbox together after the
method returns; an exception rolls everything back.
"""
