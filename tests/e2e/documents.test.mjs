// The documents of a change: each appears when its tab is looked at, is copied, downloaded, and made again after an edit.
import test, { before, after } from "node:test";
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { start, scenario, settled, write } from "./page.mjs";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const SCHEMA = `-- lockstep: table orders rows=40M size=9GB
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, note text);`;
const MIGRATION = `CREATE INDEX orders_user_idx ON orders (user_id);
ALTER TABLE orders ADD CONSTRAINT orders_user_fk FOREIGN KEY (user_id) REFERENCES users (id);
ALTER TABLE orders DROP COLUMN note;
`;
/** What each tab shows, what its copy holds, and which files it offers. */
const DOCUMENTS = {
  "Safe plan": [/replaced[\s\S]*CREATE INDEX CONCURRENTLY/, /CONCURRENTLY orders_user_idx/, ["safe_plan.sql", "safe_plan.md", "safe_plan.json"]],
  Rollback: [/DROP INDEX/, /DROP INDEX/, ["rollback.sql", "rollback.json"]],
  Validation: [/Orphans[\s\S]*NOT EXISTS[\s\S]*Expected: 0[\s\S]*23503/, /\\set QUIET on[\s\S]*NOT EXISTS/, ["validation.sql", "validation.md", "validation.json"]],
  Handoff: [/orders_user_fk[\s\S]*mapped_column[\s\S]*foreign_key_violation/, /# Handoff: `migration\.sql`/, ["handoff.md", "handoff.json"]],
  Checklist: [/Design[\s\S]*Before the deployment[\s\S]*Staging[\s\S]*Production/, /- \[x\] Validation queries/, ["checklist.md", "checklist.json"]],
  Advice: [/ix_orders_\*[\s\S]*pg_stat_user_indexes/, /# Advice: `migration\.sql`/, ["advice.md", "advice.json"]],
};

let lockstep;
before(async () => { lockstep = await start(); });
after(async () => { await lockstep.close(); });

const open = async (options = {}) => {
  const page = await lockstep.open("", options);
  const narrow = (options.viewport?.width ?? 1280) < 900;
  if (narrow) await page.getByRole("tab", { name: "Code", exact: true }).click();
  await scenario(page, SCHEMA, MIGRATION);
  if (narrow) await page.getByRole("tab", { name: "Report", exact: true }).click();
  return page;
};
const report = (page) => page.locator('.report[aria-busy="false"]');
const look = async (page, name) => {
  await page.getByRole("tab", { name, exact: true }).click();
  await report(page).locator(".keep").waitFor();
};
/** Notes which calls the page's workers get. */
const listen = (page) => page.addInitScript(() => {
  globalThis.calls = [];
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (message, ...rest) {
    globalThis.calls.push(message.call);
    return postMessage.call(this, message, ...rest);
  };
});

for (const [name, [shown, copied, files]] of Object.entries(DOCUMENTS)) {
  test(`${name}: appears, is copied, and its files have names`, async () => {
    const page = await open({ permissions: ["clipboard-read", "clipboard-write"] });
    await look(page, name);
    assert.match(await report(page).innerText(), shown);
    await page.locator(".keep").getByRole("button", { name: /^Copy/ }).click();
    await page.locator(".keep").getByRole("button", { name: "Copied" }).waitFor();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), copied);
    const offered = [];
    for (const button of await page.locator(".keep").getByRole("button", { name: /^Download/ }).all()) {
      const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
      const text = await readFile(await download.path(), "utf8");
      offered.push(download.suggestedFilename());
      if (download.suggestedFilename().endsWith(".json")) assert.match(JSON.parse(text).format, /^lockstep-\w+\/1$/);
      else if (offered.length === 1) assert.match(text, copied);
      assert.ok(text.length > 100);
    }
    assert.deepEqual(offered, files);
  });
}

