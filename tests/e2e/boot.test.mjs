// The page starts under its own content security policy, and its worker answers.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});
after(() => browser?.close());

test("the page starts without a console message, and the worker answers", async () => {
  const page = await browser.newPage();
  const messages = [];
  page.on("console", message => messages.push(message.text()));
  page.on("pageerror", error => messages.push(String(error)));
  await page.goto(process.env.LOCKSTEP_URL);
  const answer = await page.evaluate(() => new Promise((resolve, reject) => {
    const worker = new Worker("./js/worker.js", { type: "module" });
    worker.onmessage = event => resolve(event.data);
    worker.onerror = event => reject(new Error(event.message));
    worker.postMessage({ id: 7, call: "simulate", request: '{"files":[],"postgres":17}' });
  }));
  assert.equal(answer.id, 7);
  assert.equal(JSON.parse(answer.answer).format, "lockstep-trace/1");
  assert.deepEqual(messages, []);
});
