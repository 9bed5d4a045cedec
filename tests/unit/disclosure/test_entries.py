"""Proactive disclosure: 20 working days, review and approval by others, versions, conversion."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest

from services.disclosure.domain import Entry, Node
from services.disclosure.domain.directory import BASIC
from services.disclosure.domain.entries import Draft
from services.disclosure.domain.entry_terms import (
    Boost,
    EntryFormedLaterError,
    EntryState,
    Facet,
    Level,
    NotOftenAskedError,
    PersonalDataError,
    SamePersonError,
    SecrecyFault,
    WithdrawalReason,
    WrongEntryStateError,
    WrongNodeError,
)
from services.disclosure.pages.feeds import atom, sitemap
from services.disclosure.projections.entries import PublicEntry
from services.disclosure.projections.folding import fold, grams, words
from services.kernel.facts import Actor, ActorKind
from tests.unit.disclosure.foi_world import CALENDAR, TIMER, at, by

EDITOR = Actor(ActorKind.PERSON, "editor-1", role="disclosure_editor")
SECRECY = Actor(ActorKind.PERSON, "secrecy-1", role="secrecy_reviewer")
APPROVER = Actor(ActorKind.PERSON, "approver-1", role="disclosure_approver")
RULES = BASIC[0]
SAID = Draft(
    "rules",
    Facet.DECISION,
    (Boost.REFORM,),
    Level.COUNTY,
    "关于优化营商环境的实施意见",
    "为深化放管服改革，制定本意见。",
    date(2020, 9, 21),
    issue_no="县政〔2020〕12号",
)


def written(said: Draft = SAID, day: str = "2020-09-22") -> Entry:
    entry = Entry.of("P-1")
    entry.write(by(EDITOR, day), "P-1", said, CALENDAR)
    return entry


def published(day: str = "2020-10-12") -> Entry:
    entry = written()
    entry.review(by(SECRECY, "2020-09-23"), None)
    entry.approve(by(APPROVER, "2020-09-24"))
    entry.publish(by(EDITOR, day), RULES)
    return entry


def test_published_within_twenty_working_days_of_its_making() -> None:
    entry = written()
    assert entry.due_at is not None
    assert entry.due_at.date() == date(2020, 10, 23)

    assert published("2020-10-23").on_time is True
    assert published("2020-10-24").on_time is False


def test_not_published_in_time_is_said_once() -> None:
    entry = written()
    entry.overrun(by(TIMER, "2020-10-23"), at("2020-10-23", 23))
    assert entry.version == 1
    for _ in range(2):
        entry.overrun(by(TIMER, "2020-10-24", 0), at("2020-10-24", 0))
    assert entry.version == 2
    late = published()
    late.overrun(by(TIMER, "2020-10-24", 0), at("2020-10-24", 0))
    assert late.state is EntryState.PUBLISHED


def test_nobody_reviews_or_approves_their_own() -> None:
    entry = written()
    with pytest.raises(SamePersonError):
        entry.review(by(EDITOR, "2020-09-23"), None)
    entry.review(by(SECRECY, "2020-09-23"), None)
    for other in (EDITOR, SECRECY):
        with pytest.raises(SamePersonError):
            entry.approve(by(other, "2020-09-24"))


def test_nothing_is_published_unreviewed_or_unapproved() -> None:
    entry = written()
    with pytest.raises(WrongEntryStateError):
        entry.publish(by(EDITOR, "2020-09-23"), RULES)
    with pytest.raises(WrongEntryStateError):
        entry.approve(by(APPROVER, "2020-09-23"))
    entry.review(by(SECRECY, "2020-09-23"), SecrecyFault.STATE_SECRET)
    with pytest.raises(WrongEntryStateError):
        entry.approve(by(APPROVER, "2020-09-24"))

    entry.write(by(EDITOR, "2020-09-24"), "P-1", SAID, CALENDAR)

    assert (entry.state, entry.entry_version) == (EntryState.DRAFTED, 1)


def test_next_version_goes_the_same_way_while_the_old_one_is_read() -> None:
    entry = published()
    changed = replace(SAID, title="修订后的实施意见", formed_on=date(2020, 10, 20))
    entry.write(by(EDITOR, "2020-10-21"), "P-1", changed, CALENDAR)
    assert (entry.entry_version, entry.public_version) == (2, 1)
    entry.review(by(SECRECY, "2020-10-22"), None)
    entry.approve(by(APPROVER, "2020-10-22"))

    entry.publish(by(EDITOR, "2020-10-23"), RULES)

    assert entry.public_version == 2
    assert type(entry.pending[-1]).TOPIC == "disclosure.entry-updated.v1"


def test_withdrawn_and_archived_are_the_end() -> None:
    for end in ("withdraw", "archive"):
        entry = published()
        if end == "withdraw":
            entry.withdraw(by(EDITOR, "2020-11-02"), WithdrawalReason.REPEALED)
        else:
            entry.archive(by(EDITOR, "2020-11-02"))
        with pytest.raises(WrongEntryStateError):
            entry.write(by(EDITOR, "2020-11-03"), "P-1", SAID, CALENDAR)
        with pytest.raises(WrongEntryStateError):
            entry.archive(by(EDITOR, "2020-11-03"))


def test_three_who_asked_make_it_proactive_two_do_not() -> None:
    with pytest.raises(NotOftenAskedError):
        published().convert(by(EDITOR, "2020-11-02"), "land-price", ["F1", "F2", "F2"])

    entry = published()
    entry.convert(by(EDITOR, "2020-11-02"), "land-price", ["F3", "F1", "F2"])

    assert entry.request_nos == ["F1", "F2", "F3"]


@pytest.mark.parametrize("text", ["联系电话13812345678", "身份证号11010519491231002X。"])
def test_nobodys_number_is_published(text: str) -> None:
    with pytest.raises(PersonalDataError) as caught:
        written(replace(SAID, text=text))
    assert not any(digits in str(caught.value) for digits in ("138", "1101"))
    written(replace(SAID, text="统一社会信用代码 113412000000000012，总投资13812345678901元"))


def test_village_is_named_and_nothing_is_formed_tomorrow() -> None:
    village = replace(SAID, level=Level.VILLAGE, node="village")
    for place in ("", "3412XX001"):
        with pytest.raises(WrongNodeError):
            written(replace(village, place=place))
    written(replace(village, place="3412XX001001"))
    with pytest.raises(EntryFormedLaterError):
        written(replace(SAID, formed_on=date(2020, 9, 23)))


def test_directory_grows_below_what_is_there() -> None:
    known = frozenset(place.node for place in BASIC)
    node = Node.of("plans-2021")
    place = BASIC[2]._replace(node="plans-2021", parent="plans", title="十四五规划")
    node.extend(by(EDITOR, "2020-11-02"), place, known)
    assert node.place == place

    for wrong in (
        place._replace(parent="nowhere"),
        place._replace(node="有"),
        place._replace(method=""),
    ):
        with pytest.raises(WrongNodeError):
            Node.of("x").extend(by(EDITOR, "2020-11-02"), wrong, known)


def test_texts_are_found_by_pairs_of_characters() -> None:
    assert fold("ＡＢＣ 营商\n环境") == "abc营商环境"
    assert grams("营商环境") == sorted(["营商", "商环", "环境"])
    assert (grams("营"), words(" 营商  环境 ")) == ([], ["营商", "环境"])


def test_feed_and_sitemap_are_well_formed_whatever_a_title_says() -> None:
    entry = PublicEntry(
        *("P-1", 1, "published", "rules", "DECISION", [], "COUNTY", "", "县政府", "内容"),
        *("20日", "网站", "<b>&\x00意见", "正文" * 200, "", date(2020, 9, 21)),
        *(at("2020-10-12"), at("2020-10-12"), True, ""),
    )

    feed = ElementTree.fromstring(atom([entry], "http://x", at("2020-11-02")))
    place = ElementTree.fromstring(sitemap([entry], "http://x"))

    name = "{http://www.w3.org/2005/Atom}"
    assert feed.findtext(f"{name}entry/{name}title") == "<b>&意见"
    assert len(feed.findtext(f"{name}entry/{name}summary") or "") == 200
    assert "http://x/open/P-1" in ElementTree.tostring(place, encoding="unicode")
    assert ElementTree.fromstring(atom([], "http://x", at("2020-11-02"))) is not None
