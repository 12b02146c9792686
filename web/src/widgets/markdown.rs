//! A safe subset of Markdown as nodes: no raw HTML, no images, links only to the web or this page.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag};
use yew::prelude::*;
use yew::virtual_dom::VNode;

#[derive(Properties, PartialEq)]
pub(crate) struct MarkdownProps {
    pub(crate) text: AttrValue,
    /// The first heading is left out where the frame around shows the title.
    #[prop_or_default]
    pub(crate) skip_title: bool,
}

#[component]
pub(crate) fn Markdown(props: &MarkdownProps) -> Html {
    html! { <div class="markdown">{ for render(&props.text, props.skip_title) }</div> }
}

struct Open<'a> {
    tag: Option<Tag<'a>>,
    children: Vec<VNode>,
}

pub(crate) fn title(text: &str) -> &str {
    text.lines().next().unwrap_or("").trim_start_matches('#').trim()
}

fn render(text: &str, skip_title: bool) -> Vec<VNode> {
    let mut stack = vec![Open { tag: None, children: vec![] }];
    let mut skip = skip_title;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        let node = match event {
            Event::Start(tag) => {
                stack.push(Open { tag: Some(tag), children: vec![] });
                continue;
            }
            Event::End(_) => {
                let Some(Open { tag: Some(tag), children }) = stack.pop() else { continue };
                if skip && matches!(tag, Tag::Heading { level: HeadingLevel::H1, .. }) {
                    skip = false;
                    continue;
                }
                close(tag, children)
            }
            Event::Text(text) => html! { { text.to_string() } },
            // Raw HTML is shown, never interpreted.
            Event::Html(text) | Event::InlineHtml(text) => html! { { text.to_string() } },
            Event::Code(code) => html! { <code>{ code.to_string() }</code> },
            Event::SoftBreak => html! { { " " } },
            Event::HardBreak => html! { <br /> },
            Event::Rule => html! { <hr /> },
            _ => continue,
        };
        if let Some(open) = stack.last_mut() {
            open.children.push(node);
        }
    }
    stack.into_iter().next().map(|it| it.children).unwrap_or_default()
}

fn close(tag: Tag, children: Vec<VNode>) -> VNode {
    match tag {
        Tag::Paragraph => html! { <p>{ for children }</p> },
        Tag::Heading { level: HeadingLevel::H1 | HeadingLevel::H2, .. } => html! { <h3>{ for children }</h3> },
        Tag::Heading { .. } => html! { <h4>{ for children }</h4> },
        Tag::BlockQuote(_) => html! { <blockquote>{ for children }</blockquote> },
        Tag::CodeBlock(kind) => code_block(&kind, children),
        Tag::List(Some(_)) => html! { <ol>{ for children }</ol> },
        Tag::List(None) => html! { <ul>{ for children }</ul> },
        Tag::Item => html! { <li>{ for children }</li> },
        Tag::Emphasis => html! { <em>{ for children }</em> },
        Tag::Strong => html! { <strong>{ for children }</strong> },
        Tag::Table(_) => html! { <table>{ for children }</table> },
        Tag::TableHead | Tag::TableRow => html! { <tr>{ for children }</tr> },
        Tag::TableCell => html! { <td>{ for children }</td> },
        Tag::Link { dest_url, .. } if dest_url.starts_with("https://") => {
            html! { <a href={dest_url.to_string()} target="_blank" rel="noopener noreferrer">{ for children }</a> }
        }
        _ => html! { <>{ for children }</> },
    }
}

/// A fence says after its language what the block is: ```` ```sql unsafe ````.
fn code_block(kind: &CodeBlockKind, children: Vec<VNode>) -> VNode {
    let info = match kind {
        CodeBlockKind::Fenced(info) => info.as_ref(),
        CodeBlockKind::Indented => "",
    };
    let (class, word) = match info.split_whitespace().nth(1) {
        Some("unsafe") => ("unsafe", Some("Dangerous")),
        Some("safe") => ("safe", Some("Safe")),
        _ => ("", None),
    };
    html! {
        <div class={classes!("sample", class)}>
            if let Some(word) = word { <span class="sample-word">{ word }</span> }
            <pre tabindex="0"><code>{ for children }</code></pre>
        </div>
    }
}
