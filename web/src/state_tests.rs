use super::*;
use crate::fixture;

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

#[test]
fn a_rollback_shows_only_for_its_step_and_text() {
    let migration = "CREATE TABLE a (id int);\nCREATE TABLE b (id int);".into();
    let scenario = Scenario { migration, ..Scenario::default() };
    let rollback = lockstep_core::report::rollback(&scenario.request(Some(2)));
    assert_eq!(rollback.from_step, 2);
    let state = after(traced(), [Action::Go(2), Action::RolledBack(1, Shared::new(rollback))]);
    assert!(state.current_rollback().is_some());
    assert!(after(state.clone(), [Action::Move(1)]).current_rollback().is_none());
    assert!(after(state, [Action::Edit(Document::Schema, "x".into())]).current_rollback().is_none());
}

#[test]
fn a_plan_shows_only_for_its_text() {
    let migration = "CREATE TABLE a (id int);".into();
    let scenario = Scenario { migration, ..Scenario::default() };
    let plan = lockstep_core::report::plan(&scenario.request(None));
    assert_eq!(plan.end.schema, "same");
    let state = after(traced(), [Action::View(View::Plan), Action::Planned(1, Shared::new(plan))]);
    assert!(state.current_plan().is_some());
    assert!(after(state, [Action::Edit(Document::Schema, "x".into())]).current_plan().is_none());
}

#[test]
fn loading_an_example_starts_over() {
    let state = after(traced(), [Action::Go(5), Action::View(View::Trace), Action::Load(Scenario::default(), 1)]);
    assert_eq!((state.step, state.view, state.trace.is_none()), (1, View::Step, true));
    assert_eq!(state.loaded, 1);
}

#[test]
fn panes_and_views_agree() {
    let state = after(traced(), [Action::Pane(Pane::Report)]);
    assert_eq!(state.view, View::Rollback);
    let state = after(state, [Action::TogglePlay]);
    assert_eq!((state.view, state.pane), (View::Step, Pane::Watch));
}
