//! The page: one reducer, one engine, and the panels around them.

use gloo_events::EventListener;
use gloo_timers::callback::{Interval, Timeout};
use lockstep_core::report::checklist::wire::Evidence;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::prelude::*;

use crate::documents::Question;
use crate::engine::Engine;
use crate::keys;
use crate::panels::{
    dialogs::Dialogs, document::DocumentPanel, editors::Editors, player::Player, problems::Problems, stage::Stage,
    top_bar::TopBar,
};
use crate::problems::problems;
use crate::scenario::Scenario;
use crate::state::{Action, Pane, State, Theme, View};
use crate::widgets::icon::{Glyph, Icon};
use crate::widgets::tabs::Tabs;
use crate::{browser, examples, share};

/// Typing settles before the engine is asked.
const SETTLE_MS: u32 = 60;
/// A document that is shown already may be older than the text for a little longer.
const SETTLE_DOCUMENT_MS: u32 = 300;
const THEME: &str = "lockstep-theme";

fn initial(gallery: &[examples::Example]) -> State {
    let embed = browser::has_parameter("embed");
    let (scenario, step, alert) = match share::decode(&browser::fragment()) {
        Some(Ok((scenario, step))) => (scenario, step, None),
        broken => {
            let scenario = examples::first(gallery).map(|it| it.scenario.clone()).unwrap_or_default();
            let alert = broken.and_then(Result::err).map(|it| AttrValue::from(it.to_string()));
            (scenario, 1, alert)
        }
    };
    // A broken link shows its message, not somebody else's migration.
    let scenario = if alert.is_some() { Scenario::default() } else { scenario };
    let mut state = State::new(scenario, step, embed);
    state.alert = alert;
    if !embed {
        state.theme = Theme::of_name(&browser::stored(THEME).unwrap_or_default());
    }
    state
}

#[component]
pub(crate) fn App() -> Html {
    let gallery = use_memo((), |()| examples::gallery());
    let state = {
        let gallery = gallery.clone();
        use_reducer(move || initial(&gallery))
    };
    let act = {
        let dispatcher = state.dispatcher();
        use_callback((), move |action: Action, ()| dispatcher.dispatch(action))
    };
    // Two workers: no document that takes long holds up what typing asks for.
    let engines = {
        let act = act.clone();
        use_memo((), move |()| [Engine::new(act.clone()), Engine::new(act)])
    };
    let dark = use_theme(state.theme, state.embed);
    use_engine(&state, &engines);
    use_player(&state, &act);
    use_keys(&act);
    use_links(&act, state.embed);

    let trace = state.trace.as_ref().map(|it| it.value.clone());
    let list = use_memo(trace.clone(), |trace| trace.as_ref().map(|it| problems(it)).unwrap_or_default());
    let current = trace.as_ref().and_then(|it| it.steps.get(state.step.checked_sub(1)?));
    let spoken =
        current.map(|it| format!("Step {} of {}. {}", it.index, state.steps(), it.caption)).unwrap_or_default();
    let open_full = state.embed.then(|| {
        let fragment = share::encode(&state.scenario, state.step).unwrap_or_default();
        AttrValue::from(format!("{}{fragment}", browser::address()))
    });
    let view = match (state.view, trace.clone()) {
        (View::Step, Some(trace)) => {
            html! { <Stage {trace} step={state.step} stale={state.stale()} act={act.clone()} /> }
        }
        (View::Document(kind), Some(_)) => html! {
            <DocumentPanel {kind} told={state.documents[kind as usize].clone()} waiting={state.waits_for(kind)} failure={state.failure.clone()}
                steps={state.steps()} runner={state.scenario.runner.clone()} tool={state.tool.clone()} statements={state.statements.clone()} act={act.clone()} />
        },
        (_, None) => {
            html! { <div class="stage blank"><p class="muted">{ if state.failure.is_some() { "" } else { "Starting the engine …" } }</p></div> }
        }
    };
    let editors = html! {
        <Editors scenario={state.scenario.clone()} document={state.document} trace={trace.clone()} step={state.step} {dark}
            read_only={state.embed && browser::has_parameter("readonly")} embed={state.embed} act={act.clone()} />
    };
    let player = html! {
        <Player trace={trace.clone()} step={state.step} playing={state.playing} speed={state.speed} act={act.clone()} {open_full} />
    };
    let report = html! {
        <section class="watch" id={format!("pane-panel-{}", if state.pane == Pane::Report { 2 } else { 1 })} aria-label="What the migration does">
            <Tabs id="view" label="Views" class="view-tabs" titles={View::ALL.map(|it| AttrValue::Static(it.title())).to_vec()}
                selected={state.view.place()} onselect={act.reform(|at: usize| Action::View(View::ALL[at]))} />
            <div class="view" role="tabpanel" id={format!("view-panel-{}", state.view.place())} aria-labelledby={format!("view-tab-{}", state.view.place())} tabindex="0">
                { view }
            </div>
        </section>
    };
    let class = classes!("page", state.embed.then_some("embed"), format!("pane-{}", state.pane.title().to_lowercase()));
    html! {
            <div {class}>
                if !state.embed { <TopBar scenario={state.scenario.clone()} theme={state.theme} act={act.clone()} /> }
                { for state.alert.iter().map(|it| alert(it, &act)) }
                { for state.failure.iter().map(|it| html! { <p class="banner error" role="alert"><Glyph icon={Icon::Error} /><span>{ it }</span></p> }) }
                if !state.embed {
    <nav class="panes" aria-label="Panes">                <Tabs id="pane" label="Panes" class="pane-tabs" titles={Pane::ALL.map(|it| AttrValue::Static(it.title())).to_vec()}
                        selected={state.pane as usize} onselect={act.reform(|at: usize| Action::Pane(Pane::ALL[at]))} />
    </nav>            }
                <main class="columns" aria-busy={state.working().to_string()}>
                    <div class="column-code" id="pane-panel-0">
                        { editors }
                        if !state.embed { <Problems problems={list} step={state.step} act={act.clone()} /> }
                    </div>
                    { report }
                </main>
                { player }
                <p class="sr-only" aria-live="polite">{ spoken }</p>
                if let Some(open) = state.dialog.clone() {
                    <Dialogs {open} scenario={state.scenario.clone()} step={state.step} {gallery} act={act.clone()} />
                }
            </div>
        }
}