test("the package lists every file, shows and downloads each, and all of them as one archive", async () => {
  const page = await open({ permissions: ["clipboard-read", "clipboard-write"] });
  await look(page, "Package");
  const files = report(page).locator(".package-files > li");
  const names = await files.locator("summary code").allInnerTexts();
  for (const name of ["index.md", "handoff.md", "checklist.md", "advice.md", "trace.json"]) assert.ok(names.includes(name), name);
  assert.match(await report(page).locator("h2").innerText(), new RegExp(`${names.length} files`));
  assert.equal(await files.locator("pre").count(), 0);
  await files.first().locator("summary").click();
  assert.match(await files.first().locator("pre").innerText(), /handoff\.md/);
  await page.getByRole("button", { name: "Copy index.md", exact: true }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^# /);
  const save = async (name) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name, exact: true }).click()]);
    return [download.suggestedFilename(), await readFile(await download.path())];
  };
  const [name, handoff] = await save("Download handoff.md");
  assert.equal(name, "handoff.md");
  const [archive, bytes] = await save("Download all");
  assert.equal(archive, "change_package.zip");
  assert.equal(bytes.readUInt32LE(0), 0x04034b50, "a local file header of ZIP");
  assert.equal(bytes.readUInt16LE(bytes.length - 12), names.length, "entries in the end of the central directory");
  assert.ok(bytes.includes(handoff), "files are stored as they are");
});

test("a document is made when it is looked at, once, and again after an edit", async () => {
  const page = await lockstep.open();
  await listen(page);
  await page.reload();
  await page.locator(".caption").waitFor();
  await page.locator(".cm-content").first().waitFor({ state: "attached" });
  await scenario(page, SCHEMA, MIGRATION);
  const asked = async (call) => (await page.evaluate(() => globalThis.calls)).filter((it) => it === call).length;
  assert.equal((await page.evaluate(() => globalThis.calls)).filter((it) => it !== "simulateJson").length, 0);
  await look(page, "Handoff");
  await look(page, "Validation");
  await look(page, "Handoff");
  assert.deepEqual([await asked("handoffJson"), await asked("validationJson"), await asked("planJson")], [1, 1, 0]);
  await write(page, 0, MIGRATION.replace("note", "user_id"));
  await settled(page);
  await report(page).getByText("orders.user_id").first().waitFor();
  assert.deepEqual([await asked("handoffJson"), await asked("validationJson"), await asked("planJson")], [2, 1, 0]);
});

test("while a document is worked out, the old one is greyed and cannot be copied", async () => {
  const page = await open();
  await look(page, "Safe plan");
  await page.evaluate(() => {
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (message, ...rest) {
      const send = () => postMessage.call(this, message, ...rest);
      if (message.call === "planJson") globalThis.release = send; else send();
    };
  });
  await write(page, 0, "ALTER TABLE users ADD COLUMN late text;");
  await settled(page);
  await page.waitForFunction(() => globalThis.release);
  await page.locator('.report.waiting[aria-busy="true"]').waitFor();
  assert.equal(await page.locator(".keep button:enabled").count(), 0);
  await page.evaluate(() => globalThis.release());
  await report(page).getByText("ADD COLUMN late").first().waitFor();
  assert.equal(await page.locator(".keep button:disabled").count(), 0);
});

test("a document that cannot be made says why, leaves the stage alone, and can be tried again", async () => {
  const page = await open();
  await page.evaluate(() => {
    const { postMessage } = Worker.prototype;
    let broken = true;
    Worker.prototype.postMessage = function (message, ...rest) {
      const request = broken && message.call === "planJson" ? "{" : message.request;
      broken &&= message.call !== "planJson";
      return postMessage.call(this, { ...message, request }, ...rest);
    };
  });
  await page.getByRole("tab", { name: "Safe plan", exact: true }).click();
  assert.match(await page.locator(".report").getByRole("alert").innerText(), /EOF while parsing/);
  assert.equal(await page.locator("main > .banner, .page > .banner").count(), 0);
  await page.getByRole("button", { name: "Try again" }).click();
  await report(page).getByText("CREATE INDEX CONCURRENTLY").first().waitFor();
});

