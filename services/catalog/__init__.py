"""Catalog (事项目录): which service items the county offers, in which immutable versions.

Owns: the basic directory (`basic/<catalog_code>`), claims (`claim/<unit>/<catalog_code>`), items
with their versions (`item/<item_code>`), the organisation, schemes and the working-day calendar.
Publishes: every event of `domain.item_events` and `domain.house_events`.
Listens to: nobody; lists come in by HTTP, by import and over the ingress. A refused row is kept as
it came, sealed (`refused.py`, `banjian refused list --service catalog`).
Answers: its routes stand in `service/`, one module a room; `GET /openapi.json` lists them.

Glossary
    basic item      基本目录事项, what may be done at all; catalog_code is its 基本编码
    item            事项, what a department does for an applicant; item_code is its 实施编码
    version         one immutable implementation list (实施清单) of an item
    draft           a version being written; staffing and legal office pass it (编办、法制办)
    take over       publish what had been published elsewhere; irregularities become flags
    claim           认领, a unit of a level offers a basic item
    adjustment      动态调整: cancel, freeze, merge, split, change of mode or level
    lineage         which items an item came from and went to
    list            one of the five public lists (权力、责任、收费、中介服务、公共服务清单)
    case type       IMMEDIATE 即办件 on the spot, PROMISED 承诺件 within the promised limit
    limit           statutory 法定时限 by law, promised 承诺时限 by the department; in working days
                    unless the listing names another unit
"""
