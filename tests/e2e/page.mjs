// What the browser tests share: the served page, a browser, and a page that watches itself. Any error
// on the console, any failed or foreign request fails the test that opened the page.
import { chromium } from "playwright-core";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import path from "node:path";
import assert from "node:assert/strict";

const MIME = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css",
  ".wasm": "application/wasm", ".svg": "image/svg+xml",
};

/** `LOCKSTEP_URL`, or a server of our own over dist/. */
async function serve() {
  if (process.env.LOCKSTEP_URL) return { url: process.env.LOCKSTEP_URL.replace(/\/?$/, "/"), close() {} };
  const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "../../dist");
  const server = createServer(async (request, response) => {
    const name = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const file = path.join(root, name === "/" ? "index.html" : path.normalize(name));
    try {
      const body = await readFile(file);
      response.writeHead(200, { "content-type": MIME[path.extname(file)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

export async function start() {
  const server = await serve();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });
  const watched = [];
  return {
    url: server.url,
    /** Opens the page and waits for the first step and the editor. */
    async open(suffix = "", options = {}) {
      const { ready = true, ...rest } = options;
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...rest });
      const page = await context.newPage();
      const trouble = [];
      page.on("pageerror", (error) => trouble.push(`error: ${error}`));
      page.on("console", (message) => { if (["error", "warning"].includes(message.type())) trouble.push(`console: ${message.text()}`); });
      page.on("requestfailed", (request) => trouble.push(`failed: ${request.url()}`));
      page.on("request", (request) => {
        if (!request.url().startsWith(server.url) && !/^(data|blob):/.test(request.url())) trouble.push(`foreign: ${request.url()}`);
      });
      watched.push(trouble);
      page.setDefaultTimeout(30_000);
      await page.goto(server.url + suffix);
      if (ready) {
        await page.locator(".caption").waitFor();
        await page.locator(".cm-content").first().waitFor({ state: "attached" });
      }
      return page;
    },
    async close() {
      await browser.close();
      server.close();
    },
    quiet() {
      assert.deepEqual(watched.flat(), []);
    },
  };
}

export const migrationEditor = (page) => page.locator("#document-panel-0 .cm-content");

/** Replaces the text of an editor as a paste would. */
export async function write(page, document, text) {
  await page.locator(`#document-tab-${document}`).click();
  const editor = page.locator(`#document-panel-${document} .cm-content`);
  await editor.click();
  await page.keyboard.press("Control+A");
  await editor.evaluate((target, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", pasted);
    target.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

/** Until the engine has answered for what the editors hold. */
export async function settled(page, timeout = 30_000) {
  await page.waitForTimeout(300);
  await page.locator('main[aria-busy="false"]').waitFor({ timeout });
}

export async function scenario(page, schema, migration) {
  await write(page, 1, schema);
  await write(page, 0, migration);
  await settled(page);
}
