use super::*;
use crate::{documents, fixture};

fn after(state: State, actions: impl IntoIterator<Item = Action>) -> State {
    actions.into_iter().fold(state, |mut state, action| {
        state.apply(action);
        state
    })
}

fn traced() -> State {
    let state = State::new(Scenario::default(), 0, false);
    after(state, [Action::Traced(1, Shared::new(fixture::trace()))])
}

#[test]
fn the_first_trace_shows_the_first_step_and_does_not_play() {
    let state = traced();
    assert_eq!((state.step, state.playing, state.working()), (1, false, false));
}

#[test]
fn a_shared_step_is_shown_once_the_trace_is_there() {
    let state = after(State::new(Scenario::default(), 4, false), [Action::Traced(1, Shared::new(fixture::trace()))]);
    assert_eq!(state.step, 4);
    let state = after(State::new(Scenario::default(), 999, false), [Action::Traced(1, Shared::new(fixture::trace()))]);
    assert_eq!(state.step, 6);
}

#[test]
fn steps_stay_within_the_trace() {
    let state = after(traced(), [Action::Move(-1)]);
    assert_eq!(state.step, 1);
    assert_eq!(after(state.clone(), [Action::Go(usize::MAX)]).step, 6);
    assert_eq!(after(state, [Action::Go(0)]).step, 1);
}

#[test]
fn playing_stops_at_the_last_step_and_starts_over_from_there() {
    let state = after(traced(), [Action::Go(5), Action::TogglePlay]);
    assert!(state.playing);
    let state = after(state, [Action::Tick]);
    assert_eq!((state.step, state.playing), (6, false));
    let state = after(state, [Action::TogglePlay]);
    assert_eq!((state.step, state.playing), (1, true));
}

#[test]
fn a_tick_after_the_pause_does_nothing() {
    let state = after(traced(), [Action::TogglePlay, Action::TogglePlay, Action::Tick]);
    assert_eq!((state.step, state.playing), (1, false));
}

#[test]
fn nothing_plays_where_there_is_no_step() {
    let state = after(State::new(Scenario::default(), 0, false), [Action::TogglePlay]);
    assert!(!state.playing);
}

#[test]
fn editing_pauses_and_keeps_the_step() {
    let state = after(traced(), [Action::Go(3), Action::TogglePlay, Action::Edit(Document::Migration, "x".into())]);
    assert_eq!((state.step, state.playing, state.working()), (3, false, true));
    let mut shorter = fixture::trace();
    shorter.steps.truncate(2);
    let state = after(state.clone(), [Action::Traced(state.revision, Shared::new(shorter))]);
    assert_eq!((state.step, state.working()), (2, false));
}

#[test]
fn the_same_text_again_changes_nothing() {
    let state = traced();
    let same = after(state.clone(), [Action::Edit(Document::Migration, "".into()), Action::Postgres(18)]);
    assert_eq!(same.revision, state.revision);
}

#[test]
fn an_answer_to_an_older_text_does_not_replace_a_newer_one() {
    let state = after(traced(), [Action::Edit(Document::Migration, "x".into())]);
    let state = after(state, [Action::Traced(2, Shared::new(fixture::trace()))]);
    let mut old = fixture::trace();
    old.steps.clear();
    let state = after(state, [Action::Traced(1, Shared::new(old))]);
    assert_eq!(state.steps(), 6);
}

#[test]
fn a_failure_keeps_the_last_good_frames_as_stale() {
    let state = after(traced(), [Action::Edit(Document::Migration, "x".into()), Action::Failed(1, "late".into())]);
    assert_eq!(state.failure, None);
    let state = after(state, [Action::Failed(2, "The engine stopped.".into())]);
    assert!(state.stale() && state.steps() == 6 && !state.working());
    let state = after(state, [Action::Edit(Document::Migration, "y".into())]);
    assert!(!state.stale());
}

fn made(kind: Kind, scenario: &Scenario, step: Option<usize>) -> Made {
    Made::read(
        kind,
        documents::answer(kind, &documents::Question { request: scenario.request(step), ..Default::default() })
            .unwrap(),
    )
    .unwrap()
}

/// Looks at a kind of document and gets what it asks for.
fn looked_at(state: State, kind: Kind) -> State {
    let mut state = after(state, [Action::View(View::Document(kind))]);
    let (wanted, asked) = state.wanted().expect("it is not known yet");
    assert_eq!(wanted, kind);
    let answer = Ok(made(kind, &two_tables(), asked.step));
    state.apply(Action::Made(kind, asked, answer));
    state
}

fn two_tables() -> Scenario {
    let migration = "CREATE TABLE a (id int);\nCREATE TABLE b (id int);".into();
    Scenario { migration, ..Scenario::default() }
}

#[test]
fn a_document_is_asked_for_when_it_is_looked_at_and_once() {
    let state = traced();
    assert_eq!(state.wanted(), None);
    for kind in Kind::ALL {
        let state = looked_at(state.clone(), kind);
        assert_eq!((state.wanted(), state.waits_for(kind)), (None, false), "{kind:?}");
        let state = after(state, [Action::View(View::Step), Action::View(View::Document(kind))]);
        assert_eq!(state.wanted(), None, "{kind:?}");
    }
}