test("typing is not held up by a document that takes long", async () => {
  const page = await open();
  await page.evaluate(() => {
    const { postMessage } = Worker.prototype;
    // Never answered, as one that computes for long.
    Worker.prototype.postMessage = function (message, ...rest) {
      return message.call === "planJson" ? undefined : postMessage.call(this, message, ...rest);
    };
  });
  await page.getByRole("tab", { name: "Safe plan", exact: true }).click();
  await page.locator('.report[aria-busy="true"]').waitFor();
  await write(page, 0, "ALTER TABLE users ADD COLUMN quick text;");
  await settled(page);
  await page.getByRole("tab", { name: "Step by step" }).click();
  await page.locator(".statement", { hasText: "quick" }).waitFor();
});

test("the models are those of the runner's tool until another is chosen", async () => {
  const page = await open();
  await look(page, "Handoff");
  const models = page.locator(".models");
  await page.getByLabel("Run by").selectOption("prisma");
  await models.getByText("schema.prisma").first().waitFor();
  const tools = { diesel: /diesel::table!/, typescript: /export interface/, pydantic: /class Order\w+\(BaseModel\)/, django: /models\.ForeignKey/, sqlx: /sqlx::FromRow/, prisma: /@relation/ };
  for (const [tool, text] of Object.entries(tools)) {
    await page.getByLabel("Models for").selectOption(tool);
    assert.match(await models.innerText(), text, tool);
  }
  await page.getByLabel("Models for").selectOption("django");
  await look(page, "Checklist");
  await look(page, "Handoff");
  assert.equal(await page.getByLabel("Models for").inputValue(), "django");
});

test("a query and a model have copies of their own", async () => {
  const page = await open({ permissions: ["clipboard-read", "clipboard-write"] });
  await look(page, "Validation");
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole("button", { name: "Copy query 1", exact: true }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  assert.match(await clipboard(), /^SELECT count\(\*\) FROM orders;$/);
  await look(page, "Handoff");
  await page.getByRole("button", { name: /^Copy the whole of models\/order\.py/ }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  assert.match(await clipboard(), /^class Order\(Base\):/);
});

test("what people state ticks the checklist, in what is copied, too", async () => {
  const page = await open({ permissions: ["clipboard-read", "clipboard-write"] });
  await look(page, "Checklist");
  const heading = () => report(page).locator("h2").innerText();
  const count = Number((await heading()).match(/(\d+) of/)[1]);
  const backup = page.getByRole("textbox", { name: "Statement: Backup made and verified (it can be restored)" });
  await backup.fill("restored on 2 May, by Ada <b>");
  await page.keyboard.press("Enter");
  await report(page).getByText("stated: restored on 2 May, by Ada <b>").first().waitFor();
  assert.equal(await heading(), (await heading()).replace(/\d+ of/, `${count + 2} of`), "before the deployment, and in production");
  assert.equal(await backup.evaluate((it) => it === document.activeElement), true);
  await page.locator(".keep").getByRole("button", { name: /^Copy/ }).click();
  await page.locator(".keep").getByRole("button", { name: "Copied" }).waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /- \[x\] Backup made and verified .*stated: restored on 2 May, by Ada \\<b\\>/);
  await backup.fill("");
  await page.keyboard.press("Enter");
  await report(page).getByText("a statement").first().waitFor();
  await page.waitForFunction((count) => document.querySelector(".report h2").textContent.includes(`${count} of`), count);
});

test("advice leads to its step and to its page", async () => {
  const page = await open();
  await look(page, "Advice");
  await report(page).getByRole("button", { name: "Why" }).first().click();
  await page.locator("dialog .markdown").waitFor();
  await page.keyboard.press("Escape");
  await report(page).getByRole("button", { name: "Step 2" }).first().click();
  await page.locator(".eyebrow", { hasText: "Step 2 of 3" }).waitFor();
});

test("markup in names and texts stays text in every document", async () => {
  const page = await lockstep.open();
  page.on("dialog", () => assert.fail("a script ran"));
  const name = '"<img src=x onerror=alert(1)>"';
  await scenario(page, `CREATE TABLE ${name} ("<b>" int, "</code>" text);`, `ALTER TABLE ${name} ADD CONSTRAINT "<script>" CHECK ("<b>" > 0);\nALTER TABLE ${name} DROP COLUMN "</code>";\nCREATE INDEX "<i>" ON ${name} ("<b>");`);
  for (const document of Object.keys(DOCUMENTS)) {
    await look(page, document);
    assert.equal(await page.locator(".report img, .report script, .report i, .report code > b").count(), 0, document);
  }
});

test("keys: arrows go through the tabs, and a narrow page leaves out the one that it does not show", async () => {
  const page = await open({ viewport: { width: 390, height: 844 } });
  const tab = (name) => page.getByRole("tab", { name, exact: true });
  const chosen = (name) => page.waitForFunction((name) => document.activeElement?.textContent === name && document.activeElement.ariaSelected === "true", name);
  await tab("Safe plan").focus();
  for (const [key, name] of [["ArrowRight", "Rollback"], ["ArrowRight", "Validation"], ["End", "Trace"], ["ArrowRight", "Safe plan"], ["ArrowLeft", "Trace"], ["Home", "Safe plan"]]) {
    await page.keyboard.press(key);
    await chosen(name);
    const box = await tab(name).boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 390.5, `${name} is scrolled into view`);
  }
  assert.equal(await page.locator('.view-tabs [role="tab"][tabindex="0"]').count(), 1);
  assert.equal(await page.locator(".view").getAttribute("aria-labelledby"), await tab("Safe plan").getAttribute("id"));
});

