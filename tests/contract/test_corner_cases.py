"""Every corner case of deemed consent, parallel approval and the clock, and the tests that show it.

The table is read both ways: whoever asks how a case is handled finds its tests, and a test that is
renamed or taken away is missed here. Rows are those of the law and the county's rules; a name may
show several.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
DEEMED = {f"D{number:02}" for number in range(1, 17)}
PARALLEL = {f"P{number:02}" for number in range(1, 27)}
CLOCK = {f"K{number:02}" for number in (1, 2, 3, 5, 6, 7, 9, 11, 12, *range(15, 31))}


@dataclass(frozen=True)
class Row:
    """One case: its name, what happens, and `<file>::<test>` of each that shows it."""

    name: str
    what: str
    shown_by: tuple[str, ...]


ROWS = (
    Row(
        "D01",
        "decision and timer at the same instant: one outcome, by receipt",
        (
            "chaos/test_deemed_race.py::test_d01_decision_and_timer_at_the_due_instant_have_one_outcome_by_receipt",
            "chaos/test_deemed_race.py::test_d01_receipt_decides_whichever_commits_first",
            "unit/approval/test_deemed.py::test_d01_decision_at_the_last_moment_wins_when_it_comes_first",
            "unit/approval/test_deemed.py::test_d01_decision_at_the_due_instant_is_late_although_no_timer_has_fired",
            "unit/approval/test_deemed.py::test_d01_loser_is_looked_at_again_and_the_receipt_time_decides",
        ),
    ),
    Row(
        "D02",
        "decided in time, heard late: the consent is void, the decision counts",
        (
            "integration/services/test_case_life.py::test_d02_p19_what_approval_takes_back_is_taken_back_here",
            "integration/services/test_outside_departments.py::test_d02_d03_d04_decision_after_silence_counts_only_with_proof_that_it_was_in_time",
            "unit/approval/test_deemed.py::test_d02_timely_decision_that_arrives_late_voids_the_consent_and_counts",
            "unit/approval/test_deemed.py::test_d02_timely_approval_leaves_what_it_set_going_as_it_is",
            "unit/approval/test_undone.py::test_d02_nobody_answers_for_a_last_stage_that_was_decided_in_time",
            "unit/approval/test_undone.py::test_d02_decision_that_was_late_leaves_who_answers",
            "unit/approval/test_undone.py::test_d02_consent_that_followed_a_void_consent_goes_with_it",
            "unit/approval/test_undone.py::test_d02_consent_that_somebody_decided_on_stays",
            "unit/intake/test_reopened.py::test_d02_real_decision_completes_it_anew",
        ),
    ),
    Row(
        "D03",
        "a late refusal is recorded; overturning has its own procedure",
        (
            "integration/services/test_outside_departments.py::test_d02_d03_d04_decision_after_silence_counts_only_with_proof_that_it_was_in_time",
            "unit/approval/test_deemed.py::test_d03_late_rejection_is_recorded_and_reverses_nothing",
            "unit/approval/test_deemed.py::test_d03_overturning_needs_its_own_procedure_and_ends_what_waited",
            "e2e/test_approval_desk.py::test_supervisor_rules_on_silence_and_on_a_refusal",
        ),
    ),
    Row(
        "D04",
        "a late approval is recorded; who answered still answers",
        (
            "integration/services/test_outside_departments.py::test_d02_d03_d04_decision_after_silence_counts_only_with_proof_that_it_was_in_time",
            "unit/approval/test_certificates.py::test_d11_d04_ruling_is_human_when_a_person_granted_even_late",
            "unit/approval/test_deemed.py::test_d04_late_approval_is_recorded_and_the_liability_stays",
            "unit/approval/test_deemed.py::test_d04_proof_of_nothing_in_time_does_not_void",
        ),
    ),
    Row(
        "D05",
        "standing still at the due time: nothing fires",
        (
            "unit/approval/test_deemed.py::test_d05_clock_that_stands_still_at_the_due_time_does_not_fire",
            "unit/intake/test_case_standstill.py::test_d05_nothing_approaches_or_passes_while_it_stands_still",
        ),
    ),
    Row(
        "D06",
        "the applicant's delay, told to both: no consent, nobody answers",
        (
            "unit/approval/test_deemed.py::test_d06_applicants_delay_told_to_both_keeps_silence_from_counting",
        ),
    ),
    Row(
        "D07",
        "the applicant's delay without a notice excuses nothing",
        (
            "unit/approval/test_deemed.py::test_d07_applicants_delay_without_a_notice_excuses_nothing",
        ),
    ),
    Row(
        "D08",
        "told to the applicant alone counts as not told",
        ("unit/approval/test_deemed.py::test_d08_notice_to_the_applicant_alone_counts_as_none",),
    ),
    Row(
        "D09",
        "three that waited become ready, once",
        ("unit/approval/test_deemed.py::test_d09_three_that_waited_become_ready_once",),
    ),
    Row(
        "D10",
        "an item without an effect is only late",
        ("unit/approval/test_deemed.py::test_d10_item_without_an_effect_only_breaches",),
    ),
    Row(
        "D11",
        "the last stage: no certificate without a human",
        (
            "unit/approval/test_certificates.py::test_d11_deemed_consent_is_no_decision_that_a_certificate_could_follow",
            "unit/approval/test_certificates.py::test_d11_d04_ruling_is_human_when_a_person_granted_even_late",
            "unit/approval/test_deemed.py::test_d11_last_stage_waits_for_a_human_and_somebody_answers",
            "unit/approval/test_deemed.py::test_d11_case_of_one_department_waits_for_a_human_too",
            "unit/approval/test_deemed.py::test_d11_renewal_is_deemed_granted_at_the_last_stage",
        ),
    ),
    Row(
        "D12",
        "window and department: two records, one cause",
        (
            "integration/services/test_processes.py::test_d12_silent_department_is_passed_by_and_both_answer",
            "unit/approval/test_deemed.py::test_d12_window_and_department_answer_for_one_cause",
        ),
    ),
    Row(
        "D13",
        "timers down for two days: fired once, with the true end",
        (
            "unit/approval/test_deemed.py::test_d13_after_two_days_of_downtime_it_fires_once_with_the_true_due",
            "unit/approval/test_deemed.py::test_d13_what_came_in_time_meanwhile_is_considered_first",
            "chaos/test_deadlines.py::test_c1_service_that_was_down_fires_once_with_the_legal_moment",
        ),
    ),
    Row(
        "D14",
        "the same firing twice is one event",
        (
            "unit/approval/test_deemed.py::test_d14_the_same_firing_twice_is_one_event",
            "chaos/test_deadlines.py::test_c3_three_processes_fire_each_deadline_once",
            "unit/approval/test_process_model.py::test_process_of_many_departments_is_lawful_whatever_happens_to_it",
        ),
    ),
    Row(
        "D15",
        "an amended calendar makes a consent void",
        (
            "unit/approval/test_deemed.py::test_d15_consent_that_an_amended_calendar_makes_too_early_is_void",
            "unit/approval/test_deemed.py::test_d15_consent_stands_when_the_next_stage_has_decided",
            "unit/approval/test_deemed.py::test_d15_wrong_clock_is_put_right_by_a_person",
        ),
    ),
    Row(
        "D16",
        "corrections on the day silence accepted: it stands",
        (
            "unit/approval/test_deemed.py::test_d16_case_accepted_by_silence_runs_from_the_receipt",
            "unit/intake/test_case_asking.py::test_d16_corrections_on_the_day_silence_accepted_change_nothing",
        ),
    ),
    Row(
        "P01",
        "two that wait for each other, until a letter cuts an edge",
        (
            "integration/services/test_surveys.py::test_p01_a_signed_letter_cuts_a_cycle_and_p24_withholds_the_certificate",
            "unit/approval/test_parallel.py::test_p01_two_that_wait_for_each_other_are_told_once_and_blocked_until_an_edge_is_cut",
        ),
    ),
    Row(
        "P02",
        "rings of three; an item that waits for itself",
        (
            "unit/approval/test_parallel.py::test_p02_three_in_a_ring_are_one_cycle",
            "unit/approval/test_parallel.py::test_p02_two_rings_are_two_cycles",
            "unit/approval/test_parallel.py::test_p02_task_that_waits_for_itself_is_refused",
        ),
    ),
    Row(
        "P03",
        "a scheme revised while running",
        ("unit/approval/test_parallel.py::test_p03_process_keeps_the_version_of_its_scheme",),
    ),
    Row(
        "P04",
        "withdrawn after an approval: it stands",
        (
            "unit/approval/test_endings.py::test_p04_what_is_decided_stands_when_the_case_ends",
            "unit/approval/test_parallel.py::test_p04_withdrawal_ends_what_is_open_and_leaves_what_is_approved",
            "unit/approval/test_parallel.py::test_p04_withdrawal_of_everything_is_no_grant",
        ),
    ),
    Row(
        "P05",
        "a part is withdrawn: what waits for it, and the join",
        (
            "integration/services/test_processes.py::test_p05_cases_that_intake_ends_end_their_tasks_and_the_other_way_round",
            "unit/approval/test_endings.py::test_p05_end_of_a_members_case_ends_its_task_and_what_waits",
            "unit/approval/test_endings.py::test_p05_part_names_tasks_and_a_part_of_a_task_ends_nothing",
            "unit/approval/test_parallel.py::test_p05_partial_withdrawal_ends_what_waited_for_it_and_the_rest_joins",
            "unit/approval/test_parallel.py::test_p05_what_waited_for_a_waivable_one_goes_on",
            "e2e/test_approval_desk.py::test_whole_is_acted_on_from_its_page",
        ),
    ),
    Row(
        "P06",
        "one rejection: independent approvals stand",
        (
            "unit/approval/test_parallel.py::test_p06_one_rejection_lets_independent_approvals_stand_and_ends_the_whole_as_rejected",
            "unit/approval/test_parallel.py::test_p06_rejection_of_a_waivable_task_only_blocks_until_it_is_waived",
            "unit/intake/test_reopened.py::test_p06_case_whose_prerequisite_was_refused_ends_without_a_decision",
        ),
    ),
    Row(
        "P07",
        "a rejection set aside: opened again by a new event",
        (
            "integration/services/test_certificates.py::test_p07_case_decided_anew_has_another_document",
            "unit/approval/test_parallel.py::test_p07_rejected_task_is_opened_again_with_what_fell_with_it",
            "unit/approval/test_parallel.py::test_p07_only_a_rejected_task_is_opened_again",
            "e2e/test_approval_desk.py::test_supervisor_rules_on_silence_and_on_a_refusal",
        ),
    ),
    Row(
        "P08",
        "a department added mid-way: own clock, the joint limit stays",
        (
            "unit/approval/test_parallel.py::test_p08_department_added_mid_way_has_its_own_clock_and_the_joint_limit_stays",
            "unit/approval/test_parallel.py::test_p08_added_task_that_closes_a_ring_is_told",
            "integration/services/test_processes.py::test_department_added_withdrawn_and_waived",
        ),
    ),
    Row(
        "P09",
        "the joint limit is earlier: it binds",
        (
            "unit/approval/test_parallel.py::test_p09_joint_limit_that_ends_earlier_binds",
            "unit/approval/test_parallel.py::test_p09_own_limit_that_ends_earlier_binds",
        ),
    ),
    Row(
        "P10",
        "one of five asks for rectification; silence by the day end is overdue",
        (
            "integration/services/test_surveys.py::test_p10_who_says_nothing_by_the_end_of_the_day_is_overdue_by_the_clock",
            "unit/approval/test_surveys.py::test_p10_one_of_five_departments_asks_for_rectification_the_same_day",
            "unit/approval/test_surveys.py::test_p10_no_opinion_by_the_end_of_the_day_is_overdue_and_a_late_one_is_late",
        ),
    ),
    Row(
        "P11",
        "a survey that ends at 23:30, or on a make-up Saturday",
        (
            "unit/approval/test_surveys.py::test_p11_opinions_are_due_by_the_end_of_the_same_calendar_day",
            "unit/approval/test_surveys.py::test_p11_nothing_is_on_the_spot_the_day_after",
        ),
    ),
    Row(
        "P12",
        "the applicant stays away: the promise stands still",
        (
            "integration/services/test_surveys.py::test_p12_the_promise_stands_still_from_the_applicants_absence_until_a_new_time",
            "unit/approval/test_surveys.py::test_p12_without_the_applicant_it_is_not_held_and_waits_for_them",
            "unit/approval/test_surveys.py::test_p12_nobody_is_absent_before_the_agreed_time",
        ),
    ),
    Row(
        "P13",
        "a department stays away: it answers, and has not agreed",
        (
            "unit/approval/test_endings.py::test_p13_absent_department_answers_once_and_the_window_does_not",
            "unit/approval/test_endings.py::test_p13_absence_is_not_excused_by_a_limit_that_moves",
            "unit/approval/test_surveys.py::test_p13_an_absent_department_is_liable_and_has_not_agreed",
            "unit/approval/test_surveys.py::test_p13_absence_agrees_where_a_rule_says_so",
            "unit/approval/test_surveys.py::test_p13_without_any_department_there_was_no_survey",
        ),
    ),
    Row(
        "P14",
        "one official alone: the opinion is invalid",
        ("unit/approval/test_surveys.py::test_p14_the_opinion_of_one_official_is_invalid",),
    ),
    Row(
        "P15",
        "a required utility stays away: no quorum, or waived with a reason",
        (
            "unit/approval/test_surveys.py::test_p15_quorum_fails_without_a_required_utility",
            "unit/approval/test_surveys.py::test_p15_a_required_utility_is_waived_with_a_reason",
            "unit/approval/test_surveys.py::test_p15_who_is_not_required_may_stay_away",
        ),
    ),
    Row(
        "P16",
        "a survey stops no statutory limit",
        (
            "integration/services/test_surveys.py::test_p16_a_survey_stops_the_statutory_clock_only_where_the_item_says_so",
            "unit/approval/test_clocks.py::test_p16_survey_does_not_stop_the_statutory_clock",
            "unit/approval/test_surveys.py::test_p16_a_survey_stops_no_clock_unless_its_item_says_so",
            "unit/kernel/test_clock_golden.py::test_p16_survey_does_not_stop_the_statutory_clock",
        ),
    ),
    Row(
        "P17",
        "supplement later, unmet: the pre-decision lapses, no certificate ever",
        (
            "integration/services/test_surveys.py::test_p17_a_letter_nobody_kept_lapses_by_the_clock_and_p23_flags_the_applicant",
            "unit/approval/test_commitments.py::test_p17_supplement_later_unmet_lapses_and_never_gives_a_certificate",
            "unit/approval/test_commitments.py::test_p17_a_letter_nobody_decided_on_is_broken_without_a_lapse",
        ),
    ),
    Row(
        "P18",
        "notice and promise, unmet: rectified, or revoked",
        (
            "integration/services/test_certificates.py::test_p18_broken_promise_opens_a_duty_and_the_revocation_names_the_letter",
            "integration/services/test_surveys.py::test_p18_a_broken_promise_is_rectified_or_the_certificate_revoked_by_the_clock",
            "unit/approval/test_commitments.py::test_p18_notice_and_promise_unmet_is_rectified_or_the_certificate_revoked",
            "unit/approval/test_commitments.py::test_p18_what_is_made_true_in_the_rectification_is_not_revoked",
            "unit/approval/test_endings.py::test_p18_broken_promise_puts_the_certificate_on_the_list_once",
        ),
    ),
    Row(
        "P19",
        "tolerance, unmet: deemed withdrawn, not completed",
        (
            "integration/services/test_case_life.py::test_d02_p19_what_approval_takes_back_is_taken_back_here",
            "integration/services/test_surveys.py::test_p19_a_broken_tolerance_is_deemed_withdrawn_by_the_clock",
            "unit/approval/test_commitments.py::test_p19_tolerance_unmet_is_deemed_withdrawn_not_completed",
            "unit/approval/test_commitments.py::test_p19_under_tolerance_nothing_is_decided_before_the_papers",
        ),
    ),
    Row(
        "P20",
        "papers on the due date, and on the next day",
        (
            "unit/approval/test_commitments.py::test_p20_papers_on_the_due_date_fulfil",
            "unit/approval/test_commitments.py::test_p20_papers_the_next_day_break_the_promise_also_before_the_timer",
            "unit/approval/test_commitments.py::test_p20_a_promised_rest_day_ends_on_the_next_working_day",
        ),
    ),
    Row(
        "P21",
        "the prerequisite is refused later: the pre-decision lapses before its day",
        (
            "integration/services/test_surveys.py::test_p21_a_rejected_prerequisite_ends_the_pre_decision_before_the_day",
            "unit/approval/test_commitments.py::test_p21_a_rejected_prerequisite_ends_the_pre_decision_before_the_day",
            "unit/approval/test_commitments.py::test_p21_a_letter_not_decided_on_is_refused_then",
            "unit/approval/test_parallel.py::test_p21_prerequisite_refused_later_ends_the_decision_that_went_ahead",
        ),
    ),
    Row(
        "P22",
        "no ground for a letter: refused",
        (
            "integration/services/test_surveys.py::test_p22_without_a_ground_a_letter_is_refused_with_its_reason",
            "unit/approval/test_commitments.py::test_p22_without_its_three_facts_a_letter_is_refused",
            "unit/approval/test_commitments.py::test_p22_papers_of_a_higher_authority_are_a_ground",
            "unit/approval/test_commitments.py::test_p22_the_other_schemes_need_only_that_the_item_is_listed_for_them",
        ),
    ),
    Row(
        "P23",
        "a flagged credit record: refused",
        (
            "integration/services/test_surveys.py::test_p17_a_letter_nobody_kept_lapses_by_the_clock_and_p23_flags_the_applicant",
            "unit/approval/test_commitments.py::test_p23_an_applicant_with_a_flagged_record_is_refused",
            "unit/approval/test_commitments.py::test_p23_a_record_is_flagged_once_a_letter_until_it_is_repaired",
        ),
    ),
    Row(
        "P24",
        "a certificate before fulfilment: refused",
        (
            "integration/services/test_certificates.py::test_p24_certificate_is_refused_until_the_commitment_is_fulfilled",
            "integration/services/test_surveys.py::test_p01_a_signed_letter_cuts_a_cycle_and_p24_withholds_the_certificate",
            "unit/approval/test_certificates.py::test_p24_certificate_is_withheld_until_the_commitment_is_fulfilled",
            "unit/approval/test_commitments.py::test_p24_a_certificate_asked_for_before_fulfilment_is_barred",
        ),
    ),
    Row(
        "P25",
        "a delegation that ended yesterday decides nothing",
        (
            "integration/services/test_certificates.py::test_p25_document_is_refused_when_the_delegation_ended_yesterday",
            "integration/services/test_processes.py::test_p25_delegation_that_ended_yesterday_decides_nothing",
        ),
    ),
    Row(
        "P26",
        "a seal on another document: refused",
        (
            "integration/services/test_certificates.py::test_p26_seal_of_another_document_and_a_suspended_seal_are_refused",
            "unit/approval/test_certificates.py::test_p26_seal_is_bound_to_the_document_it_was_asked_for",
        ),
    ),
    Row(
        "K01",
        "a make-up Sunday counts",
        ("unit/approval/test_clocks.py::test_k01_make_up_sunday_counts",),
    ),
    Row(
        "K02",
        "a make-up Saturday is a due date",
        ("unit/approval/test_clocks.py::test_k02_make_up_saturday_is_a_due_date",),
    ),
    Row(
        "K03",
        "twenty working days, and ten more",
        ("unit/approval/test_clocks.py::test_k03_licence_of_twenty_days_and_its_extension_by_ten",),
    ),
    Row(
        "K05",
        "a joint limit of 45, and 15 more",
        ("unit/approval/test_clocks.py::test_k05_joint_limit_and_its_extension",),
    ),
    Row(
        "K06",
        "a retroactive holiday moves the end; the old one is kept",
        (
            "integration/services/test_clock_of_a_case.py::test_k06_other_limits_are_counted_again_by_the_timer",
            "unit/approval/test_certificates.py::test_k06_limit_moves_with_the_calendar",
            "unit/approval/test_clocks.py::test_k06_retroactive_holiday_moves_the_end_and_the_old_one_is_kept",
            "unit/approval/test_clocks.py::test_k06_joint_limit_is_counted_again_too",
            "unit/approval/test_undone.py::test_k06_nobody_answers_for_a_limit_that_an_amendment_moves_later",
            "unit/kernel/test_clock_golden.py::test_k06_holiday_made_longer_moves_the_end_and_the_old_end_is_kept",
            "unit/kernel/test_clock_golden.py::test_k06_amendment_elsewhere_in_the_year_changes_only_the_label",
        ),
    ),
    Row(
        "K07",
        "a consent that a lengthened holiday makes too early",
        (
            "integration/services/test_process_recounts.py::test_k07_consent_of_an_older_calendar_is_voided_and_comes_when_it_should",
            "unit/approval/test_clocks.py::test_k07_three_days_over_the_lengthened_festival",
            "unit/approval/test_undone.py::test_k07_consent_after_the_joint_limit_is_void_when_an_amendment_moves_it",
            "unit/kernel/test_clock_golden.py::test_k07_end_on_a_make_up_saturday_that_became_a_day_off",
        ),
    ),
    Row(
        "K09",
        "an end in a year not announced is provisional",
        (
            "unit/approval/test_clocks.py::test_k09_end_in_a_year_that_is_not_announced_is_provisional",
            "unit/kernel/test_clock_golden.py::test_k09_end_in_a_year_not_announced_is_marked_and_counted_again_later",
        ),
    ),
    Row(
        "K11",
        "standing still over a holiday",
        (
            "unit/approval/test_clocks.py::test_k11_suspended_over_the_holiday",
            "unit/intake/test_case_standstill.py::test_k11_what_stood_still_is_added",
            "unit/kernel/test_clock_golden.py::test_k11_days_it_stands_still_are_not_counted",
        ),
    ),
    Row(
        "K12",
        "standing still wholly within a holiday",
        (
            "unit/approval/test_clocks.py::test_k12_suspension_wholly_in_a_holiday_changes_nothing",
            "unit/intake/test_case_standstill.py::test_k12_standstill_within_a_holiday_adds_nothing",
            "unit/kernel/test_clock_golden.py::test_k12_standing_still_in_a_holiday_changes_nothing",
        ),
    ),
    Row(
        "K15",
        "two reasons at once: their union",
        (
            "unit/approval/test_clocks.py::test_k15_overlapping_reasons_are_united_not_added",
            "unit/intake/test_case_standstill.py::test_k15_two_reasons_at_once_are_one_standstill",
            "unit/kernel/test_clock_golden.py::test_k15_two_reasons_at_once_are_counted_once",
        ),
    ),
    Row(
        "K16",
        "stopped and resumed on one day: nothing excluded",
        (
            "unit/approval/test_clocks.py::test_k16_suspended_and_resumed_the_same_day_excludes_nothing",
            "unit/kernel/test_clock_golden.py::test_k16_suspended_and_resumed_on_one_day_excludes_nothing",
        ),
    ),
    Row(
        "K17",
        "resumed without, stopped twice: refused",
        (
            "unit/approval/test_clocks.py::test_k17_resume_without_suspend_and_suspend_twice_are_refused",
            "unit/intake/test_case_standstill.py::test_k17_k18_what_a_clock_refuses",
            "unit/kernel/test_clock_golden.py::test_k17_resumed_without_being_suspended_or_suspended_twice_is_refused",
        ),
    ),
    Row(
        "K18",
        "stopped after the breach: refused, the breach stands",
        (
            "unit/approval/test_clocks.py::test_k18_suspension_after_the_breach_is_refused_and_the_breach_stands",
            "unit/intake/test_case_standstill.py::test_k17_k18_what_a_clock_refuses",
            "unit/kernel/test_clock_golden.py::test_k18_suspended_after_the_breach_is_refused_and_the_breach_stands",
        ),
    ),
    Row(
        "K19",
        "extended on the due date, and the day after",
        (
            "unit/approval/test_clocks.py::test_k19_extension_on_the_due_date_holds_and_the_day_after_does_not",
            "unit/kernel/test_clock_golden.py::test_k19_extension_is_decided_on_the_last_day_and_not_after_it",
        ),
    ),
    Row(
        "K20",
        "extended in the wrong role",
        (
            "unit/approval/test_clocks.py::test_k20_head_of_a_department_does_not_extend_a_joint_limit",
            "unit/kernel/test_clock_golden.py::test_k20_extension_by_the_wrong_role_is_refused",
        ),
    ),
    Row(
        "K21",
        "extended a second time, or beyond the law",
        (
            "unit/approval/test_clocks.py::test_k21_second_extension_is_refused",
            "unit/approval/test_clocks.py::test_k21_extension_beyond_the_law_or_the_scheme_is_refused",
            "unit/kernel/test_clock_golden.py::test_k21_second_extension_is_refused",
        ),
    ),
    Row(
        "K22",
        "the last minute online, and at a counter that has closed",
        (
            "unit/approval/test_clocks.py::test_k22_decision_in_the_last_second_is_in_time_whatever_the_counter",
            "unit/intake/test_case_asking.py::test_k22_counters_close_and_nothing_else_does",
            "unit/intake/test_case_asking.py::test_k22_channel_cut_off_gives_the_legal_date",
            "unit/kernel/test_clock_golden.py::test_k22_last_minute_online_is_in_time_and_at_the_counter_too_late",
        ),
    ),
    Row(
        "K23",
        "the day is the day in Shanghai",
        (
            "unit/approval/test_clocks.py::test_k23_the_day_of_a_moment_in_utc_is_that_of_shanghai",
            "unit/kernel/test_clock_golden.py::test_k23_day_is_the_day_in_shanghai",
        ),
    ),
    Row(
        "K24",
        "no one-time notice: accepted as of the receipt",
        (
            "integration/services/test_case_life.py::test_k24_silence_accepts_as_of_the_receipt",
            "unit/approval/test_clocks.py::test_k24_limits_of_a_case_accepted_by_silence_run_from_the_receipt",
            "unit/intake/test_case_asking.py::test_k24_notice_is_due_five_working_days_after_the_receipt",
            "unit/intake/test_case_asking.py::test_k24_silence_accepts_as_of_the_receipt_and_both_limits_count_from_then",
            "unit/kernel/test_clock_golden.py::test_k24_start_moves_back_when_the_one_time_notice_was_not_given",
        ),
    ),
    Row(
        "K25",
        "a second notice for what the first left out",
        (
            "unit/approval/test_clocks.py::test_k25_returned_task_does_not_get_its_days_again",
            "unit/intake/test_case_asking.py::test_k25_second_notice_is_a_fault_and_restarts_nothing",
            "unit/intake/test_case_asking.py::test_k25_second_notice_while_corrections_are_awaited_binds_nobody",
            "unit/kernel/test_clock_golden.py::test_k25_second_correction_notice_does_not_start_the_five_days_again",
        ),
    ),
    Row(
        "K26",
        "calendar days that end in a holiday",
        (
            "unit/approval/test_clocks.py::test_k26_calendar_days_that_end_in_a_holiday_move_behind_it",
            "unit/kernel/test_clock_golden.py::test_k26_limit_in_calendar_days_moves_off_the_holiday",
            "unit/kernel/test_clock_golden.py::test_k26_last_day_does_not_move_into_days_it_stands_still",
        ),
    ),
    Row(
        "K27",
        "an immediate item left overnight",
        (
            "unit/approval/test_clocks.py::test_k27_immediate_task_is_late_when_its_day_is_over",
            "unit/kernel/test_clock_golden.py::test_k27_immediate_item_is_over_with_its_day",
        ),
    ),
    Row(
        "K28",
        "a late step, a case in time",
        (
            "unit/approval/test_clocks.py::test_k28_late_task_leaves_the_whole_in_time",
            "unit/kernel/test_clock_golden.py::test_k28_overdue_step_does_not_colour_the_case",
        ),
    ),
    Row(
        "K29",
        "limits in hours",
        (
            "unit/approval/test_clocks.py::test_k29_hours_count_within_office_hours",
            "unit/kernel/test_clock_golden.py::test_k29_hours_are_hours_at_which_the_office_is_open",
            "unit/kernel/test_clock_golden.py::test_k29_hours_stand_still_from_moment_to_moment",
        ),
    ),
    Row(
        "K30",
        "half days of some are working days",
        (
            "unit/approval/test_clocks.py::test_k30_half_days_of_some_are_working_days_of_all",
            "unit/kernel/test_clock_golden.py::test_k30_half_days_of_march_and_may_are_working_days",
        ),
    ),
)


@cache
def defined_in(path: str) -> frozenset[str]:
    """Name the tests of a file."""
    text = (TESTS / path).read_text() if (TESTS / path).exists() else ""
    return frozenset(re.findall(r"^\s*def (test_\w+)", text, re.MULTILINE))


def test_every_case_is_in_the_table_once() -> None:
    assert sorted(row.name for row in ROWS) == sorted(DEEMED | PARALLEL | CLOCK)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_case_is_shown_by_tests_that_exist_and_one_that_names_it(row: Row) -> None:
    missing = []
    for one in row.shown_by:
        path, _, name = one.partition("::")
        if name not in defined_in(path):
            missing.append(one)

    assert not missing, f"{row.name} ({row.what}) was shown by tests that are gone: {missing}"
    assert any(f"_{row.name.lower()}_" in one for one in row.shown_by)
