// Leads one browser through one visit and tells what it saw: `node drive.mjs <scenario as JSON>`.
//
// Prints `left` when the visitor is on the last page and the SDK has nothing more to send, waits for a line on standard
// input (the vendor has everything), closes the browser, and prints a report as JSON. Reads nothing from the network
// but the page's own host and eventveil: every other name is not found.
import { createInterface } from "node:readline/promises";
import { chromium } from "playwright-core";

const scenario = JSON.parse(process.argv[2]);
const { site, pages, cookies, referer, person, secure } = scenario;
const PATIENCE_MS = 15_000;

const browser = await chromium.launch({
  executablePath: scenario.chromium,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    `--host-resolver-rules=MAP *.shop.example 127.0.0.1, MAP shop.example 127.0.0.1, MAP * ~NOTFOUND`,
    `--unsafely-treat-insecure-origin-as-secure=${secure.join(",")}`,
  ],
});
const report = { console: [], errors: [], requests: {}, waiting: null };

try {
  const context = await browser.newContext({ locale: "en-GB" });
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addCookies(cookies);
  const page = await context.newPage();
  await watch(context, page);
  await visit(page);
} finally {
  await browser.close();
}
const told = JSON.stringify({ ...report, requests: Object.values(report.requests) });
process.stdout.write(told + "\n", () => process.exit(0));

async function watch(context, page) {
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      report.console.push({ type: message.type(), text: message.text(), url: message.location().url });
    }
  });
  page.on("pageerror", (error) => report.errors.push(String(error.message)));
  const network = await context.newCDPSession(page);
  const request = (id) => (report.requests[id] ??= {});
  network.on("Network.requestWillBeSent", ({ requestId, request: { url, method }, type }) =>
    Object.assign(request(requestId), { url, method, type }));
  network.on("Network.requestWillBeSentExtraInfo", ({ requestId, headers }) =>
    Object.assign(request(requestId), { headers }));
  network.on("Network.responseReceived", ({ requestId, response: { status } }) =>
    Object.assign(request(requestId), { status }));
  network.on("Network.loadingFailed", ({ requestId, errorText, corsErrorStatus }) =>
    Object.assign(request(requestId), { failed: corsErrorStatus?.corsError ?? errorText }));
  await network.send("Network.enable");
}

async function visit(page) {
  await page.goto(site + pages.account, { referer });
  await page.evaluate(() => window.visit.ready);
  await page.evaluate(() => window.visit.act());
  await page.click("#profile");
  for (const name of ["name", "email", "phone", "message", "password"]) {
    await page.fill(`[name=${name}]`, person[name]);
  }
  await page.evaluate(() => window.visit.replay());
  await sent(page); // mixpanel-browser sends no beacon while another request is under way
  await page.click("button");
  await page.waitForURL(`**${pages.thanks}`);
  await page.evaluate(() => window.visit.ready);
  await page.evaluate(() => window.visit.fail());
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  await sent(page);
  await page.evaluate((next) => window.visit.leave(next), pages.bye);
  await page.waitForURL(`**${pages.bye}`);
  await page.evaluate(() => window.visit.ready);
  report.waiting = !(await sent(page));
  report.stored = await page.evaluate(() => ({ ...localStorage }));
  console.log("left");
  await createInterface({ input: process.stdin }).question("");
}

/** Wait until the SDK has nothing to send; false when it never comes to that. */
async function sent(page) {
  const started = Date.now();
  while (await page.evaluate(() => window.visit.waiting())) {
    if (Date.now() - started > PATIENCE_MS) return false;
    await page.waitForTimeout(50);
  }
  return true;
}
