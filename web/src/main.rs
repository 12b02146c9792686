//! The page: the engine in a browser.

use wasm_bindgen::prelude::wasm_bindgen;

/// `report::simulate` for JavaScript, JSON in and out.
#[wasm_bindgen]
pub fn simulate(request: &str) -> Result<String, String> {
    let request = serde_json::from_str(request).map_err(|error| error.to_string())?;
    serde_json::to_string(&lockstep_core::report::simulate(&request)).map_err(|error| error.to_string())
}

fn main() {}
