//! The player: steps as dots, a slider, play and pause. Every control but the dots is in the tab order.

use lockstep_core::report::wire::{Step, Trace};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::state::{Action, Shared, Speed};
use crate::widgets::icon::{Glyph, Icon, outcome};

/// As many dots as fit beside each other; the slider reaches the rest.
const MOST_DOTS: usize = 14;

#[derive(Properties, PartialEq)]
pub(crate) struct PlayerProps {
    pub(crate) trace: Option<Shared<Trace>>,
    pub(crate) step: usize,
    pub(crate) playing: bool,
    pub(crate) speed: Speed,
    pub(crate) act: Callback<Action>,
    /// Where the whole page opens from an embed.
    #[prop_or_default]
    pub(crate) open_full: Option<AttrValue>,
}

pub(crate) fn describe(step: &Step) -> String {
    let (_, word, _) = outcome(&step.outcome);
    format!("Step {}: {}, {}", step.index, step.command, word.to_lowercase())
}

#[component]
pub(crate) fn Player(props: &PlayerProps) -> Html {
    let steps: &[Step] = props.trace.as_ref().map_or(&[], |it| &it.steps);
    let (count, step, act) = (steps.len(), props.step, &props.act);
    let on = |action: Action| act.reform(move |_: MouseEvent| action.clone());
    let button = |icon, label: &'static str, keys: &'static str, action, disabled: bool, class: &'static str| {
        html! {
            <button type="button" class={classes!("button", "round", class)} aria-label={label} title={format!("{label} ({keys})")}
                aria-keyshortcuts={keys} onclick={on(action)} {disabled}><Glyph {icon} /></button>
        }
    };
    let (play_icon, play_word) = if props.playing { (Icon::Pause, "Pause") } else { (Icon::Play, "Play") };
    let oninput = act.reform(|event: InputEvent| {
        Action::Go(event.target_unchecked_into::<HtmlInputElement>().value_as_number() as usize)
    });
    let current = step.checked_sub(1).and_then(|it| steps.get(it));
    let text = current.map_or("No steps".into(), |it| format!("{} of {count}", describe(it)));
    let from = step.saturating_sub(MOST_DOTS / 2 + 1).min(count.saturating_sub(MOST_DOTS));
    let dot = |it: &Step| {
        let (icon, _, class) = outcome(&it.outcome);
        let now = it.index == step;
        html! {
            <li class={classes!("dot", class, now.then_some("now"), (it.index < step).then_some("past"))}>
                <button type="button" tabindex="-1" aria-label={describe(it)} aria-current={now.then_some("step")} title={describe(it)} onclick={on(Action::Go(it.index))}>
                    <span class="dot-number">{ it.index }</span><Glyph {icon} />
                </button>
            </li>
        }
    };
    let speed = |it: Speed| {
        html! {
            <button type="button" aria-pressed={(it == props.speed).to_string()} aria-label={format!("Speed {}", it.title())} onclick={on(Action::Speed(it))}>{ it.title() }</button>
        }
    };
    html! {
        <section class="player" aria-label="Player">
            <div class="player-buttons">
                { button(Icon::First, "First step", "Home", Action::Go(1), step <= 1, "edge") }
                { button(Icon::Previous, "Previous step", "ArrowLeft", Action::Move(-1), step <= 1, "") }
                <button type="button" class="button play" aria-label={play_word} title={format!("{play_word} (Space)")} aria-keyshortcuts="Space" onclick={on(Action::TogglePlay)} disabled={count == 0}>
                    <Glyph icon={play_icon} /><span>{ play_word }</span>
                </button>
                { button(Icon::Next, "Next step", "ArrowRight", Action::Move(1), step >= count, "") }
                { button(Icon::Last, "Last step", "End", Action::Go(count), step >= count, "edge") }
            </div>
            <div class="track">
                <ol class="dots" aria-label="Steps">
                    if from > 0 { <li class="dots-more" aria-hidden="true">{ "…" }</li> }
                    { for steps.iter().skip(from).take(MOST_DOTS).map(dot) }
                    if from + MOST_DOTS < count { <li class="dots-more" aria-hidden="true">{ "…" }</li> }
                </ol>
                <input type="range" class="scrub" min={count.min(1).to_string()} max={count.to_string()} value={step.to_string()} {oninput}
                    aria-label="Step" aria-valuetext={text} disabled={count < 2} />
            </div>
            <output class="position">{ format!("{step} / {count}") }</output>
            <div class="speeds" role="group" aria-label="Speed">{ for Speed::ALL.map(speed) }</div>
            if let Some(href) = &props.open_full {
                <a class="button open-full" href={href.clone()} target="_blank" rel="noopener">{ "Open full" }<Glyph icon={Icon::Link} /></a>
            }
        </section>
    }
}
