//! CodeMirror behind a component; a plain text area until, and unless, its module has loaded.

use js_sys::{Function, Object, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlTextAreaElement};
use yew::prelude::*;

#[wasm_bindgen(module = "/js/host.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = loadEditor)]
    async fn load_editor() -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    type EditorModule;
    #[wasm_bindgen(method, catch, js_name = createEditor)]
    fn create(this: &EditorModule, parent: &Element, options: &Object) -> Result<Handle, JsValue>;
    type Handle;
    #[wasm_bindgen(method)]
    fn set(this: &Handle, text: &str);
    #[wasm_bindgen(method)]
    fn diagnostics(this: &Handle, list: &JsValue);
    #[wasm_bindgen(method)]
    fn steps(this: &Handle, list: &JsValue);
    #[wasm_bindgen(method)]
    fn current(this: &Handle, mark: &JsValue, reveal: bool);
    #[wasm_bindgen(method)]
    fn dark(this: &Handle, on: bool);
    #[wasm_bindgen(method)]
    fn destroy(this: &Handle);
}

/// A step's mark in the gutter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Mark {
    pub(crate) line: usize,
    pub(crate) number: usize,
    pub(crate) outcome: &'static str,
    pub(crate) label: String,
    pub(crate) icon: &'static str,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Squiggle {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) severity: String,
    pub(crate) message: String,
}

/// The lines of the step on the stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Current {
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) number: usize,
}

#[derive(Properties, PartialEq)]
pub(crate) struct EditorProps {
    pub(crate) text: AttrValue,
    pub(crate) label: AttrValue,
    pub(crate) hint: AttrValue,
    pub(crate) marks: Vec<Mark>,
    pub(crate) squiggles: Vec<Squiggle>,
    pub(crate) current: Option<Current>,
    pub(crate) dark: bool,
    pub(crate) read_only: bool,
    pub(crate) onchange: Callback<AttrValue>,
    pub(crate) onplay: Callback<()>,
    pub(crate) onshare: Callback<()>,
    pub(crate) onstep: Callback<usize>,
}

/// The closures live as long as the editor that calls them.
struct Mounted {
    handle: Handle,
    _onchange: Closure<dyn FnMut(String)>,
    _onkeys: [Closure<dyn FnMut()>; 2],
    _onstep: Closure<dyn FnMut(usize)>,
}

impl Drop for Mounted {
    fn drop(&mut self) {
        self.handle.destroy();
    }
}

fn mount(module: JsValue, parent: &Element, props: &EditorProps, text: &str) -> Result<Mounted, JsValue> {
    let (onchange, onplay, onshare, onstep) =
        (props.onchange.clone(), props.onplay.clone(), props.onshare.clone(), props.onstep.clone());
    let changed = Closure::<dyn FnMut(String)>::new(move |text: String| onchange.emit(text.into()));
    let play = Closure::<dyn FnMut()>::new(move || onplay.emit(()));
    let share = Closure::<dyn FnMut()>::new(move || onshare.emit(()));
    let step = Closure::<dyn FnMut(usize)>::new(move |number| onstep.emit(number));
    let options = Object::new();
    let function = |it: &JsValue| it.unchecked_ref::<Function>().clone().into();
    let entries: [(&str, JsValue); 9] = [
        ("text", text.into()),
        ("label", props.label.as_str().into()),
        ("hint", props.hint.as_str().into()),
        ("dark", props.dark.into()),
        ("readOnly", props.read_only.into()),
        ("onChange", function(changed.as_ref())),
        ("onPlay", function(play.as_ref())),
        ("onShare", function(share.as_ref())),
        ("onStep", function(step.as_ref())),
    ];
    for (key, value) in entries {
        Reflect::set(&options, &key.into(), &value)?;
    }
    let handle = module.unchecked_into::<EditorModule>().create(parent, &options)?;
    Ok(Mounted { handle, _onchange: changed, _onkeys: [play, share], _onstep: step })
}

fn plain(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}

#[component]
pub(crate) fn Editor(props: &EditorProps) -> Html {
    let host = use_node_ref();
    let mounted = use_mut_ref(|| None::<Mounted>);
    let ready = use_state(|| false);
    // What was typed into the text area while the module was loading must not be lost.
    let newest = use_mut_ref(|| props.text.clone());
    *newest.borrow_mut() = props.text.clone();
    {
        let (host, mounted, ready, newest) = (host.clone(), mounted.clone(), ready.clone(), newest.clone());
        let props = EditorProps {
            text: AttrValue::default(),
            label: props.label.clone(),
            hint: props.hint.clone(),
            marks: vec![],
            squiggles: vec![],
            current: None,
            onchange: props.onchange.clone(),
            onplay: props.onplay.clone(),
            onshare: props.onshare.clone(),
            onstep: props.onstep.clone(),
            ..*props
        };
        use_effect_with((), move |()| {
            let slot = mounted.clone();
            wasm_bindgen_futures::spawn_local(async move {
                let module = match load_editor().await {
                    Ok(module) => module,
                    Err(error) => {
                        return web_sys::console::warn_2(
                            &"The editor did not load; a plain text area stands in.".into(),
                            &error,
                        );
                    }
                };
                let Some(parent) = host.cast::<Element>() else { return };
                let text = newest.borrow().clone();
                match mount(module, &parent, &props, &text) {
                    Ok(it) => {
                        *mounted.borrow_mut() = Some(it);
                        ready.set(true);
                    }
                    Err(error) => web_sys::console::warn_1(&error),
                }
            });
            move || drop(slot.borrow_mut().take())
        });
    }
    {
        let mounted = mounted.clone();
        use_effect_with((*ready, props.text.clone()), move |(_, text)| {
            if let Some(it) = &*mounted.borrow() {
                it.handle.set(text);
            }
        });
    }
    {
        let mounted = mounted.clone();
        use_effect_with((*ready, props.marks.clone(), props.squiggles.clone()), move |(_, marks, squiggles)| {
            if let Some(it) = &*mounted.borrow() {
                it.handle.diagnostics(&plain(squiggles));
                it.handle.steps(&plain(marks));
            }
        });
    }
    {
        let mounted = mounted.clone();
        use_effect_with((*ready, props.current.clone()), move |(_, current)| {
            if let Some(it) = &*mounted.borrow() {
                it.handle.current(&plain(current), true);
            }
        });
    }
    {
        let mounted = mounted.clone();
        use_effect_with((*ready, props.dark), move |(_, dark)| {
            if let Some(it) = &*mounted.borrow() {
                it.handle.dark(*dark);
            }
        });
    }
    let oninput = props
        .onchange
        .reform(|event: InputEvent| AttrValue::from(event.target_unchecked_into::<HtmlTextAreaElement>().value()));
    html! {
        <div class="editor">
            if !*ready {
                <textarea class="editor-plain" aria-label={props.label.clone()} placeholder={props.hint.clone()} spellcheck="false"
                    readonly={props.read_only} {oninput} value={props.text.clone()} />
            }
            <div class="editor-host" ref={host} hidden={!*ready} />
        </div>
    }
}