for (const [name, viewport] of [["desktop", { width: 1280, height: 800 }], ["phone", { width: 390, height: 844 }], ["low", { width: 800, height: 450 }], ["narrowest", { width: 320, height: 640 }]]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`axe finds nothing and nothing overflows: ${name}, ${colorScheme}`, async () => {
      const page = await open({ viewport, colorScheme, bypassCSP: true, reducedMotion: "reduce" });
      await page.addScriptTag({ path: axe });
      for (const document of Object.keys(DOCUMENTS)) {
        await look(page, document);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        assert.deepEqual(violations.map((it) => `${document}: ${it.id}: ${it.nodes.map((node) => node.target).join(" | ")}`), []);
        const over = await page.evaluate(() => [globalThis.document.documentElement, globalThis.document.querySelector(".view")].map((it) => it.scrollWidth - it.clientWidth));
        assert.deepEqual(over, [0, 0], document);
        const cut = await page.$$eval(".report *", (all) => all.filter((it) => it.getBoundingClientRect().right > innerWidth + 0.5).map((it) => it.outerHTML.slice(0, 80)));
        assert.deepEqual(cut, [], document);
      }
    });
  }
}

test("an embed keeps to the steps, and to its width", async () => {
  for (const width of [390, 800]) {
    const page = await lockstep.open("?embed", { viewport: { width, height: 450 } });
    assert.equal(await page.getByRole("tab", { name: "Handoff" }).count(), 0);
    const over = await page.evaluate(() => [document.documentElement, document.querySelector(".view")].map((it) => it.scrollWidth - it.clientWidth));
    assert.deepEqual(over, [0, 0]);
  }
});

test("other scripts can ask for each document", async () => {
  const page = await lockstep.open();
  const formats = await page.evaluate(async (migration) => {
    const lockstep = await import("./js/lockstep.js");
    const request = { files: [{ name: "m.sql", text: migration }], postgres: 17, appOld: { name: "q.sql", text: "-- name: A :one\nSELECT 1;" } };
    const all = await Promise.all(["plan", "rollback", "validation", "handoff", "checklist", "advice"].map((it) => lockstep[it](request)));
    const stated = await lockstep.checklist(request, { statements: { backup: "restored on 2 May, by Ada" } });
    const backup = stated.sections.flatMap((it) => it.items).find((it) => it.id === "backup");
    return [...all.map((it) => it.format), backup.ticked, backup.evidence];
  }, "CREATE TABLE t (id int);");
  assert.deepEqual(formats, [
    "lockstep-plan/1", "lockstep-rollback/1", "lockstep-validation/1", "lockstep-handoff/1", "lockstep-checklist/1", "lockstep-advice/1",
    true, "stated: restored on 2 May, by Ada",
  ]);
});

test("nothing was complained about on the console, nothing was asked of another host", () => lockstep.quiet());
