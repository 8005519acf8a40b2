import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { startApi, type TestApi, testToken } from "../../test/api/start-api.ts";
import { type Cli, createCli } from "../../test/cli/run-cli.ts";
import { AppError } from "../core/app-error.ts";

let api: TestApi;
let cli: Cli;
beforeEach(async () => {
	api = await startApi();
	cli = await createCli(api.url);
});
afterEach(async () => {
	await api.close();
	await cli.remove();
});

const listings = [
	["get", "applications"],
	["get", "environments"],
	["get", "repositories"],
	["tree"],
	["history", "shop"],
	["events"],
	["diff"],
	["doctor"],
	["status"],
];

describe("listings", () => {
	it.each(listings)("%s %s are the same in JSON and YAML, and tables without colours in a pipe", async (...args) => {
		api.operations.emit("shop synced");
		const [json, yaml, table] = await Promise.all([cli.run([...args, "-o", "json"]), cli.run([...args, "-o", "yaml"]), cli.run(args)]);
		const value = JSON.parse(json.out) as unknown;
		if (args[0] !== "doctor") expect(parse(yaml.out)).toEqual(value);
		expect(table.out).not.toContain("\u001b");
		expect(table.out.split("\n").length).toBeGreaterThan(1);
		expect(json.code).toBe(args[0] === "diff" ? 1 : 0);
	});

	it("name one, or fail with 4", async () => {
		expect(JSON.parse((await cli.run(["get", "app", "shop", "-o", "json"])).out)).toMatchObject([{ name: "shop" }]);
		const missing = await cli.run(["get", "env", "nope"]);
		expect(missing).toMatchObject({ code: 4, out: "" });
		expect(missing.err).toContain("staging, production");
	});
});

describe("status", () => {
	it("tells what does not converge, why, and what to do", async () => {
		api.operations.list[0] = {
			...(api.operations.list[0] as (typeof api.operations.list)[0]),
			holds: [{ reason: "DeletionGuard", message: "it would delete all", confirm: "abc123" }],
		};
		const { out, code } = await cli.run(["status"]);
		expect(code).toBe(0);
		expect(out).toContain("2 Applications: 1 fine, 1 to look at");
		expect(out).toContain("DeletionGuard: it would delete all");
		expect(out).toContain("gitward sync billing --confirm abc123");
		expect(out).toContain("process exited with code 1");
		expect(out).not.toContain("shop in staging");
		expect((await cli.run(["status", "--exit-code"])).code).toBe(6);
		expect((await cli.run(["status", "shop", "--exit-code"])).code).toBe(0);
	});
});

it("shows the tree also where the target cannot be asked what is beneath", async () => {
	api.operations.children = () =>
		Promise.reject(new AppError("the cluster does not answer", { code: "ClusterUnreachable", kind: "unavailable" }));
	const { code, out, err } = await cli.run(["tree", "shop"]);
	expect(code).toBe(0);
	expect(out).toContain("web");
	expect(err).toContain("what is beneath the Objects of shop is not known: the cluster does not answer");
});

describe("acting", () => {
	it("asks for what was said, as the command line", async () => {
		for (const args of [
			["sync", "shop", "--confirm", "abc"],
			["suspend", "shop", "billing"],
			["resume", "shop"],
			["rollback", "shop", "2"],
		]) {
			expect((await cli.run(args)).code).toBe(0);
		}
		const by = { name: "admin", via: "cli" };
		expect(api.operations.asked).toEqual([
			{ what: "sync", name: "shop", by, argument: "abc" },
			{ what: "suspend", name: "shop", by },
			{ what: "suspend", name: "billing", by },
			{ what: "resume", name: "shop", by },
			{ what: "rollback", name: "shop", by, argument: "2" },
		]);
	});

	it("goes back to the last good Sync of another Revision", async () => {
		const shop = api.operations.list[1];
		if (shop !== undefined) api.operations.list[1] = { ...shop, appliedRevision: `main@sha1:${"e".repeat(40)}` };
		const { code, err } = await cli.run(["rollback", "shop"]);
		expect(code).toBe(0);
		expect(err).toContain("change 3");
		expect(api.operations.asked.at(-1)).toMatchObject({ what: "rollback", argument: "3" });
		expect((await cli.run(["rollback", "billing"])).code).toBe(5);
	});

	it("waits, and tells with 6 when it cannot get there", async () => {
		const first = await cli.run(["sync", "shop", "--wait"]);
		expect(first).toMatchObject({ code: 0 });
		expect(first.err).toContain("healthy");
		api.operations.settle = () =>
			Promise.reject(new AppError("billing waits for a person", { code: "Held", kind: "waiting", hint: "confirm it" }));
		const held = await cli.run(["sync", "billing", "--wait"]);
		expect(held.code).toBe(6);
		expect(held.err).toContain("hint: confirm it");
		api.operations.settle = () => new Promise(() => undefined);
		const late = await cli.run(["sync", "shop", "--wait", "--timeout", "500ms"]);
		expect(late.code).toBe(6);
		expect(late.err).toContain("NotConverged");
	});
});

