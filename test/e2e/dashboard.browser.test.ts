import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startApi, type TestApi, testToken } from "../api/start-api.ts";
import { applicationOf, DashboardWorld, degraded, deletionHeld, minutesAgo, outOfSync, revisionAt } from "./dashboard-world.ts";

const dashboard = join(import.meta.dirname, "..", "..", "dist", "ui");
/** Folder for pictures of the main states, for people to look at; none are taken without it. */
const pictures = process.env["GITWARD_PICTURES"];

const flags = [
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];

let profile = "";
let browser: BrowserContext;
let api: TestApi | undefined;
let page: Page | undefined;
/** What the page complained of: broken policies, exceptions, React's warnings. */
let complaints: string[] = [];

beforeAll(async () => {
	profile = await mkdtemp(join(tmpdir(), "gitward-browser-"));
	browser = await chromium.launchPersistentContext(profile, {
		executablePath: "/usr/bin/chromium",
		headless: true,
		args: flags,
		viewport: { width: 1440, height: 900 },
		colorScheme: "light",
		reducedMotion: "reduce",
	});
	browser.setDefaultTimeout(20_000);
});

afterAll(async () => {
	await browser?.close();
	await rm(profile, { recursive: true, force: true, maxRetries: 5 });
});

afterEach(async () => {
	await page?.close();
	await api?.close();
	await browser.clearCookies();
	page = undefined;
	api = undefined;
	const seen = complaints;
	complaints = [];
	expect(seen).toEqual([]);
});

interface Opened {
	readonly page: Page;
	readonly world: DashboardWorld;
	readonly url: string;
}

async function serve(world: DashboardWorld): Promise<string> {
	api = await startApi({ operations: world, dashboard });
	return api.url;
}

async function newPage(): Promise<Page> {
	page = await browser.newPage();
	page.on("pageerror", (error) => complaints.push(error.message));
	page.on("console", (message) => {
		// Chromium itself reports every failed request; those are what some tests are about.
		if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) complaints.push(message.text());
	});
	return page;
}

/** Logs in by the link that Gitward prints, then shows `query`. */
async function open(world: DashboardWorld, query = ""): Promise<Opened> {
	const url = await serve(world);
	const opened = await newPage();
	await opened.goto(`${url}/${query}#token=${encodeURIComponent(testToken)}`);
	await opened.getByTitle("News arrives as it happens").waitFor();
	await opened.getByRole("heading", { level: 1 }).waitFor();
	return { page: opened, world, url };
}

async function picture(of: Page, name: string): Promise<void> {
	if (pictures === undefined) return;
	// Layout and fonts have settled once two frames were drawn.
	await of.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
	await of.screenshot({ path: join(pictures, `${name}.png`) });
}

function lively(world: DashboardWorld): DashboardWorld {
	const by = { name: "Ada Byron", via: "git" } as const;
	world.emit("main moved to 9f2c41d: shop: show prices with tax", {
		type: "RevisionSeen",
		time: minutesAgo(5),
		application: undefined,
		environment: undefined,
		repository: "env-config",
		revision: revisionAt(0),
		by,
	});
	world.emit("2 changes", {
		type: "SyncStarted",
		time: minutesAgo(4.2),
		application: "shop-dev",
		environment: "dev",
		revision: revisionAt(0),
	});
	world.emit("2 Objects changed in 840 ms", {
		type: "SyncSucceeded",
		time: minutesAgo(4.1),
		application: "shop-dev",
		environment: "dev",
		revision: revisionAt(0),
	});
	world.emit("app.json was changed by hand", {
		type: "DriftDetected",
		severity: "warning",
		time: minutesAgo(2.4),
		application: "cart-dev",
		environment: "dev",
		object: "File.host.gitward.dev/cart/app.json",
	});
	world.emit("app.json is as Git says again, after 61 ms", {
		type: "DriftRepaired",
		time: minutesAgo(2.3),
		application: "cart-dev",
		environment: "dev",
		object: "File.host.gitward.dev/cart/app.json",
	});
	return world;
}

