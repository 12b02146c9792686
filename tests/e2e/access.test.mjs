// Keyboard, narrow screens, embeds, and what axe finds.
import test, { before, after } from "node:test";
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { start, settled, migrationEditor } from "./page.mjs";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
let lockstep;
before(async () => { lockstep = await start(); });
after(async () => { await lockstep.close(); });

const position = (page) => page.locator(".position").innerText();

test("plain keys move through the steps outside the editor, and are text inside it", async () => {
  const page = await lockstep.open();
  const count = Number((await position(page)).split("/")[1]);
  assert.ok(count >= 3, "the first example has steps to move through");
  await page.locator(".view").click();
  for (const [key, step] of [["ArrowRight", 2], ["j", 3], ["k", 2], ["ArrowLeft", 1], ["3", 3], ["Home", 1], ["End", count]]) {
    await page.keyboard.press(key);
    assert.equal(await position(page), `${step} / ${count}`, key);
  }
  await page.keyboard.press("?");
  await page.locator("dialog", { hasText: "Keys" }).waitFor();
  await page.keyboard.press("k");
  assert.equal(await position(page), `${count} / ${count}`, "under a dialog nothing moves");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Home");
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  await migrationEditor(page).click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("-- j3 ");
  assert.match(await migrationEditor(page).innerText(), /-- j3 /);
  await page.keyboard.press("Control+Enter");
  await page.getByRole("button", { name: "Pause" }).waitFor();
});

test("Tab leaves the editor", async () => {
  const page = await lockstep.open();
  await migrationEditor(page).click();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.closest(".cm-editor")), null);
});

test("tabs answer to arrows and keep one tab stop", async () => {
  const page = await lockstep.open();
  await page.locator("#view-tab-0").focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.evaluate(() => document.activeElement.id), "view-tab-1");
  assert.equal(await page.locator('#view-tab-1[aria-selected="true"]').count(), 1);
  assert.equal(await page.locator('.view-tabs [role="tab"][tabindex="0"]').count(), 1);
});

test("the caption of each step is spoken, and the slider says where it stands", async () => {
  const page = await lockstep.open();
  assert.equal(await page.locator("[aria-live]:not(.cm-announced)").count(), 1);
  await page.locator(".view").click();
  await page.keyboard.press("2");
  const caption = await page.locator(".caption").innerText();
  assert.ok((await page.locator('[aria-live="polite"]:not(.cm-announced)').innerText()).includes(caption));
  assert.match(await page.locator(".scrub").getAttribute("aria-valuetext"), /^Step 2: .* of \d+$/);
  assert.equal(await page.locator('.dots [aria-current="step"]').innerText(), "2");
});

for (const width of [320, 390]) {
  test(`at ${width} pixels nothing scrolls sideways and panes are tabs`, async () => {
    const page = await lockstep.open("", { viewport: { width, height: 740 }, isMobile: true, hasTouch: true });
    for (const pane of ["Code", "Report", "Watch"]) {
      await page.getByRole("tab", { name: pane, exact: true }).tap();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), pane);
    }
    const small = await page.$$eval(".player button:not([tabindex='-1']), .pane-tabs button, .top-bar button", (all) =>
      all.filter((it) => it.offsetParent).map((it) => it.getBoundingClientRect()).filter((it) => it.height < 44).length);
    assert.equal(small, 0, "targets of 44 px");
  });
}

test("an embed has no header, stores nothing and leaves its address alone", async () => {
  const page = await lockstep.open("?embed", { viewport: { width: 800, height: 450 } });
  assert.equal(await page.locator(".top-bar").count(), 0);
  const url = page.url();
  await page.locator(".view").click();
  await page.keyboard.press("2");
  await settled(page);
  assert.equal(page.url(), url);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  assert.match(await page.getByRole("link", { name: "Open full" }).getAttribute("href"), /\/#1/);
  assert.ok(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight));
});

test("the theme is chosen with one button and remembered", async () => {
  const page = await lockstep.open("", { colorScheme: "light" });
  assert.equal(await page.locator("html").getAttribute("data-theme"), "light");
  await page.getByRole("button", { name: "Theme: like the system" }).click();
  await page.getByRole("button", { name: "Theme: light" }).click();
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  await page.reload();
  await page.locator(".caption").waitFor();
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
});

test("other scripts can ask the engine", async () => {
  const page = await lockstep.open();
  const trace = await page.evaluate(async () => {
    const lockstep = await import("./js/lockstep.js");
    return lockstep.simulate({ files: [{ name: "m.sql", text: "CREATE TABLE t (id int);" }], schema: [], postgres: 17 });
  });
  assert.equal(trace.format, "lockstep-trace/1");
  assert.equal(trace.steps[0].command, "CREATE TABLE");
});

for (const colorScheme of ["light", "dark"]) {
  for (const [name, viewport] of [["desktop", { width: 1280, height: 800 }], ["phone", { width: 390, height: 844 }]]) {
    test(`axe finds nothing: ${name}, ${colorScheme}`, async () => {
      const page = await lockstep.open("", { viewport, colorScheme, bypassCSP: true, reducedMotion: "reduce" });
      await page.addScriptTag({ path: axe });
      const look = async (what) => {
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        assert.deepEqual(violations.map((it) => `${what}: ${it.id}: ${it.nodes.map((node) => node.target).join(" | ")}`), []);
      };
      const steps = Number((await position(page)).split("/")[1]);
      for (let step = 1; step <= Math.min(steps, 5); step++) {
        await look(`step ${step}`);
        await page.getByRole("button", { name: "Next step" }).click({ force: true, timeout: 5_000 }).catch(() => {});
      }
      if (name === "phone") {
        await page.getByRole("tab", { name: "Code" }).click();
        await look("code");
        await page.getByRole("tab", { name: "Report" }).click();
      }
      await page.getByRole("tab", { name: "Trace" }).click();
      await page.locator(".json").waitFor();
      await look("trace");
      await page.getByRole("button", { name: "Help" }).click();
      await look("help");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Share" }).click();
      await look("share");
    });
  }
}

test("nothing was complained about on the console, nothing was asked of another host", () => lockstep.quiet());
