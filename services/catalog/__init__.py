"""Catalog (事项目录): which service items the county offers, in which immutable versions.

Owns: items and their versions. One stream an item, `stream_id("item", item_code)`.
Publishes: `catalog.item-published.v1`.
Listens to: nobody.
Answers: `POST /items` (role catalog_editor), `GET /items`, `GET /items/<code>`,
`GET /items/<code>/versions/<n>`, pages `/` and `/items/<code>/page`.

Glossary
    item            事项, what a department does for an applicant; item_code is its 实施编码
    version         one immutable implementation list (实施清单) of an item
    list            one of the five public lists (权力、责任、收费、中介服务、公共服务清单)
    case type       IMMEDIATE 即办件 on the spot, PROMISED 承诺件 within the promised limit
    limit           working days; statutory 法定时限 by law, promised 承诺时限 by the department
"""
