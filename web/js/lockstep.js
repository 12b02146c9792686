// The engine for other sites: import this file from wherever the page is served.
import init, * as engine from "../lockstep-web.js";

// Where the page itself runs, its module is loaded already and this waits for nothing.
const ready = init({ module_or_path: new URL("../lockstep-web_bg.wasm", import.meta.url) });

export async function simulate(request) {
  await ready;
  return engine.simulate(request);
}

export async function rollback(request) {
  await ready;
  return engine.rollback(request);
}

export async function plan(request) {
  await ready;
  return engine.plan(request);
}

export async function handoff(request) {
  await ready;
  return engine.handoff(request);
}

export async function validation(request) {
  await ready;
  return engine.validation(request);
}

export async function checklist(request, evidence) {
  await ready;
  return engine.checklist(request, evidence);
}

export async function advice(request) {
  await ready;
  return engine.advice(request);
}

export async function changePackage(request) {
  await ready;
  return engine.changePackage(request);
}
