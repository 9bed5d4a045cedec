"""D1-D6 on an export: every byte of every line, rows moved, taken, added; the first is named."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from uuid import UUID

import pytest

from banjian_verify.export import EventLine, ExportError, spell
from banjian_verify.notes import Key
from services.chassis.audit.export import event_line, line
from services.chassis.audit.notes import Head, SigningKey, sign
from tests.unit.audit.made import KEY, ORIGIN, SHA, Made, event, leaf_of, make
from tests.unit.audit.naive import mth

EVENTS = [event(number) for number in range(1, 25)]
SIZES = [8, 16, 24]


def fresh() -> Made:
    return make(EVENTS, SIZES)


def first_bad(made: Made) -> tuple[int, int]:
    problem = made.judge().problems[0]
    return problem.first, problem.last or problem.first


def test_what_was_signed_holds() -> None:
    verdict = fresh().judge(keys=[Key.read(KEY.verifier(ORIGIN))])

    assert verdict.good
    [log] = verdict.logs
    assert (log.events, log.covered, log.checkpoints, log.trusted) == (24, 24, 3, True)


@pytest.mark.parametrize("position", [1, 9, 24])
def test_d01_every_byte_of_an_event_counts(position: int) -> None:
    whole = EVENTS[position - 1].spell()
    for at in range(len(whole)):
        for bits in (1, 0x20, 0xFF):
            made = fresh()
            made.files["events.jsonl"][position - 1] = (
                whole[:at] + bytes([whole[at] ^ bits]) + whole[at + 1 :]
            )
            assert first_bad(made) == (position, position), (at, bits)


@pytest.mark.parametrize("position", [1, 9, 24])
def test_d01_every_byte_of_a_ledger_row_counts(position: int) -> None:
    whole = fresh().files["ledger.jsonl"][position - 1]
    for at in range(len(whole)):
        made = fresh()
        made.files["ledger.jsonl"][position - 1] = (
            whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        )
        assert first_bad(made) == (position, position), at


def test_d01_every_byte_of_a_checkpoint_counts() -> None:
    whole = fresh().files["checkpoints.jsonl"][1]
    for at in range(len(whole)):
        made = fresh()
        made.files["checkpoints.jsonl"][1] = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        assert not made.judge().good, at


def test_d01_every_byte_of_a_tile_counts() -> None:
    events = [event(number) for number in range(1, 261)]
    made = make(events, [260])
    whole = made.files["tiles.jsonl"][0]
    assert made.judge().good
    for at in range(0, len(whole), 61):
        made.files["tiles.jsonl"][0] = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        assert not made.judge().good, at


def test_d01_every_byte_of_what_a_manifest_says_counts() -> None:
    """Whatever one byte of it is turned into, nothing false is believed of the log.

    What stands in the manifest only to find files by (`files`) is compared while they are read.
    """
    said = {name: told for name, told in fresh().said.items() if name != "files"}
    whole = json.dumps(said).encode()
    key = Key.read(KEY.verifier(ORIGIN))
    for at in range(len(whole)):
        for bits in (1, 0x20):
            made = fresh()
            try:
                made.said = json.loads(whole[:at] + bytes([whole[at] ^ bits]) + whole[at + 1 :])
            except ValueError:
                continue
            if {name: made.said.get(name) for name in said} != said:
                assert not made.judge(keys=[key]).good, (at, bits)


def forged(position: int) -> list[EventLine]:
    other = replace(EVENTS[position - 1], state=b'{"forged":1}')
    return [*EVENTS[: position - 1], other, *EVENTS[position:]]


@pytest.mark.parametrize("position", [1, 8, 9, 24])
def test_d01_hashed_again_it_lies_between_two_checkpoints(position: int) -> None:
    made, other = fresh(), make(forged(position), SIZES)
    for name in ("events.jsonl", "ledger.jsonl"):
        made.files[name] = other.files[name]
    begin = (position - 1) // 8 * 8

    assert first_bad(made) == (begin + 1, begin + 8)


def test_d01_hashed_again_the_tile_names_it() -> None:
    events = [event(number) for number in range(1, 301)]
    other = [*events[:99], replace(events[99], state=b"{}"), *events[100:]]
    for sizes in ([300], [50, 150, 300], [256, 300]):
        made, lie = make(events, sizes), make(other, sizes)
        for name in ("events.jsonl", "ledger.jsonl"):
            made.files[name] = lie.files[name]
        assert first_bad(made) == (100, 100)


@pytest.mark.parametrize("name", ["events.jsonl", "ledger.jsonl"])
@pytest.mark.parametrize("position", [1, 9, 24])
def test_d02_a_row_taken_away_is_named(name: str, position: int) -> None:
    made = fresh()
    del made.files[name][position - 1]

    assert first_bad(made) == (position, position)


@pytest.mark.parametrize("position", [1, 9, 24])
def test_d03_a_row_put_in_is_named(position: int) -> None:
    never_sealed = replace(event(7), position=0, stream=UUID(int=99)).spell()
    twice = EVENTS[position - 1].spell()
    for strange in (never_sealed, twice):
        made = fresh()
        made.files["events.jsonl"].insert(position - 1, strange)
        assert first_bad(made)[0] in (position, position + 1)
    made = fresh()
    made.files["events.jsonl"].append(never_sealed)
    assert first_bad(made) == (25, 25)


def test_d04_two_rows_swapped_are_named() -> None:
    for names in (["events.jsonl"], ["ledger.jsonl"], ["events.jsonl", "ledger.jsonl"]):
        made = fresh()
        for name in names:
            rows = made.files[name]
            rows[9], rows[10] = rows[10], rows[9]
        assert first_bad(made) == (10, 10)


def test_d04_swapped_under_each_others_position_they_are_named() -> None:
    one, other = EVENTS[9], EVENTS[10]
    swapped = [
        *EVENTS[:9],
        replace(other, position=10),
        replace(one, position=11),
        *EVENTS[11:],
    ]
    made, lie = fresh(), make(swapped, SIZES)
    made.files["events.jsonl"] = lie.files["events.jsonl"]
    assert first_bad(made) == (10, 10)
    made.files["ledger.jsonl"] = lie.files["ledger.jsonl"]
    assert first_bad(made) == (9, 16)


def test_d05_a_tail_cut_off_needs_a_kept_checkpoint() -> None:
    whole, cut = fresh(), make(EVENTS[:16], [8, 16])
    lazy = make(EVENTS[:16], SIZES[:2])
    lazy.files["checkpoints.jsonl"] = whole.files["checkpoints.jsonl"]

    assert first_bad(lazy) == (17, 17)
    assert cut.judge().good
    for kept in whole.notes[1:]:
        verdict = cut.judge(checkpoints=[kept])
        assert verdict.good == (kept == whole.notes[1])
    assert cut.judge(checkpoints=[whole.notes[2]]).problems[0].first == 17


def test_d06_a_full_rewrite_meets_a_kept_checkpoint() -> None:
    lie = make(forged(11), SIZES)

    assert lie.judge(keys=[Key.read(KEY.verifier(ORIGIN))]).good  # the key alone cannot tell
    assert lie.judge(checkpoints=[fresh().notes[0]]).good  # older than the lie
    for kept in fresh().notes[1:]:
        assert not lie.judge(checkpoints=[kept]).good
    # One whose size the rewritten log never signed is met on the way.
    between = make(EVENTS, [13]).notes[0]
    problem = lie.judge(checkpoints=[between]).problems[0]
    assert (problem.first, problem.last) == (9, 13)


def test_another_key_is_not_believed() -> None:
    stranger = SigningKey(b"s" * 32)
    lie = make(EVENTS, SIZES, key=stranger)

    assert lie.judge().good  # with the key it names itself
    assert not lie.judge(keys=[Key.read(KEY.verifier(ORIGIN))]).good
    assert not lie.judge(checkpoints=[fresh().notes[2]]).good
    made = fresh()
    made.said["keys"] = lie.said["keys"]
    assert not made.judge().good


def test_a_log_left_out_is_missed() -> None:
    other = KEY.verifier("county.example/intake")
    kept = make(EVENTS, [24], "intake").notes[0]

    for trust in ({"keys": [Key.read(other)]}, {"checkpoints": [kept]}):
        verdict = fresh().judge(**trust)
        assert "county.example/intake is not in it" in verdict.problems[0].what


def test_a_key_takes_over_only_with_the_formers_signature() -> None:
    new = SigningKey(b"n" * 32)
    leaves = [leaf_of(one) for one in EVENTS]
    heads = [Head(ORIGIN, size, mth(SHA, leaves[:size]), SHA) for size in SIZES]
    signers = {
        "both": [[KEY], [new, KEY], [new]],
        "only the new": [[KEY], [new], [new]],
        "the former goes on": [[KEY], [new, KEY], [KEY]],
    }
    for name, each in signers.items():
        made = fresh()
        made.said["keys"] = [
            {"since": 1, "public": base64.b64encode(KEY.public()).decode()},
            {"since": 2, "public": base64.b64encode(new.public()).decode()},
        ]
        made.files["checkpoints.jsonl"] = [
            spell({"number": n, "note": sign(head, keys), "cosignatures": [], "stamps": []})
            for n, (head, keys) in enumerate(zip(heads, each, strict=True), 1)
        ]
        for brought in (KEY, new):
            trusted = [Key.read(brought.verifier(ORIGIN))]
            assert made.judge(keys=trusted).good == (name == "both"), name


def test_checkpoints_that_contradict_each_other_are_found() -> None:
    made, lie = fresh(), make(forged(3), SIZES)
    note = lie.notes[1]
    row = spell({"number": 3, "note": note, "cosignatures": [], "stamps": []})
    made.files["checkpoints.jsonl"].insert(2, row)

    assert "contradict" in made.judge().problems[0].what
    made = fresh()
    del made.files["checkpoints.jsonl"][1]
    assert "missing" in made.judge().problems[0].what


@pytest.mark.parametrize(
    "state",
    [b"{}", b'{"a":"\xe5\x8a\x9e"}', b"", b"\x00\xff", b'{\n"a":1}', b'{"state":{}}', b"{,}"],
)
@pytest.mark.parametrize("topic", ["t", '办件,"state":{', "", "a\nb"])
def test_an_event_is_written_as_it_is_read(state: bytes, topic: str) -> None:
    one = replace(event(7), state=state, topic=topic)
    written = event_line(7, str(one.stream), one.version, topic, one.recorded_at, state)

    assert written == one.spell()
    assert b"\n" not in written
    assert EventLine.read(written) == one


def test_other_spellings_are_refused() -> None:
    whole = EVENTS[0].spell()
    for wrong in (
        whole.replace(b'"position":1', b'"position":true'),
        whole.replace(b'"position":1', b'"position":1.0'),
        whole.replace(b'"version":1', b'"version": 1'),
        whole + b" ",
        whole.replace(b"Z", b"+00:00"),
        b"",
        b"[]",
        b"null",
        b'{"state":{}}',
    ):
        with pytest.raises(ExportError):
            EventLine.read(wrong)
    assert line({"a": "办", "b": [1]}) == spell({"a": "办", "b": [1]})
