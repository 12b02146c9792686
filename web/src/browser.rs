//! The few things asked of the browser itself.

use wasm_bindgen::prelude::*;
use web_sys::{Document, HtmlAnchorElement, Storage, Url, Window};

pub(crate) fn window() -> Window {
    web_sys::window().expect("the page runs in a window")
}

pub(crate) fn document() -> Document {
    window().document().expect("a window has a document")
}

pub(crate) fn matches(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|it| it.matches())
}

/// `?name` or `?name=…` in the address.
pub(crate) fn has_parameter(name: &str) -> bool {
    let search = window().location().search().unwrap_or_default();
    web_sys::UrlSearchParams::new_with_str(&search).is_ok_and(|it| it.has(name))
}

pub(crate) fn fragment() -> String {
    window().location().hash().unwrap_or_default()
}

/// The address of this page without query and fragment.
pub(crate) fn address() -> String {
    let location = window().location();
    format!("{}{}", location.origin().unwrap_or_default(), location.pathname().unwrap_or_default())
}

/// Puts a fragment into the address bar without a new entry in the history.
pub(crate) fn replace_fragment(fragment: &str) {
    let target =
        if fragment.is_empty() { window().location().pathname().unwrap_or_default() } else { fragment.to_owned() };
    if let Ok(history) = window().history() {
        // Some browsers refuse very long addresses; the dialog still has the link.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&target));
    }
}

/// Storage may be switched off, full, or refused to frames.
fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

pub(crate) fn stored(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

pub(crate) fn store(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(key, value);
    }
}

/// Copies, and says whether it worked.
pub(crate) async fn copy(text: String) -> bool {
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into());
    if !clipboard.is_ok_and(|it| it.is_object()) {
        return false;
    }
    let promise = window().navigator().clipboard().write_text(&text);
    wasm_bindgen_futures::JsFuture::from(promise).await.is_ok()
}

pub(crate) fn download(name: &str, mime: &str, text: &str) {
    save(name, mime, &text.into());
}

pub(crate) fn download_bytes(name: &str, mime: &str, bytes: &[u8]) {
    save(name, mime, &js_sys::Uint8Array::from(bytes).into());
}

fn save(name: &str, mime: &str, content: &JsValue) {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(mime);
    let parts = js_sys::Array::of1(content);
    let save = || -> Result<(), JsValue> {
        let blob = web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options)?;
        let url = Url::create_object_url_with_blob(&blob)?;
        let anchor: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
        anchor.set_href(&url);
        anchor.set_download(name);
        anchor.click();
        Url::revoke_object_url(&url)
    };
    if let Err(error) = save() {
        web_sys::console::warn_1(&error);
    }
}
