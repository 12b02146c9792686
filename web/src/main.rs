//! The page: paste a migration, play it, share it. One module serves the page, its worker and other sites.

mod app;
mod archive;
mod browser;
mod documents;
mod embed;
mod engine;
mod examples;
#[cfg(test)]
mod fixture;
mod keys;
mod lanes;
mod pages;
mod panels;
mod problems;
mod scenario;
mod schema_diff;
mod share;
mod state;
mod widgets;

/// Other sites and the worker load this module for its exports alone: the page is where its root is.
fn main() {
    let root = web_sys::window().and_then(|it| it.document()).and_then(|it| it.get_element_by_id("lockstep"));
    if let Some(root) = root {
        yew::Renderer::<app::App>::with_root(root).render();
    }
}
