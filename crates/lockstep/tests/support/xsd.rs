//! Holds an XML document against an XSD, as far as that of JUnit reports goes: elements with their attributes and
//! children; whatever else a schema says is a fault of the test.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};

#[derive(Debug, Default)]
struct Element {
    /// Name, and whether it must be there.
    attributes: BTreeMap<String, bool>,
    children: Vec<String>,
    text: bool,
}

/// Everything in the document that the schema does not allow.
pub(crate) fn faults(schema: &str, document: &str) -> Vec<String> {
    let schema = Document::parse(schema).expect("a schema");
    let document = Document::parse(document).expect("well-formed XML");
    let top = |kind: &'static str| schema.root_element().children().filter(move |it| it.has_tag_name((XS, kind)));
    let types: BTreeMap<&str, Node> =
        top("complexType").map(|it| (it.attribute("name").expect("a name"), it)).collect();
    let elements =
        top("element").map(|it| (it.attribute("name").expect("a name").to_owned(), element(it, &types))).collect();
    let mut faults = vec![];
    check(document.root_element(), &elements, &mut faults);
    faults
}

const XS: &str = "http://www.w3.org/2001/XMLSchema";

fn element(node: Node, types: &BTreeMap<&str, Node>) -> Element {
    let mut found = Element::default();
    match node.attribute("type") {
        Some("xs:string") => found.text = true,
        Some(name) => read(types[name], &mut found),
        None => node.children().filter(Node::is_element).for_each(|it| read(it, &mut found)),
    }
    found
}

fn read(node: Node, found: &mut Element) {
    match node.tag_name().name() {
        "complexType" => found.text |= node.attribute("mixed") == Some("true"),
        "sequence" | "choice" => {}
        "attribute" => {
            let name = node.attribute("name").expect("a name").to_owned();
            found.attributes.insert(name, node.attribute("use") == Some("required"));
            return;
        }
        "element" => {
            found.children.push(node.attribute("ref").or(node.attribute("name")).expect("a name").to_owned());
            return;
        }
        other => panic!("{other} is not understood"),
    }
    node.children().filter(Node::is_element).for_each(|it| read(it, found));
}

fn check(node: Node, elements: &BTreeMap<String, Element>, faults: &mut Vec<String>) {
    let name = node.tag_name().name();
    let Some(element) = elements.get(name) else {
        faults.push(format!("{name} is no element of the schema"));
        return;
    };
    for attribute in node.attributes().filter(|it| !element.attributes.contains_key(it.name())) {
        faults.push(format!("{name} has {}", attribute.name()));
    }
    for (required, _) in
        element.attributes.iter().filter(|(key, required)| **required && !node.has_attribute(key.as_str()))
    {
        faults.push(format!("{name} lacks {required}"));
    }
    for child in node.children() {
        if child.is_element() && !element.children.iter().any(|it| it == child.tag_name().name()) {
            faults.push(format!("{name} holds {}", child.tag_name().name()));
        } else if child.is_element() {
            check(child, elements, faults);
        } else if child.is_text() && !element.text && !child.text().unwrap_or("").trim().is_empty() {
            faults.push(format!("{name} holds text"));
        }
    }
}
