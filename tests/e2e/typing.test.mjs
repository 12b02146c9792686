// What a key costs the main thread, with a migration of 300 statements in the editor and each kind of view open.
// The bar is one frame. The figures are printed: median, 95th percentile and maximum over the keys.
import test, { before, after } from "node:test";
import assert from "node:assert/strict";
import { start, settled, migrationEditor, write } from "./page.mjs";

const STATEMENTS = 300;
const KEYS = Number(process.env.LOCKSTEP_KEYS || 20);
const FRAME_MS = 16;
/** An unoptimized module (`cargo xtask test --dev`) is larger, and answers later. */
const OPTIMIZED_BYTES = 12 << 20;

/** Slower than people type, so that every key is answered by the engine before the next: none rides free. */
const pause = (module) => Number(process.env.LOCKSTEP_KEY_PAUSE || (module < OPTIMIZED_BYTES ? 700 : 2_500));

/** Tables, columns, constraints, indexes. */
function migration() {
  const statements = [];
  for (let t = 0; statements.length < STATEMENTS; t++) {
    statements.push(
      `CREATE TABLE part_${t} (id bigint PRIMARY KEY, name text NOT NULL, made timestamptz DEFAULT now());`,
      `ALTER TABLE part_${t} ADD COLUMN owner_id bigint;`,
      `ALTER TABLE part_${t} ADD COLUMN amount numeric(10, 2) NOT NULL DEFAULT 0;`,
      `CREATE INDEX part_${t}_owner_id_idx ON part_${t} (owner_id);`,
      `ALTER TABLE part_${t} ADD CONSTRAINT part_${t}_amount_check CHECK (amount >= 0);`,
      t === 0 ? "ALTER TABLE users ADD COLUMN parts integer;" : `ALTER TABLE part_${t} ADD CONSTRAINT part_${t}_owner_fk FOREIGN KEY (owner_id) REFERENCES part_${t - 1} (id);`,
    );
  }
  return statements.slice(0, STATEMENTS).join("\n");
}

/**
 * For each key the tasks of the page's main thread from when it is pressed until the next is: their sum, and the longest,
 * in CPU time, which other processes of the machine do not add to.
 */
function costs(trace, last) {
  const { traceEvents } = JSON.parse(trace);
  const keys = traceEvents.filter((it) => it.name === "EventDispatch" && it.args.data?.type === "keydown").sort((a, b) => a.ts - b.ts);
  const tasks = traceEvents.filter((it) => it.name === "RunTask" && it.ph === "X" && it.pid === keys[0].pid && it.tid === keys[0].tid);
  return keys.map((key, at) => {
    const end = keys[at + 1]?.ts ?? key.ts + last * 1000;
    // The task of the key begins before its event.
    const within = (it) => it.ts + (it.dur ?? 0) > key.ts && it.ts + (it.dur ?? 0) <= end;
    const mine = tasks.filter(within).map((it) => (it.tdur ?? it.dur) / 1000);
    return { sum: mine.reduce((a, b) => a + b, 0), longest: Math.max(...mine) };
  });
}

function figures(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)];
  return { median: at(0.5), p95: at(0.95), max: at(1) };
}

const shown = ({ median, p95, max }) => `median ${median.toFixed(1)} ms, 95 % ${p95.toFixed(1)} ms, max ${max.toFixed(1)} ms`;

let lockstep;
before(async () => { lockstep = await start(); });
after(async () => { await lockstep.close(); });

for (const view of ["Step by step", "Safe plan", "Handoff", "Validation"]) {
  test(`a key with 300 statements costs the main thread no more than a frame: ${view}`, async (t) => {
    const page = await lockstep.open();
    const module = await page.evaluate(async () => (await (await fetch("lockstep-web_bg.wasm")).arrayBuffer()).byteLength);
    await write(page, 1, "CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);");
    await write(page, 0, migration());
    await settled(page);
    await page.locator(".position", { hasText: `/ ${STATEMENTS}` }).waitFor();
    await page.getByRole("tab", { name: view, exact: true }).click();
    if (view !== "Step by step") await page.locator('.report[aria-busy="false"] .keep').waitFor();
    await migrationEditor(page).click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("-- ");
    await settled(page);
    const browser = page.context().browser();
    await page.evaluate(() => {
      globalThis.answered = 0;
      const { postMessage } = Worker.prototype;
      const count = ({ data }) => { globalThis.answered += data.done && data.id ? 1 : 0; };
      Worker.prototype.postMessage = function (message) {
        if (message.call === "simulateJson") this.addEventListener("message", count);
        return postMessage.call(this, message);
      };
    });
    await browser.startTracing(page, { categories: ["devtools.timeline", "disabled-by-default-devtools.timeline"] });
    for (let key = 0; key < KEYS; key++) {
      await page.keyboard.press("abcdefgh"[key % 8]);
      await page.waitForTimeout(pause(module));
    }
    const all = costs((await browser.stopTracing()).toString(), pause(module));
    assert.ok(all.length >= KEYS, `${all.length} keys were seen`);
    const answered = await page.evaluate(() => globalThis.answered);
    assert.ok(answered >= KEYS * 0.9, `the engine answered ${answered} of ${KEYS} keys: a longer LOCKSTEP_KEY_PAUSE is needed`);
    const [sum, longest] = [figures(all.map((it) => it.sum)), figures(all.map((it) => it.longest))];
    t.diagnostic(`${view}, a key and what it leads to: ${shown(sum)}; longest task: ${shown(longest)} (${module} bytes of module)`);
    // The median: a single key may meet a garbage collection, or another process.
    assert.ok(longest.median <= FRAME_MS, `the longest task of a key: ${shown(longest)}`);
    await page.context().close();
  });
}