fn alert(text: &AttrValue, act: &Callback<Action>) -> Html {
    html! {
        <div class="banner error" role="alert">
            <Glyph icon={Icon::Error} /><span>{ text }</span>
            <button type="button" class="button quiet" aria-label="Dismiss" onclick={act.reform(|_| Action::Alert(None))}><Glyph icon={Icon::Close} /></button>
        </div>
    }
}

/// Keeps the document's theme equal to the chosen one and answers whether it is dark.
#[hook]
fn use_theme(theme: Theme, embed: bool) -> bool {
    const DARK: &str = "(prefers-color-scheme: dark)";
    let system = use_state(|| browser::matches(DARK));
    {
        let system = system.clone();
        use_effect_with((), move |()| {
            let query = browser::window().match_media(DARK).ok().flatten();
            let listener =
                query.map(|it| EventListener::new(&it, "change", move |_| system.set(browser::matches(DARK))));
            move || drop(listener)
        });
    }
    let dark = match theme {
        Theme::Auto => *system,
        Theme::Light => false,
        Theme::Dark => true,
    };
    use_effect_with((theme, dark), move |(theme, dark)| {
        if let Some(root) = browser::document().document_element() {
            let _ = root.set_attribute("data-theme", if *dark { "dark" } else { "light" });
        }
        if !embed {
            browser::store(THEME, theme.name());
        }
    });
    dark
}

/// Asks the engine for what is shown and not yet known.
#[hook]
fn use_engine(state: &UseReducerHandle<State>, engines: &[Engine; 2]) {
    let [engine, documents] = engines;
    let settle = |delay: u32, ask: Box<dyn FnOnce()>| {
        let timer = if delay > 0 {
            Some(Timeout::new(delay, ask))
        } else {
            ask();
            None
        };
        move || drop(timer)
    };
    {
        let (engine, scenario) = (engine.clone(), state.scenario.clone());
        use_effect_with(state.revision, move |&revision| {
            // Nothing has been typed before the first answer, so there is nothing to wait for.
            let delay = if revision > 1 { SETTLE_MS } else { 0 };
            settle(delay, Box::new(move || engine.simulate(revision, scenario.request(None))))
        });
    }
    let (engine, scenario, statements) = (documents.clone(), state.scenario.clone(), state.statements.clone());
    let wanted = state.wanted();
    let shown = wanted.is_some_and(|(kind, _)| state.documents[kind as usize].is_some());
    use_effect_with(wanted, move |&wanted| {
        settle(
            if shown { SETTLE_DOCUMENT_MS } else { 0 },
            Box::new(move || {
                if let Some((kind, asked)) = wanted {
                    let evidence = Evidence { statements: (*statements).clone(), ..Evidence::default() };
                    engine.document(kind, asked, &Question { request: scenario.request(asked.step), evidence });
                }
            }),
        )
    });
}

/// The clock of the player.
#[hook]
fn use_player(state: &UseReducerHandle<State>, act: &Callback<Action>) {
    let act = act.clone();
    use_effect_with((state.playing, state.speed), move |&(playing, speed)| {
        let clock = playing.then(|| Interval::new(speed.milliseconds(), move || act.emit(Action::Tick)));
        move || drop(clock)
    });
}

#[hook]
fn use_keys(act: &Callback<Action>) {
    let act = act.clone();
    use_effect_with((), move |()| {
        let options = gloo_events::EventListenerOptions::enable_prevent_default();
        let listener = EventListener::new_with_options(&browser::document(), "keydown", options, move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            if let Some(action) = keys::action(event) {
                event.prevent_default();
                act.emit(action);
            }
        });
        move || drop(listener)
    });
}

/// A link pasted into the address bar of a page that is already open.
#[hook]
fn use_links(act: &Callback<Action>, embed: bool) {
    let act = act.clone();
    use_effect_with((), move |()| {
        let listener =
            EventListener::new(&browser::window(), "hashchange", move |_| match share::decode(&browser::fragment()) {
                Some(Ok((scenario, step))) => act.emit(Action::Load(scenario, step)),
                Some(Err(broken)) if !embed => act.emit(Action::Alert(Some(broken.to_string().into()))),
                _ => {}
            });
        move || drop(listener)
    });
}
