// The page starts under its own content security policy, and its worker answers by its protocol.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./page.mjs";

let lockstep;
before(async () => { lockstep = await start(); });
after(() => lockstep?.close());

test("the page starts without a console message, and the worker answers", async () => {
  const page = await lockstep.open();
  const heard = await page.evaluate(() => new Promise((resolve, reject) => {
    const worker = new Worker("./js/worker.js", { type: "module" }), all = [];
    worker.onmessage = ({ data }) => {
      all.push(data);
      if (data.id === 8) resolve(all);
    };
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage({ id: 7, call: "simulateJson", request: '{"files":[],"postgres":17}' });
    worker.postMessage({ id: 8, call: "constructor", request: "{}" });
  }));
  assert.ok(heard.some((it) => it.ready));
  const answer = heard.filter((it) => it.id === 7);
  assert.equal(JSON.parse(answer[0].part).format, "lockstep-trace/1");
  assert.ok(answer.at(-1).done);
  assert.match(heard.find((it) => it.id === 8).error, /no call/);
  lockstep.quiet();
});
