// Boots the page: fetches the module and runs its `main`. A file of its own, not inline, so that
// `script-src 'self' 'wasm-unsafe-eval'` is enough.
import init from "../lockstep-web.js";

try {
  await init({ module_or_path: new URL("../lockstep-web_bg.wasm", import.meta.url) });
} catch (error) {
  const text = document.createElement("p");
  text.setAttribute("role", "alert");
  text.textContent = `Lockstep cannot start in this browser: ${error?.message ?? error}. `
    + "It needs WebAssembly: a browser of 2022 or later, or one where WebAssembly is not switched off.";
  document.body.append(text);
  throw error;
}
