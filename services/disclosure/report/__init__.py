"""The annual report (年度报告): written from measures, each figure with its way back to the log.

ledger      every figure the county's own report of 2020 prints, declared once, and where ours
            comes from: a measure, or a fact somebody reported (填报)
findings    what does not agree inside that report (X1 to X20), and what we do about it
outline     the words around the figures
compose     words and figures become one document
compare     their figure beside ours
html, typeset, word    three writers of the same document
"""