describe("diff", () => {
	it("shows deletions first, and ends with 1; without differences with 0", async () => {
		const { out, code } = await cli.run(["diff", "shop"]);
		expect(code).toBe(1);
		expect(out.indexOf("DELETES 1 Object")).toBeLessThan(out.indexOf("~ File page"));
		expect(out).toContain("-<h1>old</h1>");
		expect(out).toContain("+<h1>new</h1>");
		api.operations.plans.set("shop", {
			application: "shop",
			environment: "staging",
			revision: "x",
			hash: "h",
			changes: [],
			unchanged: 2,
			warnings: [],
		});
		expect((await cli.run(["diff", "shop"])).code).toBe(0);
	});
});

describe("streams", () => {
	it("prints logs, and of one Object by its name", async () => {
		expect((await cli.run(["logs", "shop"])).out).toContain("listening on 8080\n");
		expect(
			(await cli.run(["logs", "shop", "web", "--tail", "1", "-o", "json"])).out
				.trim()
				.split("\n")
				.map((line) => JSON.parse(line) as unknown),
		).toHaveLength(1);
	});

	it("follows events over a lost server, until Ctrl-C", async () => {
		api.operations.emit("first");
		let again: TestApi | undefined;
		const port = Number(new URL(api.url).port);
		let restarted = false;
		const { out, err, code } = await cli.run(["events", "-f", "-o", "json"], {
			stopWhen: (text) => {
				if (!restarted && text.includes("first")) {
					restarted = true;
					void (async () => {
						while (api.operations.subscribers === 0) await new Promise((resolve) => setImmediate(resolve));
						await api.close();
						api.operations.emit("while away");
						again = await startApi({ operations: api.operations, listen: { host: "127.0.0.1", port } });
					})();
				}
				return text.includes("while away");
			},
		});
		expect(
			out
				.trim()
				.split("\n")
				.map((line) => (JSON.parse(line) as { id: number }).id),
		).toEqual([1, 2]);
		expect(err).toContain("trying again");
		expect(code).toBe(0);
		await again?.close();
	});
});

describe("errors", () => {
	it.each([
		["invalid", 2],
		["denied", 3],
		["notFound", 4],
		["conflict", 5],
		["waiting", 6],
		["unavailable", 7],
		["timeout", 7],
		["internal", 70],
	] as const)("of kind %s end with %i, and show where and what to do", async (kind, code) => {
		api.operations.failure = new AppError("it is so", {
			code: "Because",
			kind,
			hint: "do this",
			place: { file: "a.yaml", line: 3, column: 5, key: "spec.x", quote: "  x: 1" },
		});
		const result = await cli.run(["history", "shop"]);
		expect(result.code).toBe(code);
		expect(result.err).toBe("error: it is so (Because)\n  at a.yaml:3:5 key spec.x\n  3 |   x: 1\n    |     ^\nhint: do this\n");
	});

	it("propose the nearest command and option, with 2", async () => {
		const command = await cli.run(["stauts"]);
		expect(command).toMatchObject({ code: 2, out: "" });
		expect(command.err).toContain("Did you mean status?");
		const option = await cli.run(["sync", "shop", "--wiat"]);
		expect(option.code).toBe(2);
		expect(option.err).toContain("Did you mean --wait?");
		expect((await cli.run(["sync"])).code).toBe(2);
		expect((await cli.run(["history", "shop", "-n", "x"])).code).toBe(2);
		expect((await cli.run(["--help"])).code).toBe(0);
	});

	it("tell when the token is wrong, and when there is no server", async () => {
		expect((await cli.run(["status"], { env: { GITWARD_TOKEN: "wrong" } })).code).toBe(3);
		const none = await (await createCli()).run(["status"]);
		expect(none.code).toBe(7);
		expect(none.err).toContain("gitward up");
		await api.close();
		const gone = await cli.run(["status"]);
		expect(gone.code).toBe(7);
		expect(gone.err).toContain("nothing listens there");
	});
});