describe("logging in", () => {
	it("asks for the token, refuses a wrong one and takes the right one", async () => {
		const url = await serve(new DashboardWorld());
		const login = await newPage();
		await login.goto(url);
		await login.getByRole("heading", { name: "Log in to Gitward" }).waitFor();
		await picture(login, "login");
		await login.getByRole("textbox", { name: "Token" }).fill("gitward_wrong");
		await login.getByRole("button", { name: "Log in" }).click();
		await login.getByText("This is not the token of this Gitward").waitFor();
		await login.getByRole("textbox", { name: "Token" }).fill(testToken);
		await login.getByRole("button", { name: "Log in" }).click();
		await login.getByRole("heading", { name: "Everything runs what Git says" }).waitFor();
		expect(await login.getByRole("textbox", { name: "Token" }).count()).toBe(0);
	});

	it("takes the link's token out of the address, keeps the session, and ends it", async () => {
		const { page, url } = await open(new DashboardWorld());
		expect(page.url()).toBe(`${url}/`);
		await page.reload();
		await page.getByRole("heading", { name: "Everything runs what Git says" }).waitFor();
		await page.getByRole("button", { name: "Log out" }).click();
		await page.getByRole("heading", { name: "Log in to Gitward" }).waitFor();
		await page.goto(url);
		await page.getByRole("heading", { name: "Log in to Gitward" }).waitFor();
	});
});

describe("the overview", () => {
	it("says that everything converged, by environment and application", async () => {
		const { page } = await open(lively(new DashboardWorld()));
		await page.getByText("15 applications in 3 environments, all converged").waitFor();
		const lanes = await page.getByRole("region", { name: "Environments" }).getByRole("button").allInnerTexts();
		expect(lanes.map((lane) => lane.split("\n", 1)[0])).toEqual(["dev", "staging", "production"]);
		expect(await page.getByRole("listitem").filter({ hasText: "env-config/" }).count()).toBe(15);
		await picture(page, "healthy");
	});

	it("names what does not converge, since when and why, and opens it", async () => {
		const world = lively(new DashboardWorld());
		degraded(world, "payments-production");
		outOfSync(world, "shop-production");
		const { page } = await open(world);
		await page.getByRole("heading", { name: "2 of 15 applications do not converge" }).waitFor();
		const state = page.getByRole("region", { name: "Overall state" });
		await state.getByText("web exits at once with code 1").waitFor();
		await state.getByText("for 37 min").waitFor();
		await picture(page, "trouble");
		await state.getByRole("button", { name: "payments-production" }).click();
		await page.getByRole("heading", { level: 2, name: "payments-production" }).waitFor();
		expect(new URL(page.url()).searchParams.get("application")).toBe("payments-production");
	});

	it("quotes what is wrong with refused control documents", async () => {
		const world = lively(new DashboardWorld());
		world.controlCondition = {
			type: "Ready",
			status: "False",
			reason: "DocumentsInvalid",
			message:
				"environments/production.yaml:7:13: spec.policy.drift: is not one of heal, report, ask\n  7 |     drift: heel\n                 ^\n  Did you mean heal?",
			since: minutesAgo(3),
		};
		const { page } = await open(world);
		const banner = page.getByRole("alert", { name: "Control documents" });
		await banner.getByText("environments/production.yaml:7:13:").waitFor();
		expect(await banner.innerText()).toContain("stay in force");
		await picture(page, "invalid-control");
	});

	it("teaches the next step when there is nothing yet", async () => {
		const { page } = await open(new DashboardWorld([]));
		await page.getByText("gitward init").waitFor();
		expect(await page.getByRole("button", { name: /^Copy gitward/u }).count()).toBe(2);
		await picture(page, "empty");
	});

	it("filters by words, state and environment, all in the address", async () => {
		const world = new DashboardWorld();
		degraded(world, "payments-production");
		const { page } = await open(world);
		const rows = page.getByRole("listitem").filter({ hasText: "env-config/" });
		await page.keyboard.press("/");
		await page.keyboard.type("mail");
		await expect.poll(() => rows.count()).toBe(3);
		await page.getByRole("button", { name: /^staging/u }).click();
		await expect.poll(() => rows.count()).toBe(1);
		await page.reload();
		await expect.poll(() => rows.count()).toBe(1);
		expect(await page.getByRole("searchbox", { name: "Search applications" }).inputValue()).toBe("mail");
		await page.getByRole("button", { name: /^Needs attention/u }).click();
		await page.getByRole("button", { name: "Show all applications" }).click();
		await expect.poll(() => rows.count()).toBe(15);
		await page.getByRole("button", { name: /^Needs attention/u }).click();
		await expect.poll(() => rows.allInnerTexts()).toHaveLength(1);
	});
});