#[test]
fn after_an_edit_a_document_is_asked_for_again_once_the_trace_is_there() {
    let state = looked_at(traced(), Kind::Handoff);
    let state = after(state, [Action::Edit(Document::Schema, "x".into())]);
    assert!(state.documents[Kind::Handoff as usize].is_some(), "the old one stays, greyed");
    assert_eq!((state.wanted(), state.waits_for(Kind::Handoff)), (None, true));
    let state = after(state, [Action::Traced(2, Shared::new(fixture::trace()))]);
    assert_eq!(state.wanted(), Some((Kind::Handoff, Asked { revision: 2, ..Asked::default() })));
    let state = after(state, [Action::View(View::Step)]);
    assert_eq!(state.wanted(), None, "nobody looks at it");
}

#[test]
fn a_way_back_belongs_to_its_step() {
    let state = looked_at(after(traced(), [Action::Go(2)]), Kind::Rollback);
    let state = after(state, [Action::Move(1)]);
    assert_eq!(state.wanted(), Some((Kind::Rollback, Asked { revision: 1, step: Some(3), stated: 0 })));
    assert!(state.waits_for(Kind::Rollback));
    let state = after(looked_at(state, Kind::Plan), [Action::Move(1)]);
    assert_eq!(state.wanted(), None, "a plan does not");
}

#[test]
fn nothing_is_taken_back_where_there_is_no_step() {
    let state = after(State::new(Scenario::default(), 0, false), [Action::View(View::Document(Kind::Rollback))]);
    let mut none = fixture::trace();
    none.steps.clear();
    let state = after(state, [Action::Traced(1, Shared::new(none))]);
    assert_eq!((state.wanted(), state.waits_for(Kind::Rollback)), (None, false));
}

#[test]
fn a_document_of_an_older_text_or_another_scenario_does_not_come_back() {
    let state = after(traced(), [Action::View(View::Document(Kind::Plan))]);
    let (_, asked) = state.wanted().unwrap();
    let late = Action::Made(Kind::Plan, asked, Ok(made(Kind::Plan, &two_tables(), None)));
    let state = after(state, [Action::Edit(Document::Migration, "x".into()), late]);
    assert_eq!(state.documents[Kind::Plan as usize], None);
    let state = after(looked_at(traced(), Kind::Plan), [Action::Load(Scenario::default(), 1)]);
    assert_eq!(state.documents[Kind::Plan as usize], None);
}

#[test]
fn a_document_that_fails_says_why_and_leaves_the_stage_alone() {
    let state = after(traced(), [Action::View(View::Document(Kind::Plan))]);
    let (_, asked) = state.wanted().unwrap();
    let state = after(state, [Action::Made(Kind::Plan, asked, Err("It took too long.".into()))]);
    assert_eq!((state.wanted(), state.failure.clone(), state.stale()), (None, None, false));
    assert!(!state.waits_for(Kind::Plan));
    let state = after(state, [Action::Retry(Kind::Plan)]);
    assert_eq!(state.wanted(), Some((Kind::Plan, asked)));
}

#[test]
fn no_document_is_asked_for_of_a_text_that_stopped_the_engine() {
    let state =
        after(traced(), [Action::View(View::Document(Kind::Plan)), Action::Edit(Document::Migration, "x".into())]);
    let state = after(state, [Action::Failed(2, "The engine stopped.".into())]);
    assert_eq!((state.wanted(), state.waits_for(Kind::Plan)), (None, false));
}

#[test]
fn a_statement_asks_for_the_checklist_again_and_for_nothing_else() {
    let state = looked_at(looked_at(traced(), Kind::Handoff), Kind::Checklist);
    let state = after(state, [Action::Statement("backup".into(), "Ada".into())]);
    let (kind, asked) = state.wanted().unwrap();
    assert_eq!((kind, asked.revision, asked.stated), (Kind::Checklist, 1, 1));
    assert_eq!(state.statements.get("backup").map(String::as_str), Some("Ada"));
    assert!(!state.waits_for(Kind::Handoff));
    let state = after(state, [Action::Statement("backup".into(), " ".into())]);
    assert!(state.statements.is_empty() && state.stated == 2);
    let state =
        after(state, [Action::Statement("window".into(), "night".into()), Action::Load(Scenario::default(), 1)]);
    assert!(state.statements.is_empty(), "it was said of another migration");
}

#[test]
fn every_view_stands_at_its_place() {
    for (place, view) in View::ALL.into_iter().enumerate() {
        assert_eq!(view.place(), place);
    }
}

#[test]
fn loading_an_example_starts_over() {
    let state = after(
        traced(),
        [Action::Go(5), Action::View(View::Document(Kind::Trace)), Action::Load(Scenario::default(), 1)],
    );
    assert_eq!((state.step, state.view, state.trace.is_none()), (1, View::Step, true));
    assert_eq!(state.loaded, 1);
}

#[test]
fn panes_and_views_agree() {
    let state = after(traced(), [Action::Pane(Pane::Report)]);
    assert_eq!(state.view, View::Document(Kind::Plan));
    let state = after(state, [Action::View(View::Document(Kind::Handoff)), Action::TogglePlay]);
    assert_eq!((state.view, state.pane), (View::Step, Pane::Watch));
    let state = after(state, [Action::Pane(Pane::Report)]);
    assert_eq!(state.view, View::Document(Kind::Handoff), "where it was left");
}
