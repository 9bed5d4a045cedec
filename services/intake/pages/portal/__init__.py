"""What an applicant sees: plain words and values for the templates beside this file. All pure.

words.py        states, faces, refusals, in the applicant's words
eligibility.py  may this be applied for, by whom, and why not
particulars.py  the form of who applies
papers.py       the checklist of materials, and what a notice asks for
journey.py      where the case is, who has it, and the one thing to do next
story.py        what happened, told to the applicant
mine.py         the list of an account's cases
"""