describe("the details", () => {
	it("show differences with deletions first and secrets hidden", async () => {
		const world = lively(new DashboardWorld());
		outOfSync(world, "shop-production");
		const { page } = await open(world, "?application=shop-production");
		const panel = page.getByRole("complementary", { name: "Application shop-production" });
		await panel.getByText('"tax": "included",').waitFor();
		const actions = await panel.locator("summary").allInnerTexts();
		expect(actions.map((text) => text.split("\n", 1)[0])).toEqual(["Delete", "Create", "Update", "Update"]);
		expect(await panel.getByText("***").count()).toBe(2);
		await picture(page, "differences");
	});

	it("sync, suspend and roll back, saying what will be held", async () => {
		const { page, world } = await open(lively(new DashboardWorld()), "?application=shop-dev&tab=history");
		const panel = page.getByRole("complementary", { name: "Application shop-dev" });
		await panel.getByText("runs now").waitFor();
		await picture(page, "history");
		await panel.getByRole("button", { name: "Roll back" }).last().click();
		const dialog = page.getByRole("dialog", { name: "Roll shop-dev back?" });
		await dialog.getByText("is held: automation does not bring it back").waitFor();
		await picture(page, "rollback");
		await dialog.getByRole("button", { name: "Roll back" }).click();
		await page.getByText("shop-dev is being rolled back").waitFor();
		await panel.getByRole("button", { name: "Sync", exact: true }).click();
		await page.getByText("Sync of shop-dev is asked for").waitFor();
		await panel.getByRole("button", { name: "Suspend" }).click();
		await page.getByText("shop-dev is suspended").waitFor();
		const by = { name: "admin", via: "dashboard" };
		expect(world.asked.filter(({ what }) => what !== "plan")).toEqual([
			{ what: "rollback", name: "shop-dev", by, argument: "1" },
			{ what: "sync", name: "shop-dev", by, argument: undefined },
			{ what: "suspend", name: "shop-dev", by },
		]);
	});

	it("follow logs live", async () => {
		const world = lively(new DashboardWorld());
		degraded(world, "payments-production");
		const { page } = await open(world, "?application=payments-production&tab=objects");
		await page.getByRole("button", { name: "Logs of web" }).click();
		const log = page.getByRole("log", { name: "Logs" });
		await log.getByText("GET /products/0 200").waitFor();
		world.print("listening on 4310");
		await log.getByText("listening on 4310").waitFor();
		const below =
			"(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)(document.querySelector('[role=log]'))";
		await expect.poll(() => page.evaluate(below)).toBeLessThan(2);
		await picture(page, "logs");
	});

	it("confirm a held deletion by the plan that was shown", async () => {
		const world = lively(new DashboardWorld());
		deletionHeld(world, "shop-production");
		const { page } = await open(world);
		await picture(page, "deletion-held");
		await page.getByRole("button", { name: "Review deletion: shop-production" }).click();
		const dialog = page.getByRole("dialog", { name: "Delete Objects of shop-production?" });
		await dialog.getByText("banner.txt").waitFor();
		await picture(page, "deletion-dialog");
		await dialog.getByRole("button", { name: "Delete 5 Objects" }).click();
		await page.getByText("Sync of shop-production is asked for").waitFor();
		expect(world.asked.at(-1)).toEqual({
			what: "sync",
			name: "shop-production",
			by: { name: "admin", via: "dashboard" },
			argument: "d".repeat(64),
		});
	});

	it("close with Escape and by the back button, and say when there is no such application", async () => {
		const { page } = await open(new DashboardWorld());
		await page.getByRole("link", { name: "mail-dev" }).click();
		const panel = page.getByRole("complementary", { name: "Application mail-dev" });
		await panel.getByText("Live is what Git says").waitFor();
		await picture(page, "no-differences");
		await page.keyboard.press("Escape");
		await panel.waitFor({ state: "detached" });
		await page.goBack();
		await panel.waitFor();
		await page.goto(`${new URL(page.url()).origin}/?application=gone`);
		await page.getByText("There is no such application").waitFor();
		expect(await page.getByRole("tab").count()).toBe(0);
	});
});

