"""The approval desk in a browser: a project of three departments worked on by its officers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from services.approval import projections
from services.approval.application import Approval
from services.approval.domain import Process
from services.approval.projections.desk import Late, count_work, list_work, work_query
from services.chassis.eventlog.database import Database
from services.kernel.calendar_seed import SEED
from services.kernel.facts import Facts
from tests.e2e.test_catalog_pages import DESKTOP, TELEPHONE, WIDE, serious
from tests.integration.services.test_processes import Hall
from tests.support.browser import browser
from tests.support.house import House
from tests.support.waiting import wait_until
from tests.unit.approval.projects import CLERK, member, opening

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

OFFICER, HEAD = "officer-a:officer:DA", "head-a:department_head:DA"
SUPERVISOR = "super-1:supervisor"


ITEMS = {"A": "建设工程规划许可", "B": "建筑工程施工许可", "C": "特殊建设工程消防设计审查"}
BUREAUS = {"A": "自然资源和规划局", "B": "住房和城乡建设局", "C": "消防救援大队"}
SEEDED = 20_000
SEED_SQL = """
INSERT INTO task (task_id, process_no, project_no, state, item_code, department, created_at,
    promised_due_at, suspended, overdue, handler, approaching)
SELECT 's-' || n, 's-' || n, 's-' || n,
    CASE WHEN mod(n, 10) < 2 THEN 'open' WHEN mod(n, 10) = 2 THEN 'in_progress'
         WHEN mod(n, 100) = 3 THEN 'blocked' ELSE 'approved' END,
    'item-' || mod(n, 97), 'S' || mod(n / 10, 30), now() - n * interval '1 minute',
    CASE WHEN mod(n, 100) <> 3 THEN now() + (mod(n, 20000) - 200) * interval '1 hour' END, 0,
    CASE WHEN mod(n, 400) = 0 THEN '{PROMISED}'::text[] ELSE '{}' END,
    CASE WHEN mod(n, 10) = 2 THEN 'officer-' || mod(n, 500) END,
    CASE WHEN mod(n, 410) = 0 THEN now() END
