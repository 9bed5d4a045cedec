"""Checks an export of Banjian's logs offline: nothing but the export, and keys one trusts.

    python -m banjian_verify DIR --key VERIFIER_KEY

It shares no code with the services it checks, so that one mistake cannot hide the other. Needs
Python 3.11 and `cryptography`; time stamps need `asn1crypto` too.
"""