describe("live", () => {
	it("shows what an event tells, asking for one application and not for the listing", async () => {
		const { page, world } = await open(new DashboardWorld());
		const before = { ...world.reads };
		world.change(
			"cart-staging",
			{ health: { status: "Degraded", message: "out of memory" }, conditions: [] },
			{ type: "HealthChanged", severity: "warning", message: "Healthy → Degraded: out of memory" },
		);
		await page.getByRole("heading", { name: "1 of 15 applications does not converge" }).waitFor();
		await page.getByRole("complementary", { name: "Events" }).getByText("Healthy → Degraded: out of memory").waitFor();
		expect(world.reads.listings).toBe(before.listings);
		expect(world.reads.single).toBe(before.single + 1);
	});

	it("stays calm when a thousand applications move at once", async () => {
		const many = Array.from({ length: 1000 }, (_, index) =>
			applicationOf(`app-${String(index).padStart(4, "0")}`, ["dev", "staging", "production"][index % 3] ?? "dev"),
		);
		const { page, world } = await open(new DashboardWorld(many));
		await page.getByText("1,000 applications in 3 environments, all converged").waitFor();
		expect(await page.getByRole("listitem").filter({ hasText: "env-config/" }).count()).toBeLessThan(60);
		const before = { ...world.reads };
		for (const { name } of many)
			world.change(name, { appliedRevision: revisionAt(2), desiredRevision: revisionAt(2) }, { message: "synced" });
		world.change(
			"app-0999-dev",
			{ health: { status: "Missing", message: "gone" } },
			{ type: "HealthChanged", message: "Healthy → Missing" },
		);
		await page.getByRole("heading", { name: "1 of 1,000 applications does not converge" }).waitFor();
		// Two pages a listing; some batches at most, never one listing an event.
		expect(world.reads.listings - before.listings).toBeLessThan(40);
		expect(world.reads.single - before.single).toBeLessThan(40);
		await page.getByRole("searchbox", { name: "Search applications" }).fill("app-0500");
		await page.getByRole("link", { name: "app-0500-production" }).waitFor();
		await page.getByRole("searchbox", { name: "Search applications" }).fill("");
		await picture(page, "thousand");
	});

	it("says that it is disconnected, and catches up", async () => {
		const { page, world, url } = await open(new DashboardWorld());
		await api?.close();
		await page.getByText("Disconnected").waitFor();
		await picture(page, "disconnected");
		world.change("mail-dev", { sync: "Syncing" }, { type: "SyncStarted", message: "while away" });
		const { hostname, port } = new URL(url);
		api = await startApi({ operations: world, dashboard, listen: { host: hostname, port: Number(port) } });
		await page.getByRole("complementary", { name: "Events" }).getByText("while away").waitFor();
		await page.getByTitle("News arrives as it happens").waitFor();
		expect(await page.getByRole("button", { name: /^Syncing/u }).innerText()).toContain("1");
	});
});

describe("other screens", () => {
	it("are dark where the reader's system is", async () => {
		const world = lively(new DashboardWorld());
		degraded(world, "payments-production");
		outOfSync(world, "shop-production");
		const { page } = await open(world);
		const light = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
		await page.emulateMedia({ colorScheme: "dark" });
		expect(await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")).not.toBe(light);
		await picture(page, "dark");
		await page.getByRole("link", { name: "shop-production" }).click();
		await page.getByText('"tax": "included",').waitFor();
		await picture(page, "dark-differences");
	});

	it("are narrow, without scrolling sideways", async () => {
		const world = lively(new DashboardWorld());
		degraded(world, "payments-production");
		outOfSync(world, "shop-production");
		const { page } = await open(world);
		await page.setViewportSize({ width: 390, height: 844 });
		const overflow =
			"document.documentElement.scrollWidth - innerWidth + document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth";
		expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
		await picture(page, "narrow");
		await page.evaluate("document.querySelector('#applications').scrollIntoView()");
		await picture(page, "narrow-list");
		await page.getByRole("link", { name: "shop-production" }).click();
		await page.getByText('"tax": "included",').waitFor();
		expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
		await picture(page, "narrow-differences");
		await page.getByRole("button", { name: "Close details" }).click();
		await page.getByRole("button", { name: "Events" }).click();
		await page.getByRole("heading", { name: "Events" }).waitFor();
		await picture(page, "narrow-events");
	});
});