FROM generate_series(%s, %s) n
"""


@pytest.fixture(scope="module")
def hall(module_house: House) -> Iterator[Hall]:
    """Serve approval with two projects under way, and one of a year ago, silent ever since."""
    with ExitStack() as stack:
        stack.enter_context(module_house.serve("approval"))
        hall = Hall(module_house)
        stack.callback(hall.database.close)
        for code, name in ITEMS.items():
            hall.database.run(
                "INSERT INTO ref_item_version VALUES"
                " (%s, 1, %s, '01', 'PROMISED', %s, %s, 20, 'WORKING_DAY', 10, 'WORKING_DAY',"
                " '{POWER}', '2020-01-01', NULL)",
                (code, name, f"D{code}", BUREAUS[code]),
            )
        approval = Approval(hall.database, projections.READ_MODEL)
        for number, days, of in (("GC-old", 365, "old"), ("GC-1", 0, "one"), ("GC-2", 1, "two")):
            at = datetime.now(UTC) - timedelta(days=days, minutes=5)
            members = [member("A", of=of), member("B", "A", of=of), member("C", of=of)]
            facts = Facts(at, number, CLERK, "past")
            with approval.unit_of_work():
                approval.file(Process.open(facts, opening(number, members), SEED))
        yield hall


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as launched:
        yield launched


class Desk:
    """Browsers of the house, one context for each who signs in; without JavaScript unless asked."""

    def __init__(self, hall: Hall, chromium: Browser) -> None:
        self.hall = hall
        self.url = hall.house.url_of("approval")
        self._chromium = chromium
        self._stack = ExitStack()

    def page(
        self, who: str, path: str, size: dict[str, int] = DESKTOP, scripts: bool = False
    ) -> Page:
        """Open a page signed in as `<account>:<role>[:<unit>]`, as the development issuer does."""
        account, role, *unit = who.split(":")
        token = self.hall.house.token(account, role, unit=unit[0] if unit else "", window="07")
        context = self._chromium.new_context(viewport=size, java_script_enabled=scripts)  # type: ignore[arg-type]  # a size
        self._stack.callback(context.close)
        context.add_cookies([{"name": "banjian_token", "value": token, "url": self.url}])
        page = context.new_page()
        page.goto(self.url + path)
        return page

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def desk(hall: Hall, chromium: Browser) -> Iterator[Desk]:
    opened = Desk(hall, chromium)
    yield opened
    opened.close()


def said(page: Page) -> str:
    return page.locator("main").inner_text()


def states(hall: Hall, process_no: str) -> dict[str, str]:
    process = hall.get("approval", f"/processes/{process_no}")[1]["process"]
    return {task["item_code"]: task["state"] for task in process["tasks"]}


def send(page: Page, act: str, button: str, **typed: str) -> None:
    """Fill the form of an act, as far as it is typed, and send it."""
    form = page.locator(f"#act-{act}")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    for name, text in typed.items():
        field = form.locator(f"[name={name}]")
        if field.first.get_attribute("type") == "radio":
            form.locator(f"[name={name}][value={text}]").check()
        elif field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)
    form.get_by_role("button", name=button).click()


def test_project_is_worked_on_from_the_desk_to_its_decision(hall: Hall, desk: Desk) -> None:
    page = desk.page(OFFICER, "/desk")
    assert "自然资源和规划局" in said(page)
    late = desk.page("officer-x:officer:DA", "/desk/tasks/one-A")
    page.locator('a[href$="/desk/tasks/one-A"]').click()
    assert page.locator("h1").inner_text().startswith("建设工程规划许可")
    assert "还剩 10 个工作日" in said(page) or "还剩 9 个工作日" in said(page)

    send(page, "start", "开始办理")
    assert "已开始办理" in said(page) and "officer-a" in said(page)

    # somebody else still looks at the page from before
    send(late, "suspend", "中止计时", reason="HEARING", expected_days="5", notice_no="TZ-9")
    assert "没有办成：中止计时" in said(late)
    assert "开始办理" in late.locator(".timeline").inner_text() and "TZ-9" in said(late)
    task = hall.get("approval", "/tasks/one-A")[1]["task"]
    assert (task["state"], task["suspended"]) == ("in_progress", False)

    send(page, "suspend", "中止计时", reason="EXPERT_REVIEW", expected_days="5", notice_no="TZ-1")
    assert "时限已中止" in said(page) and "中止：专家评审" in said(page)
    assert "中止：专家评审" in said(desk.page(OFFICER, "/desk?late=still"))
    send(page, "resume", "恢复计时")
    assert "时限已恢复" in said(page)

    head = desk.page(HEAD, "/desk/tasks/one-A")
    send(head, "extend", "延长时限", days="5", reason="complex_case", notice_no="TZ-2")
    assert "时限已延长" in said(head) and head.locator("#act-extend").count() == 0

    page.goto(desk.url + "/desk/tasks/one-A")
    send(page, "decide", "下一步", decision="approve")
    assert "可以开始办理：建筑工程施工许可" in said(page)
    assert states(hall, "GC-1")["A"] == "in_progress"
    page.get_by_role("button", name="确认准予").click()
    assert "决定已作出" in said(page)
    assert states(hall, "GC-1") == {"A": "approved", "B": "open", "C": "open"}


def test_refusal_asks_for_reasons_and_shows_its_remedies(hall: Hall, desk: Desk) -> None:
    page = desk.page("officer-c:officer:DC", "/desk/tasks/two-C")
    send(page, "decide", "下一步", decision="reject", document="消审〔2026〕1号")
    assert "不予许可须说明理由" in said(page)
    assert page.locator("#act-decide [name=document]").input_value() == "消审〔2026〕1号"

    page.get_by_label("申请人不符合法定条件").check()
    told = {"legal_basis": "《行政许可法》第三十八条", "review": "示例县人民政府"}
    send(page, "decide", "下一步", **told, court="示例县人民法院")
    assert "向示例县人民政府申请行政复议" in said(page)
    page.get_by_role("button", name="确认不予许可").click()

    assert "决定已作出" in said(page)
    assert states(hall, "GC-2")["C"] == "rejected"


def test_delay_is_noticed_and_a_survey_asked_for(hall: Hall, desk: Desk) -> None:
    page = desk.page(OFFICER, "/desk/tasks/two-A")
    told = {"reason": "site_not_ready", "remedy": "prepare_site", "expected_days": "5"}
    send(page, "notice", "告知申请人延误", **told, notice_no="YW-1")
    assert "申请人延误已告知" in said(page) and "中止：申请人原因" in said(page)

    send(page, "survey", "申请联合踏勘", place="城东工业园三号地块")
    assert "联合踏勘已申请" in said(page)
    assert page.locator('a[href*="/surveys/"]').count() == 1


def test_silence_shows_on_board_register_and_picture(hall: Hall, desk: Desk) -> None:
    def answered() -> bool:
        rows = projections.list_liabilities(hall.database, process_no="GC-old")
        return len(rows) >= 6

    wait_until(answered, 30)
    board = desk.page(SUPERVISOR, "/desk/board")
    row = board.locator("tbody tr", has_text="消防救援大队")
    assert "红牌" in row.inner_text() and "已过" in row.inner_text()
    row.get_by_role("link", name="件超期").click()
    assert "old-C" in said(board) and "已超" in said(board)

    board.goto(desk.url + "/liability-register?process_no=GC-old")
    board.get_by_role("link", name="默许").first.click()
    assert "/processes/GC-old#e" in board.url
    picture = board.locator(".graph svg")
    assert "建筑工程施工许可须先有建设工程规划许可" in (picture.first.text_content() or "")
    assert "视为同意" in said(board) and "联合时限" in said(board)
    anchor = board.url.rpartition("#")[2]
    assert "默许" in board.locator(f"#{anchor}").inner_text()


def test_supervisor_rules_on_silence_and_on_a_refusal(hall: Hall, desk: Desk) -> None:
    page = desk.page(SUPERVISOR, "/desk/tasks/old-A")
    overturn = page.locator("#act-overturn")
    assert "建设工程规划许可：默许 → 默许已撤销" in (overturn.text_content() or "")
    assert overturn.get_attribute("open") is None
    send(page, "void", "认定默许无效", ground="WRONG_CLOCK", proof="not a digest")
    assert "64 位十六进制数" in page.locator("#act-void .wrong").inner_text()
    assert states(hall, "GC-old")["A"] == "deemed_consented"

    send(page, "overturn", "撤销默许", legal_ground="art_69_1_3", compensation="yes")
    assert "默许已撤销" in said(page) and "违反法定程序 · 给予补偿或赔偿" in said(page)
    assert states(hall, "GC-old")["A"] == "overturned"
    assert states(hall, "GC-old")["B"] == "cancelled"

    refused = desk.page(SUPERVISOR, "/desk/tasks/two-C")
    send(refused, "reopen", "重新办理", reason="reconsideration")
    assert "时限从现在起算" in said(refused)
    assert states(hall, "GC-2")["C"] == "open"


def test_whole_is_acted_on_from_its_page(hall: Hall, desk: Desk) -> None:
    lead = "clerk-12:clerk"
    page = desk.page(lead, "/processes/GC-2")
    late = desk.page(lead, "/processes/GC-2")
    told = {"reason": "HEARING", "expected_days": "5", "notice_no": "TZ-7"}
    send(page, "suspend", "中止联合时限", **told)
    assert "联合时限已中止" in said(page) and "听证" in said(page)
    send(late, "suspend", "中止联合时限", **told)
    assert "没有办成：中止联合时限" in said(late) and "TZ-7" in said(late)
    send(page, "resume", "恢复联合时限")
    assert "联合时限已恢复" in said(page)

    head = desk.page("head-1:government_head", "/processes/GC-2")
    assert head.locator("#act-suspend").count() == 0
    send(head, "extend", "延长联合时限", days="15", reason="complex_case", notice_no="TZ-8")
    assert "联合时限已延长" in said(head) and head.locator("#act-extend").count() == 0

    page.goto(desk.url + "/processes/GC-2")
    send(page, "withdraw", "撤回申请")
    assert "请至少选一个事项" in said(page)
    page.locator("#act-withdraw [name=tasks][value=two-A]").check()
    send(page, "withdraw", "撤回申请")
    assert "已撤回" in said(page)
    assert states(hall, "GC-2") == {"A": "cancelled", "B": "cancelled", "C": "open"}
    assert page.goto(desk.url + "/processes/GC-2") and "可以做什么" in said(page)
    public = desk.page("somebody:applicant", "/processes/GC-2")
    assert "可以做什么" not in said(public)


def test_meeting_is_called_and_refused_in_its_form(hall: Hall, desk: Desk) -> None:
    page = desk.page("clerk-12:clerk", "/review-meetings")
    at = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT09:00")
    for number, projects in (("LS-1", "GC-1\nGC-2"), ("LS-2", "nothing")):
        page.locator("[name=meeting_no]").first.fill(number)
        page.locator("[name=scheduled_at]").fill(at)
        page.locator("[name=projects]").fill(projects)
        page.locator("[name=departments]").fill("DA\nDB")
        page.get_by_role("button", name="安排会议").click()
        wanted = "会议已安排" if number == "LS-1" else "没有这样的项目或会议"
        assert wanted in said(page)
    assert page.locator("[name=meeting_no]").first.input_value() == "LS-2"


def test_desk_is_of_one_s_own_department(desk: Desk) -> None:
    assert "old-C" not in said(desk.page(OFFICER, "/desk?department=DC&limit=200"))
    other = desk.page(OFFICER, "/desk/tasks/one-C")
    assert "在这里只能查看" in said(other) and other.locator("form.stack").count() == 0
    nobody = desk.page("officer-9:officer", "/desk")
    assert "没有所属部门" in said(nobody)
    assert "没有权限" in said(desk.page(OFFICER, "/desk/board"))


@pytest.mark.parametrize(
    ("who", "path"),
    [
        (OFFICER, "/desk"),
        ("officer-b:officer:DB", "/desk/tasks/one-B"),
        (SUPERVISOR, "/desk/board"),
        (SUPERVISOR, "/liability-register"),
        (SUPERVISOR, "/processes/GC-old"),
        (SUPERVISOR, "/desk/tasks/two-C"),
        ("clerk-12:clerk", "/processes/GC-1"),
        ("clerk-12:clerk", "/review-meetings"),
    ],
)
def test_pages_fit_both_sizes_and_axe_finds_nothing_serious(
    desk: Desk, who: str, path: str
) -> None:
    page = desk.page(who, path, TELEPHONE, scripts=True)
    for closed in page.locator("details.act > summary").all()[1:]:
        closed.click()
    assert page.evaluate(WIDE) == 0
    assert serious(page) == []
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]  # a size
    assert page.evaluate(WIDE) == 0


def test_every_shape_of_the_work_list_walks_an_index(hall: Hall) -> None:
    """How long a page of 300,000 takes is told by `make bench` (`list-tasks`, `list-work`)."""
    owner = Database(f"{hall.house.database_url}?options=-csearch_path%3Dapproval_model")
    owner.run(SEED_SQL, (1, SEEDED))
    owner.run("ANALYZE task")
    far = datetime.now(UTC) + timedelta(days=300)
    shapes: list[tuple[str, str, str, Late, str, tuple[datetime | None, str] | None]] = [
        ("S3", "", "", "", "", None),
        ("S3", "", "", "", "", (far, "s-1")),
        ("S3", "", "", "", "", (None, "s-1")),
        ("", "", "", "", "", None),
        ("S3", "", "item-3", "", "", None),
        ("S3", "", "", "late", "", None),
        ("S3", "", "", "amber", "", None),
        ("S2", "", "", "", "officer-2", None),
        ("S3", "approved", "", "", "", (datetime.now(UTC) - timedelta(days=100), "s-1")),
        ("S3", "blocked", "", "", "", None),
    ]
    for shape in shapes:
        sql, given = work_query(*shape, 26)
        plan = "\n".join(row[0] for row in owner.read(f"EXPLAIN {sql}", given))
        assert "Seq Scan on task" not in plan, (shape, plan)
        list_work_of(hall, shape)
    assert count_work(hall.database, "S3", "officer-2").waiting
    owner.close()


def list_work_of(hall: Hall, shape: Any) -> object:
    department, state, item, late, handler, after = shape
    return list_work(
        hall.database,
        department=department,
        state=state,
        item_code=item,
        late=late,
        handler=handler,
        after=after,
        limit=26,
    )
