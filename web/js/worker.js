// Runs the engine off the page's main thread, so that a text that takes long, or traps the module,
// costs one worker (which the page ends and starts again) and never the page.
//
// Protocol: { id, call, request } in; { id, answer } or { id, error, trapped } out, and once { ready }.
// `call` names a function that the module exports; requests and answers are JSON as text.
import init, * as engine from "../lockstep-web.js";

const CALLS = new Set([
  "simulateJson", "planJson", "rollbackJson", "validationJson", "handoffJson", "checklistJson", "adviceJson",
]);
const ready = init({ module_or_path: new URL("../lockstep-web_bg.wasm", import.meta.url) });
ready.then(() => self.postMessage({ ready: true }), () => {});

// Set before the first `await`: what arrives earlier would be lost.
self.onmessage = async ({ data: { id, call, request } }) => {
  try {
    await ready;
    if (!CALLS.has(call)) throw new Error(`the engine has no call ${JSON.stringify(call)}`);
    self.postMessage({ id, answer: engine[call](request) });
  } catch (error) {
    self.postMessage({
      id,
      error: String(error?.message ?? error),
      // After a trap or an overflowing stack the module's memory is in no known state.
      trapped: error instanceof WebAssembly.RuntimeError || error instanceof RangeError,
    });
  }
};
