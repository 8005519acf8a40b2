import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Change } from "../../core/change.ts";
import { refOf } from "../../core/object.ts";
import { createHostFixture, type HostFixture, keyOfObject, object } from "./fixture.ts";

let host: HostFixture;
beforeEach(async () => {
	host = createHostFixture();
	await host.open();
});
afterEach(() => host.close());

const node = process.execPath;
const job = (code: string, spec: object = {}) => object("Job", "migrate", { command: [node, "-e", code], ...spec });
const hook = (code: string, spec: object = {}) =>
	object("Job", "migrate", { command: [node, "-e", code], ...spec }, { annotations: { "gitward.dev/hook": "PreSync" } });
const append = 'require("fs").appendFileSync("ran", process.env.WHAT ?? "x")';
const file = (content: string) => object("File", "a", { content });

describe("a Job", () => {
	it("as a hook runs in every Sync that changes something, in its folder", async () => {
		mkdirSync(host.at("shop"));
		await host.sync([hook(append, { env: { WHAT: "1" } }), file("one")]);
		await host.sync([hook(append, { env: { WHAT: "2" } }), file("one")]);
		await host.sync([hook(append, { env: { WHAT: "3" } }), file("two")]);
		expect(readFileSync(host.at("shop/ran"), "utf8")).toBe("13");
	});

	it("that is no hook runs once for each change of its spec", async () => {
		await host.sync([job(append)]);
		await host.sync([job(append)]);
		await host.sync([job(append, { inputs: "other" })]);
		expect(readFileSync(host.at("shop/ran"), "utf8")).toBe("xx");
	});

	it("that fails says how, with its last lines, and keeps its log", async () => {
		const failed = host.sync([hook('console.log("step 1"); console.error("table is missing"); process.exit(4)'), file("x")]);
		await expect(failed).rejects.toMatchObject({
			code: "HookFailed",
			kind: "conflict",
			message: "Job migrate failed with exit code 4: table is missing",
		});
		const lines: string[] = [];
		for await (const line of host.target().logs("shop", "Job.host.gitward.dev/shop/migrate", { tail: 10, follow: false }))
			lines.push(`${line.stream} ${line.text}`);
		expect(lines).toEqual(["stdout step 1", "stderr table is missing"]);
		expect(existsSync(host.at("shop/a"))).toBe(false);
	});

	it("that takes too long, or cannot start, fails too", async () => {
		await expect(host.sync([hook("setInterval(() => {}, 1000)", { timeout: "100ms" }), file("x")])).rejects.toMatchObject({
			message: "Job migrate was stopped after 100ms",
			code: "HookFailed",
		});
		const missing = object("Job", "migrate", { command: ["no-such-program"] }, { annotations: { "gitward.dev/hook": "PreSync" } });
		await expect(host.sync([missing, file("x")])).rejects.toMatchObject({
			code: "HookFailed",
			message: expect.stringContaining("the program no-such-program was not found"),
		});
	});

	it("is stopped when the Sync is cancelled", async () => {
		const desired = hook('require("fs").writeFileSync("pid", String(process.pid)); setInterval(() => {}, 1000)');
		const change: Change = {
			key: keyOfObject(desired),
			ref: refOf(desired),
			action: "create",
			wave: 0,
			hook: "PreSync",
			differences: [],
			desired,
		};
		const abort = new AbortController();
		const running = host.target().apply("shop", change, undefined, { signal: abort.signal });
		await host.until(() => existsSync(host.at("shop/pid")) && readFileSync(host.at("shop/pid"), "utf8") !== "");
		const pid = Number(readFileSync(host.at("shop/pid"), "utf8"));
		abort.abort();
		await expect(running).rejects.toMatchObject({ code: "Cancelled" });
		await host.until(() => !existsSync(`/proc/${pid}/environ`) || readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z "));
	});

	it("that a kill of Gitward left running is ended before it runs again", async () => {
		const desired = hook(
			`require("fs").writeFileSync("pid-" + process.pid, ""); if (!require("fs").existsSync("again")) setInterval(() => {}, 1000)`,
		);
		const abort = new AbortController();
		const change: Change = {
			key: keyOfObject(desired),
			ref: refOf(desired),
			action: "create",
			wave: 0,
			hook: "PreSync",
			differences: [],
			desired,
		};
		const first = host
			.target()
			.apply("shop", change, undefined, { signal: abort.signal })
			.catch((error: unknown) => error);
		await host.until(() => existsSync(host.at("shop")) && readdirSync(host.at("shop")).some((name) => name.startsWith("pid-")));
		// Another Gitward comes and applies the same hook, while the first run has not ended.
		writeFileSync(host.at("shop/again"), "");
		await host.open();
		await host.target().apply("shop", change, undefined);
		expect(await first).toMatchObject({ message: "Job migrate was ended by SIGKILL" });
		abort.abort();
	});
});
