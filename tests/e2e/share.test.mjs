// Links carry the whole scenario; broken and hostile ones do no harm.
import test, { before, after } from "node:test";
import assert from "node:assert/strict";
import { deflateRawSync } from "node:zlib";
import { start, scenario, migrationEditor } from "./page.mjs";

let lockstep;
before(async () => { lockstep = await start(); });
after(async () => { await lockstep.close(); });

const link = (value) => "#1" + deflateRawSync(Buffer.from(typeof value === "string" ? value : JSON.stringify(value))).toString("base64url");

test("a shared link opens the same texts, version, runner and step", async () => {
  const page = await lockstep.open();
  await scenario(page, "CREATE TABLE \"Größe\" (id int);", "ALTER TABLE \"Größe\" ADD COLUMN a int;\nALTER TABLE \"Größe\" ADD COLUMN b int; -- 🐘");
  await page.getByLabel("PostgreSQL").selectOption("15");
  await page.getByLabel("Run by").selectOption("flyway");
  await page.locator(".view").click();
  await page.keyboard.press("2");
  await page.keyboard.press("Control+s");
  const url = await page.getByLabel("Link", { exact: true }).inputValue();
  assert.ok(url.startsWith(lockstep.url + "#1"), url);
  const again = await lockstep.open(url.slice(lockstep.url.length));
  assert.match(await migrationEditor(again).innerText(), /"Größe" ADD COLUMN b int; -- 🐘/);
  assert.equal(await again.getByLabel("PostgreSQL").inputValue(), "15");
  assert.equal(await again.getByLabel("Run by").inputValue(), "flyway");
  assert.match(await again.locator(".eyebrow").innerText(), /Step 2 of 2/);
});

test("a link made elsewhere with raw deflate opens", async () => {
  const page = await lockstep.open(link({ migration: "CREATE TABLE t (id int);", schema: "", postgres: 16, runner: "psql", step: 1 }));
  assert.match(await page.locator(".statement").innerText(), /CREATE TABLE t/);
});

test("a damaged link says so and keeps the page alive", async () => {
  for (const fragment of ["#1AAAA", "#1%%%", link("not json"), link({ migration: "x" }).slice(0, -3)]) {
    const page = await lockstep.open(fragment, { ready: false });
    await page.getByRole("alert").filter({ hasText: "incomplete or damaged" }).waitFor();
    await page.getByRole("button", { name: "Examples" }).click();
    await page.locator(".example").first().click();
    await page.locator(".caption").waitFor();
    await page.context().close();
  }
});

test("a link that unpacks to too much is refused", async () => {
  const page = await lockstep.open(link(JSON.stringify({ migration: " ".repeat(3 << 20) })), { ready: false });
  await page.getByRole("alert").filter({ hasText: "more than 1 MiB" }).waitFor();
});

test("markup in a migration stays text", async () => {
  const hostile = "COMMENT ON TABLE t IS '<img src=x onerror=alert(1)><script>alert(2)</script>';\nCREATE TABLE \"<img src=x onerror=alert(3)>\" (\"<b>\" int);";
  const page = await lockstep.open(link({ migration: hostile, schema: "CREATE TABLE t (id int);" }));
  page.on("dialog", () => assert.fail("a script of the link ran"));
  await page.locator(".view").click();
  await page.keyboard.press("2");
  assert.match(await page.locator(".statement").innerText(), /<img src=x/);
  assert.equal(await page.locator("img, #lockstep script").count(), 0);
});

test("nothing was complained about on the console, nothing was asked of another host", () => lockstep.quiet());
