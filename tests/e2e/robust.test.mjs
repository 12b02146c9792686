// Texts that would stop a careless page: each is typed, and afterwards the page still works.
import test, { before, after } from "node:test";
import assert from "node:assert/strict";
import { start, settled, write } from "./page.mjs";

let lockstep;
before(async () => { lockstep = await start(); });
after(async () => { await lockstep.close(); });

const alive = async (page) => {
  await write(page, 0, "CREATE TABLE still_alive (id int);");
  await settled(page);
  await page.locator(".statement", { hasText: "still_alive" }).waitFor();
};

const texts = {
  "2,000 chained OR": `DELETE FROM t WHERE ${Array.from({ length: 2000 }, (_, i) => `a = ${i}`).join(" OR ")};`,
  "3,000 UNION ALL": `INSERT INTO t ${Array.from({ length: 3000 }, () => "SELECT 1").join(" UNION ALL ")};`,
  "5,000 nested parentheses": `SELECT ${"(".repeat(5000)}1${")".repeat(5000)};`,
  "200,000 open parentheses": `SELECT ${"(".repeat(200_000)}`,
  "5,000 nested CASE": `UPDATE t SET a = ${"CASE WHEN true THEN ".repeat(5000)}1${" END".repeat(5000)};`,
  "unclosed quotes": "SELECT 'a; CREATE TABLE t (id int); /* /* $x$ \"",
  "control characters": "SELECT '\u0001\u0002\u202e\ufeff';\r\n\r\nDROP TABLE t;",
};

for (const [name, text] of Object.entries(texts)) {
  test(`${name} leave the page alive`, async () => {
    const page = await lockstep.open();
    await write(page, 0, text);
    await settled(page);
    await alive(page);
    await page.context().close();
  });
}

test("5,000 statements are simulated, drawn in part, and can be stepped through", async () => {
  const page = await lockstep.open();
  await write(page, 0, Array.from({ length: 5000 }, (_, i) => `CREATE TABLE t${i} (id int);`).join("\n"));
  await settled(page);
  await page.locator(".position", { hasText: "/ 5000" }).waitFor();
  await page.locator(".view").click();
  await page.keyboard.press("End");
  await page.locator(".eyebrow", { hasText: "Step 5000 of 5000" }).waitFor();
  assert.ok((await page.locator("*").count()) < 6000, "the page draws only what is looked at");
  await alive(page);
  await page.context().close();
});

test("documents of 1,000 statements are drawn in part, or say why not", async () => {
  const page = await lockstep.open();
  const table = (i) => `CREATE TABLE t${i} (id int PRIMARY KEY, a text);\nCREATE INDEX t${i}_a_idx ON t${i} (a);`;
  await write(page, 0, Array.from({ length: 500 }, (_, i) => table(i)).join("\n"));
  await settled(page);
  for (const name of ["Safe plan", "Rollback", "Validation", "Handoff", "Checklist", "Advice", "Trace"]) {
    await page.getByRole("tab", { name, exact: true }).click();
    await page.locator('.report[aria-busy="false"] .keep, .report [role="alert"]').first().waitFor({ timeout: 60_000 });
    assert.ok((await page.locator("*").count()) < 6000, `${name}: the page draws only what is looked at`);
  }
  await page.getByRole("tab", { name: "Step by step" }).click();
  await alive(page);
  await page.context().close();
});

test("a paste of 10 MB neither freezes nor kills the page", async () => {
  const page = await lockstep.open();
  await write(page, 0, "INSERT INTO t VALUES (1, 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx');\n".repeat(160_000));
  await settled(page, 90_000);
  await page.keyboard.press("Control+s");
  await page.locator("dialog", { hasText: "larger than 1 MiB" }).waitFor();
  await page.keyboard.press("Escape");
  await alive(page);
  await page.context().close();
});

test("nothing was complained about on the console, nothing was asked of another host", () => lockstep.quiet());