describe("finding the server", () => {
	it("goes by the nearest .gitward/server.json, then the last login", async () => {
		const plain = await createCli();
		const project = join(plain.home, "project");
		await mkdir(join(project, "deep", "deeper"), { recursive: true });
		await mkdir(join(project, ".gitward"));
		await writeFile(join(project, ".gitward", "server.json"), JSON.stringify({ url: api.url, pid: 1, tokenFile: "token" }));
		await writeFile(join(project, ".gitward", "token"), `${testToken}\n`);
		const deep = { cwd: join(project, "deep", "deeper") };
		expect((await plain.run(["get", "apps", "-o", "json"], deep)).code).toBe(0);
		expect((await plain.run(["get", "apps"])).code).toBe(7);
		expect((await plain.run(["login"], deep)).code).toBe(0);
		expect((await plain.run(["get", "apps"])).code).toBe(0);
		const file = join(plain.home, ".config", "gitward", "servers.json");
		expect((await stat(file)).mode & 0o777).toBe(0o600);
		expect((await plain.run(["login", "--link"])).out).toBe(`${api.url}/#token=${testToken}\n`);
		await plain.remove();
	});

	it("gives no token to a server that only a .gitward/server.json names", async () => {
		const plain = await createCli();
		const folder = join(plain.home, ".gitward");
		await mkdir(folder);
		await writeFile(join(plain.home, "private"), "private\n");
		const heard: (string | undefined)[] = [];
		const stranger = createServer((request, response) => {
			heard.push(request.headers.authorization);
			response.end("{}");
		});
		await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
		const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
		const write = (content: object) => writeFile(join(folder, "server.json"), JSON.stringify({ pid: 1, ...content }));
		await write({ url: "https://gitward.example.com", tokenFile: "../private" });
		const foreign = await plain.run(["status"], { env: { GITWARD_TOKEN: testToken } });
		expect([foreign.code, foreign.err.includes("never logged in to")]).toEqual([3, true]);
		await write({ url, tokenFile: "../private" });
		expect((await plain.run(["status"])).code).toBe(3);
		await symlink("../private", join(folder, "token"));
		await write({ url, tokenFile: "token" });
		expect((await plain.run(["status"])).code).toBe(3);
		expect((await plain.run(["status"], { env: { GITWARD_TOKEN: testToken } })).code).toBe(3);
		const asked = await plain.run(["credential", "get"], { input: `protocol=http\nhost=${new URL(url).host}\n\n` });
		expect([asked.out, heard]).toEqual(["", []]);
		stranger.close();
		await plain.remove();
	});

	it("logs in with a token from standard input, and refuses a wrong one", async () => {
		const plain = await createCli();
		expect((await plain.run(["login", api.url], { input: "wrong\n" })).code).toBe(3);
		expect((await plain.run(["status"])).code).toBe(7);
		const { code, err, out } = await plain.run(["login", api.url], { input: `${testToken}\n` });
		expect(code).toBe(0);
		expect(err + out).not.toContain(testToken);
		expect(JSON.parse(await readFile(join(plain.home, ".config", "gitward", "servers.json"), "utf8"))).toMatchObject({ current: api.url });
		await plain.remove();
	});

	it("answers git for its own server only", async () => {
		const plain = await createCli();
		await plain.run(["login", api.url], { input: `${testToken}\n` });
		const ask = (host: string, action = "get") =>
			plain.run(["credential", action], { input: `protocol=http\nhost=${host}\n\n`, env: { GITWARD_TOKEN: "other" } });
		expect(await ask(new URL(api.url).host)).toMatchObject({ code: 0, out: `username=gitward\npassword=${testToken}\n` });
		expect(await ask("git.example.com")).toMatchObject({ code: 0, out: "" });
		expect(await ask(new URL(api.url).host, "erase")).toMatchObject({ code: 0, out: "" });
		await plain.remove();
	});
});

