// A migration is typed, played, and what is shown is what PostgreSQL does.
import test, { before, after } from "node:test";
import assert from "node:assert/strict";
import { start, scenario, settled, write } from "./page.mjs";

const SCHEMA = "CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);\nINSERT INTO users VALUES (1, 'a@example.org');";
const MIGRATION = `BEGIN;
ALTER TABLE users ADD COLUMN locale text;
UPDATE users SET locale = 'en';
COMMIT;
CREATE INDEX users_locale_idx ON users (locale);
ALTER TABLE users ADD COLUMN email text;
`;

let lockstep;
before(async () => { lockstep = await start(); });
after(async () => { await lockstep.close(); });

const stepTo = async (page, command) => {
  const dot = page.locator(".dot button", { hasText: "" }).and(page.getByRole("button", { name: new RegExp(`^Step \\d+: ${command},`) })).first();
  await dot.click();
};

test("the page opens on an example, at its first step, and does not play by itself", async () => {
  const page = await lockstep.open();
  assert.match(await page.locator(".eyebrow").innerText(), /Step 1 of \d+/);
  await page.waitForTimeout(2_800);
  assert.match(await page.locator(".eyebrow").innerText(), /Step 1 of \d+/);
  assert.equal(await page.getByRole("button", { name: "Play", exact: true }).count(), 1);
});

test("a typed migration shows its locks, who waits, and the schema change", async () => {
  const page = await lockstep.open();
  await scenario(page, SCHEMA, MIGRATION);
  await stepTo(page, "ALTER TABLE");
  const users = page.locator(".lane.active", { hasText: "users" }).first();
  assert.match(await users.locator(".bar.now").innerText(), /ACCESS EXCLUSIVE|AX/);
  assert.match(await users.locator(".lane-now").innerText(), /reads\s+wait\s+writes\s+wait/);
  assert.match(await page.locator(".table-card.after .row.added").first().innerText(), /locale/);
  // The lock is held to the COMMIT, through the UPDATE.
  await stepTo(page, "UPDATE");
  assert.match(await page.locator(".lane.active", { hasText: "users" }).first().locator(".lane-now").innerText(), /reads\s+wait/);
  await page.getByText(/Locks at step \d+ as a table/).click();
  assert.match(await page.locator(".as-table tbody tr").first().innerText(), /users.*ACCESS EXCLUSIVE.*step \d+.*wait.*wait/s);
  // CREATE INDEX lets reads through.
  await stepTo(page, "CREATE INDEX");
  assert.match(await page.locator(".lane.active", { hasText: "users" }).first().locator(".lane-now").innerText(), /reads\s+go on\s+writes\s+wait/);
  assert.match(await page.locator(".work").innerText(), /Builds index users_locale_idx/);
});

test("a statement that PostgreSQL refuses shows the SQLSTATE and the server's words", async () => {
  const page = await lockstep.open();
  await scenario(page, SCHEMA, MIGRATION);
  await page.locator(".view").click();
  await page.keyboard.press("End");
  assert.match(await page.locator(".step-head .badge").innerText(), /Fails\s*42701/);
  assert.match(await page.locator(".server-error").first().innerText(), /column "email" of relation "users" already exists/);
  await page.locator(".problem", { hasText: "Fails with 42701" }).waitFor();
});

test("playing moves step by step to the end, and editing pauses it", async () => {
  const page = await lockstep.open();
  await scenario(page, SCHEMA, MIGRATION);
  await page.getByRole("button", { name: "Speed 2×" }).click();
  await page.locator(".view").click();
  await page.keyboard.press("Home");
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.locator(".eyebrow", { hasText: "Step 2 of" }).waitFor();
  await write(page, 0, MIGRATION + "SELECT 1;\n");
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  await settled(page);
  assert.match(await page.locator(".eyebrow").innerText(), /Step [23] of/);
});

test("the current statement is marked in the editor, and a gutter mark jumps", async () => {
  const page = await lockstep.open();
  await scenario(page, SCHEMA, MIGRATION);
  await stepTo(page, "CREATE INDEX");
  assert.match(await page.locator(".step-current").first().innerText(), /CREATE INDEX/);
  await page.locator("#document-panel-0 .step-mark:visible").filter({ hasText: /^2/ }).first().click();
  await page.locator(".eyebrow", { hasText: "Step 2 of" }).waitFor();
});

test("the version and the runner are part of the question", async () => {
  const page = await lockstep.open();
  await scenario(page, SCHEMA, "ALTER TABLE users ADD COLUMN a int;\nALTER TABLE users ADD COLUMN b int;");
  await page.getByLabel("Run by").selectOption("psql");
  await settled(page);
  await page.locator(".view").click();
  await page.keyboard.press("Home");
  assert.match(await page.locator(".transaction").innerText(), /this statement alone/);
  await page.getByLabel("Run by").selectOption("alembic");
  await settled(page);
  assert.match(await page.locator(".transaction").innerText(), /opened by Alembic; commits after step 2/);
  await page.getByLabel("PostgreSQL").selectOption("14");
  await settled(page);
  await page.getByRole("tab", { name: "Trace" }).click();
  assert.match(await page.locator(".json").innerText(), /"postgres": 14/);
});

test("the rollback of a step is graded and comes with its script", async () => {
  const page = await lockstep.open();
  await scenario(page, SCHEMA, "ALTER TABLE users ADD COLUMN locale text;\nALTER TABLE users DROP COLUMN email;");
  await page.locator(".view").click();
  await page.keyboard.press("Home");
  await page.getByRole("tab", { name: "Rollback" }).click();
  await page.locator(".script").waitFor();
  assert.match(await page.locator(".rollback").innerText(), /DROP COLUMN.*locale/s);
  await page.keyboard.press("2");
  await page.locator("h2", { hasText: "after step 2" }).waitFor();
  await page.locator(".grade", { hasText: "Loses data" }).waitFor();
});

test("a finding opens its page inline", async () => {
  const page = await lockstep.open();
  await scenario(page, SCHEMA, "CREATE INDEX users_email_idx ON users (email);");
  await page.locator(".finding").first().getByRole("button", { name: "Why, and what to do instead" }).click();
  await page.locator("dialog .markdown pre").first().waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
});

test("an example from the gallery replaces the scenario", async () => {
  const page = await lockstep.open();
  await page.getByRole("button", { name: "Examples" }).click();
  const title = await page.locator(".example b").nth(3).innerText();
  await page.locator(".example").nth(3).click();
  await settled(page);
  assert.ok(title.length > 0);
  assert.match(await page.locator(".eyebrow").innerText(), /Step 1 of/);
});

test("nothing was complained about on the console, nothing was asked of another host", () => lockstep.quiet());
