// Runs the engine off the page's main thread, so that a text that takes long, or traps the module,
// costs one worker (which the page ends and starts again) and never the page.
//
// Protocol: { id, call, request } in; { id, answer } or { id, error } out. `call` names a function
// that the module exports. The module's `main` does nothing where there is no `window`.
import init, * as engine from "../lockstep-web.js";

const CALLS = new Set(["simulate", "rollback"]);
const ready = init({ module_or_path: new URL("../lockstep-web_bg.wasm", import.meta.url) });

// Set before the first `await`: what arrives earlier would be lost.
self.onmessage = async ({ data: { id, call, request } }) => {
  try {
    await ready;
    if (!CALLS.has(call)) throw new Error(`the engine has no call ${JSON.stringify(call)}`);
    self.postMessage({ id, answer: engine[call](request) });
  } catch (error) {
    self.postMessage({ id, error: String(error?.message ?? error), trapped: error instanceof WebAssembly.RuntimeError });
  }
};
