"""Disclosure (公开): what the centre owes the public, counted from events.

Owns       published figures (one stream a figure)
Publishes  disclosure.statistic-published.v1
Listens to catalog (items, claims, calendars, schemes), intake (acceptance, completion, corrections
           and retractions of cases), approval (its log position, printed with every figure)
Answers    GET / (the board), /stat/<id>, /measures, /cases, /figures, /items/<code>/rules;
           POST /figures

Glossary
    measure (指标)      a figure's definition: what is counted over what; see measures.py
    count              a set of cases that can be counted and listed
    figure (数据)       the value of a measure at an as_of and at positions
    as_of (统计时点)    the moment in the world a figure speaks of
    positions (日志位置) per service, the last event of its log a figure knows of
    watermark (低水位)  the position up to which every event of a source has taken effect here
    period (时段)       from and to: cases accepted (S02: completed) in it, both ends included
"""
