// Runs the engine off the page's main thread, so that a text that takes long, or traps the module,
// costs one worker (which the page ends and starts again) and never the page.
//
// Protocol: { id, call, request } in; { id, part } for each part of the answer, then { id, done }, or { id, error, trapped }
// out, and once { ready }. `call` names a function that the module exports; requests are JSON as text, answers are texts.
// Each part is a message of its own, so that the page's main thread is free between them.
import init, * as engine from "../lockstep-web.js";

const CALLS = new Set([
  "simulateJson", "planJson", "rollbackJson", "validationJson", "handoffJson", "checklistJson", "adviceJson", "traceJson",
  "packageJson",
]);
const ready = init({ module_or_path: new URL("../lockstep-web_bg.wasm", import.meta.url) });
ready.then(() => self.postMessage({ ready: true }), () => {});

// Set before the first `await`: what arrives earlier would be lost.
self.onmessage = async ({ data: { id, call, request } }) => {
  try {
    await ready;
    if (!CALLS.has(call)) throw new Error(`the engine has no call ${JSON.stringify(call)}`);
    for (const part of engine[call](request)) self.postMessage({ id, part });
    self.postMessage({ id, done: true });
  } catch (error) {
    self.postMessage({
      id,
      error: String(error?.message ?? error),
      // After a trap or an overflowing stack the module's memory is in no known state.
      trapped: error instanceof WebAssembly.RuntimeError || error instanceof RangeError,
    });
  }
};