describe("offline", () => {
	it("prints schemas", async () => {
		expect(JSON.parse((await cli.run(["schema", "application"])).out)).toMatchObject({ type: "object", additionalProperties: false });
		expect((JSON.parse((await cli.run(["schema"])).out) as { anyOf: unknown[] }).anyOf.length).toBeGreaterThan(6);
		expect((await cli.run(["schema", "nope"])).code).toBe(4);
	});

	it("finds what is missing", async () => {
		const findings = JSON.parse((await cli.run(["doctor", "-o", "json"], { env: { PATH: "/nonexistent" } })).out) as {
			name: string;
			state: string;
			mend?: string;
		}[];
		expect(findings.find((each) => each.name === "git")).toMatchObject({
			state: "missing",
			mend: expect.stringContaining("apt install git") as string,
		});
		for (const name of ["kustomize", "helm"])
			expect(findings.find((each) => each.name === name)).toMatchObject({
				state: "weak",
				mend: expect.stringContaining("https://") as string,
			});
		expect((await cli.run(["doctor", "--token-file", "/nonexistent"])).code).toBe(7);
	});

	it("writes a first control repository, and overwrites nothing", async () => {
		const first = await cli.run(["init", "mine"]);
		expect(first.code).toBe(0);
		expect(first.out).toContain("gitward up --control control");
		expect(await cli.run(["validate", "mine/control"])).toMatchObject({ code: 0 });
		const file = join(cli.home, "mine", "control", "gitward.yaml");
		await writeFile(file, "mine");
		const second = await cli.run(["init", "mine"]);
		expect(second.code).toBe(5);
		expect(await readFile(file, "utf8")).toBe("mine");
	});

	it("checks control documents, and names file, line, column and the nearest key", async () => {
		await cli.run(["init", "mine"]);
		const file = join(cli.home, "mine", "control", "gitward.yaml");
		await writeFile(file, (await readFile(file, "utf8")).replace("poll: 2s", "pol: 2s"));
		const { code, out, err } = await cli.run(["validate", "mine/control"]);
		expect(code).toBe(2);
		expect(out).toContain("mine/control/gitward.yaml:11:3: spec.pol");
		expect(out).toContain("Did you mean poll?");
		expect(err).toContain("1 problem");
		expect(JSON.parse((await cli.run(["validate", "mine/control", "-o", "json"])).out)).toMatchObject({
			valid: false,
			problems: [{ place: { line: 11 } }],
		});
		expect((await cli.run(["validate", "nowhere"])).code).toBe(4);
	});

	it("renders a folder, or an Application of control documents", async () => {
		await cli.run(["init", "mine"]);
		const folder = await cli.run(["render", "mine/hello", "--application", "page"]);
		expect(folder.code).toBe(0);
		expect(parseAllDocuments(folder.out).map((each) => (each.toJS() as { metadata: object }).metadata)).toEqual([
			{ name: "page.html", namespace: "page" },
			{ name: "server.mjs", namespace: "page" },
			{ name: "web", namespace: "page" },
		]);
		const application = await cli.run(["render", "mine", "--control", "mine/control", "-o", "json"]);
		expect(JSON.parse(application.out)).toMatchObject([
			{ metadata: { namespace: "hello" }, spec: { content: expect.stringContaining("Hello from Git") as string } },
			{},
			{ kind: "Process" },
		]);
		expect((await cli.run(["render", "mine", "--control", "mine/control", "--application", "nope"])).code).toBe(4);
		await writeFile(
			join(cli.home, "mine", "hello", "other.yaml"),
			"apiVersion: host.gitward.dev/v1\nkind: File\nmetadata: {name: x}\nspec: {source: {repository: shop, ref: main, path: a}}\n",
		);
		const other = await cli.run(["render", "mine/hello"]);
		expect(other.code).toBe(4);
		expect(other.err).toContain("--repository shop=FOLDER");
		await writeFile(join(cli.home, "a"), "from the shop");
		expect((await cli.run(["render", "mine/hello", "--repository", `shop=${cli.home}`])).out).toContain("from the shop");
		expect((await cli.run(["render", "mine/hello", "--repository", "shop"])).code).toBe(2);
	});
});
