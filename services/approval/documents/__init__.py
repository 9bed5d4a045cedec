"""Decisions and certificates as files: rendered, kept, signed, and checked again.

`typesetting` renders (Typst; the same words give the same bytes), `signing` has the key and
`pades` puts a signature under a file and checks it (pyHanko; loaded when it is first needed),
`archive` keeps files under their hash, `papers` is what the application is given: the port `Papers`
of `services.approval.application.ports`.

No particulars of a person are printed: approval has no vault. A document names the case, the item,
the department, and the reference of its holder (`subject_id`); the particulars stand in intake's
vault, and whoever hands the paper out may add them there.
"""
