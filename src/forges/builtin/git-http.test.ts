import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, request as httpRequest, type Server } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createExec } from "../../lib/exec/exec.ts";
import { createGitHttp, type GitHttp, type GitHttpOptions } from "./git-http.ts";
import { createHostedRepositories, type HostedRepositories } from "./hosted-repositories.ts";

let folder = "";
let hosted: HostedRepositories;
let server: Server;
let http: GitHttp;
let url = "";
let pushes: string[] = [];
let waiters: (() => void)[] = [];
const path = process.env["PATH"] ?? "";

async function start(options: Partial<GitHttpOptions> = {}): Promise<void> {
	const exec = createExec({ environment: { PATH: path, HOME: folder } });
	hosted = createHostedRepositories({ root: join(folder, "hosted"), exec });
	const log = { debug() {}, info() {}, warn() {}, error() {} };
	const onPush = (name: string): void => {
		pushes.push(name);
		for (const wake of waiters.splice(0)) wake();
	};
	http = createGitHttp({ repositories: hosted, exec, log, onPush, ...options });
	server = createServer((request, response) => void http.handle(request, response, { actor: "ada" }));
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

const git = async (cwd: string, ...args: readonly string[]): Promise<string> => {
	const identity = { GIT_AUTHOR_NAME: "Ada", GIT_AUTHOR_EMAIL: "a@b", GIT_COMMITTER_NAME: "Ada", GIT_COMMITTER_EMAIL: "a@b" };
	const exec = createExec({
		environment: {
			PATH: path,
			HOME: folder,
			GIT_CONFIG_GLOBAL: "/dev/null",
			GIT_CONFIG_NOSYSTEM: "1",
			GIT_TERMINAL_PROMPT: "0",
			...identity,
		},
	});
	const { stdout, stderr } = await exec.run("git", ["-c", "core.compression=0", ...args], { cwd, title: `git ${args[0]}` });
	return (stdout.toString() + (args.includes("--progress") || args[0] === "push" ? stderr : "")).trim();
};

async function clone(name: string, ...flags: readonly string[]): Promise<string> {
	const target = join(folder, `clone-${randomBytes(4).toString("hex")}`);
	await git(folder, "clone", "--quiet", ...flags, `${url}/git/${name}.git`, target);
	return target;
}

async function commit(tree: string, files: Readonly<Record<string, string | Buffer>>): Promise<string> {
	for (const [name, content] of Object.entries(files)) await writeFile(join(tree, name), content);
	await git(tree, "add", "--all");
	await git(tree, "commit", "--quiet", "--allow-empty", "-m", "change");
	return git(tree, "rev-parse", "HEAD");
}

/** Resolves when the next push was told. */
const told = (): Promise<void> => new Promise((resolve) => void waiters.push(resolve));

function post(
	target: string,
	body: Buffer,
	headers: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly text: string }> {
	return new Promise((resolve, reject) => {
		const sent = httpRequest(`${url}${target}`, { method: "POST", headers }, (response) => {
			let text = "";
			response.on("data", (chunk: Buffer) => {
				text += chunk.toString("latin1");
			});
			response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
		});
		sent.on("error", reject);
		sent.end(body);
	});
}

beforeEach(async () => {
	folder = await realpath(await mkdtemp(join(tmpdir(), "hosting-")));
	pushes = [];
	waiters = [];
	await start();
});
afterEach(async () => {
	await http.close();
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
	await rm(folder, { recursive: true, force: true });
});

describe("hosted repositories", () => {
	it("are made once, listed, and start with the branch main", async () => {
		expect(await hosted.create("shop")).toBe(true);
		expect(await hosted.create("shop")).toBe(false);
		expect(await Promise.all([hosted.create("a"), hosted.create("a")])).toContain(true);
		expect(await hosted.list()).toEqual(["a", "shop"]);
		expect(await readFile(join(folder, "hosted/shop.git/HEAD"), "utf8")).toBe("ref: refs/heads/main\n");
		await expect(hosted.create("../x")).rejects.toMatchObject({ kind: "invalid" });
	});
});

describe("git over HTTP", () => {
	it("clones, pushes, and tells of each push once, only when something moved", async () => {
		await hosted.create("shop");
		const tree = await clone("shop");
		const first = await commit(tree, { a: "1" });
		let next = told();
		await git(tree, "push", "origin", "main");
		await next;
		expect(pushes).toEqual(["shop"]);
		await git(tree, "push", "origin", "main");
		expect(await git(tree, "ls-remote", "origin", "main")).toContain(first);
		const rewritten = await git(tree, "commit", "--quiet", "--amend", "-m", "other").then(() => git(tree, "rev-parse", "HEAD"));
		next = told();
		await git(tree, "push", "--force", "origin", "main");
		await next;
		next = told();
		await git(tree, "push", "origin", "main:topic");
		await git(tree, "push", "origin", ":topic");
		await next;
		await expect.poll(() => pushes.length).toBe(4);
		expect(await git(await clone("shop"), "rev-parse", "HEAD")).toBe(rewritten);
	});

	it("takes a push of 30 MB, and gives it back over protocol 2, shallow and whole", async () => {
		await hosted.create("shop");
		const tree = await clone("shop");
		const large = randomBytes(30 * 1024 * 1024);
		await commit(tree, { a: "1" });
		const head = await commit(tree, { large });
		await git(tree, "push", "origin", "main");
		const shallow = await clone("shop", "--depth=1");
		expect(await git(shallow, "rev-list", "--count", "HEAD")).toBe("1");
		expect((await readFile(join(shallow, "large"))).equals(large)).toBe(true);
		const whole = await clone("shop", "-c", "protocol.version=2");
		expect(await git(whole, "rev-parse", "HEAD")).toBe(head);
		const old = await clone("shop", "-c", "protocol.version=0");
		expect(await git(old, "rev-list", "--count", "HEAD")).toBe("2");
		const partial = await clone("shop", "--filter=blob:none", "--no-checkout");
		expect(await git(partial, "rev-parse", "HEAD")).toBe(head);
		const answer = await fetch(`${url}/git/shop.git/info/refs?service=git-upload-pack`, { headers: { "Git-Protocol": "version=2" } });
		expect(await answer.text()).toContain("version 2");
	});

	it("passes gzip on", async () => {
		await hosted.create("shop");
		const tree = await clone("shop");
		await commit(tree, { a: "1" });
		await git(tree, "push", "origin", "main");
		const body = gzipSync(Buffer.from("0014command=ls-refs\n00010009peel\n0000"));
		const headers = { "Content-Type": "application/x-git-upload-pack-request", "Content-Encoding": "gzip", "Git-Protocol": "version=2" };
		expect((await post("/git/shop.git/git-upload-pack", body, headers)).text).toContain("refs/heads/main");
	});

	it("takes pushes at the same time to different branches, and refuses all but one to the same", async () => {
		await hosted.create("shop");
		const trees = await Promise.all(Array.from({ length: 6 }, () => clone("shop")));
		await Promise.all(trees.map((tree, index) => commit(tree, { a: String(index) })));
		await Promise.all(trees.map((tree, index) => git(tree, "push", "origin", `main:branch-${index}`)));
		const results = await Promise.allSettled(trees.map((tree) => git(tree, "push", "origin", "main")));
		expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
		expect((await hosted.refs("shop")).trim().split("\n")).toHaveLength(7);
		expect(new Set(pushes)).toEqual(new Set(["shop"]));
		expect(pushes.length).toBeLessThanOrEqual(7);
	});

	it("refuses hostile refs and malformed objects by git itself, and tells nobody", async () => {
		await hosted.create("shop");
		const tree = await clone("shop");
		await commit(tree, { a: "1" });
		await expect(git(tree, "push", "origin", "HEAD:refs/gitward/kept/x")).rejects.toThrow(/hidden ref|rejected/u);
		const blob = (await git(tree, "rev-parse", "HEAD:a")).trim();
		const raw = Buffer.concat([Buffer.from("100644 ..\0"), Buffer.from(blob, "hex")]);
		await writeFile(join(tree, "raw-tree"), raw);
		const bad = await git(tree, "hash-object", "-t", "tree", "--literally", "-w", "raw-tree");
		const badCommit = await git(tree, "commit-tree", "-m", "bad", bad);
		await expect(git(tree, "push", "origin", `${badCommit}:refs/heads/main`)).rejects.toThrow(/hasDotdot|fsck|unpack/iu);
		expect(await hosted.refs("shop")).toBe("");
		expect(pushes).toEqual([]);
	});

	it.each([
		["GET", "/git/shop.git/HEAD", 404],
		["GET", "/git/shop.git/objects/info/packs", 404],
		["GET", "/git/shop.git/info/refs", 403],
		["GET", "/git/shop.git/info/refs?service=git-upload-archive", 403],
		["GET", "/git/other.git/info/refs?service=git-upload-pack", 404],
		["GET", "/git/..%2fshop.git/info/refs?service=git-upload-pack", 404],
		["GET", "/git/../hosted/shop.git/info/refs?service=git-upload-pack", 404],
		["GET", "/git/link.git/info/refs?service=git-upload-pack", 404],
		["POST", "/git/shop.git/info/refs?service=git-upload-pack", 405],
		["GET", "/git/shop.git/git-receive-pack", 405],
		["PUT", "/git/shop.git/git-receive-pack", 405],
	])("answers %s %s with %i", async (method, target, status) => {
		await hosted.create("shop");
		await symlink(join(folder, "hosted/shop.git"), join(folder, "hosted/link.git"));
		const answered = await new Promise<number>((resolve) =>
			httpRequest(url, { method, path: target }, (response) => resolve(response.resume().statusCode ?? 0)).end(),
		);
		expect(answered).toBe(status);
	});

	it("answers 415 for what git did not send", async () => {
		await hosted.create("shop");
		expect((await post("/git/shop.git/git-receive-pack", Buffer.from("x"), { "Content-Type": "text/plain" })).status).toBe(415);
	});

	it("tells of a push whose client went away after it was sent", async () => {
		await hosted.create("shop");
		const tree = await clone("shop");
		const oid = await commit(tree, { a: "1" });
		await writeFile(join(tree, ".git/list"), `${oid}\n`);
		const packed = createExec({ environment: { PATH: path, GIT_DIR: join(tree, ".git") } });
		const { stdout } = await packed.run("git", ["pack-objects", "--stdout", "--revs", "--quiet"], { input: `${oid}\n` });
		const line = `${"0".repeat(40)} ${oid} refs/heads/main\0 report-status\n`;
		const body = Buffer.concat([Buffer.from(`${(line.length + 4).toString(16).padStart(4, "0")}${line}0000`), stdout]);
		const next = told();
		const socket = connect(Number(new URL(url).port), "127.0.0.1");
		server.prependListener("request", (request) => request.once("end", () => socket.destroy()));
		socket.write(
			`POST /git/shop.git/git-receive-pack HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-git-receive-pack-request\r\nContent-Length: ${body.length}\r\n\r\n`,
		);
		socket.write(body);
		await next;
		expect(await hosted.refs("shop")).toContain(`${oid} refs/heads/main`);
	});

	it("refuses the half of a push whose client went away", async () => {
		await hosted.create("shop");
		const ended = new Promise<void>((resolve) => {
			server.removeAllListeners("request");
			server.on("request", (request, response) => void http.handle(request, response, { actor: "ada" }).then(resolve));
		});
		const socket = connect(Number(new URL(url).port), "127.0.0.1");
		socket.write(
			"POST /git/shop.git/git-receive-pack HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-git-receive-pack-request\r\nContent-Length: 5000\r\n\r\n0094",
			() => socket.destroy(),
		);
		await ended;
		expect(await hosted.refs("shop")).toBe("");
		expect(pushes).toEqual([]);
	});
});

describe("limits", () => {
	async function restart(options: Partial<GitHttpOptions>): Promise<void> {
		await http.close();
		await new Promise((resolve) => server.close(resolve));
		await start(options);
		await hosted.create("shop");
	}

	it("refuses bodies that are too large, announced or not", async () => {
		await restart({ maxRequestBytes: 100_000 });
		const headers = { "Content-Type": "application/x-git-receive-pack-request" };
		expect((await post("/git/shop.git/git-receive-pack", Buffer.alloc(100_001), headers)).status).toBe(413);
		const tree = await clone("shop");
		await commit(tree, { large: randomBytes(3 * 1024 * 1024) });
		await expect(git(tree, "push", "origin", "main")).rejects.toThrow(/413|hung up|RPC failed|unexpected disconnect/u);
		expect(await hosted.refs("shop")).toBe("");
	});

	it("lets some wait and sends more away, and stops a request at its time limit", async () => {
		await restart({ working: 1, waiting: 1, timeoutMs: 1500 });
		const headers = { "Content-Type": "application/x-git-upload-pack-request", "Content-Length": "100" };
		const open = (): Promise<string> =>
			new Promise((resolve, reject) => {
				const sent = httpRequest(`${url}/git/shop.git/git-upload-pack`, { method: "POST", headers }, (response) => {
					response.on("error", () => {});
					response.resume().once("close", () => resolve(response.complete ? `${response.statusCode}` : "cut off"));
				});
				sent.on("error", reject);
				sent.flushHeaders();
			});
		const statuses = await Promise.all([open(), open(), open()]);
		expect(statuses.toSorted()).toEqual(["503", "cut off", "cut off"]);
	});
});

it("runs no hook that lies in a hosted repository", async () => {
	await hosted.create("shop");
	const tree = await clone("shop");
	await commit(tree, { a: "1" });
	const hook = join(folder, "hosted/shop.git/hooks/post-receive");
	await mkdir(join(folder, "hosted/shop.git/hooks"), { recursive: true });
	await writeFile(hook, `#!/bin/sh\ntouch ${folder}/hook-ran\n`, { mode: 0o755 });
	const next = told();
	await git(tree, "push", "origin", "main");
	await next;
	await expect(readFile(join(folder, "hook-ran"))).rejects.toMatchObject({ code: "ENOENT" });
});
