import { chmod, readdir, readFile, rename, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Origin } from "../../ports/repository.ts";
import { createFixture, type Fixture, repositoryDocument, type WorkTree } from "./fixture.ts";

let fixture: Fixture;
let shop: WorkTree;
const opened: Origin[] = [];

beforeEach(async () => {
	fixture = await createFixture();
	shop = await fixture.worktree("shop");
});
afterEach(async () => {
	await Promise.all(opened.splice(0).map((origin) => origin.close()));
	await fixture.remove();
});

async function open(spec: Readonly<Record<string, unknown>> = {}): Promise<Origin> {
	const origin = await fixture.repositories().open(repositoryDocument("shop", { url: shop.folder, ...spec }));
	opened.push(origin);
	return origin;
}

/** Every file below a folder. */
async function files(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

const mirror = async (): Promise<string> => {
	const name = (await readdir(join(fixture.folder, "mirrors"))).find((each) => each.startsWith("shop-"));
	return join(fixture.folder, "mirrors", name ?? "");
};

describe("reading", () => {
	it("fetches, resolves and reads", async () => {
		const commit = await shop.commit({ "app.yaml": "a: 1\n", "web/server.mjs": "serve()\n", "web/run.sh": "#!/bin/sh\n" }, "first");
		await chmod(join(shop.folder, "web/run.sh"), 0o755);
		const second = await shop.commit({ "b.yaml": "b\n" }, "second");
		const origin = await open();
		await origin.fetch();
		const revision = await origin.resolve();
		expect(revision).toBe(`main@sha1:${second}`);
		const tree = await origin.tree(revision);
		expect((await tree.read("app.yaml")).toString()).toBe("a: 1\n");
		expect(await tree.oid("app.yaml")).toBe(await shop.git("rev-parse", "HEAD:app.yaml"));
		expect(await tree.oid("web")).toBe(await shop.git("rev-parse", "HEAD:web"));
		expect(await tree.oid("")).toBe(await shop.git("rev-parse", "HEAD^{tree}"));
		expect(await tree.oid("nothing/here")).toBeUndefined();
		expect(await tree.oid("app.yaml/below")).toBeUndefined();
		expect((await tree.list("")).map((entry) => `${entry.name} ${entry.type}`)).toEqual(["app.yaml file", "b.yaml file", "web folder"]);
		expect((await tree.list("web")).map((entry) => entry.name)).toEqual(["run.sh", "server.mjs"]);
		await expect(tree.list("app.yaml")).rejects.toMatchObject({ kind: "notFound" });
		await expect(tree.read("web")).rejects.toMatchObject({ kind: "notFound" });
		await expect(tree.read("app.yaml", { limit: 2 })).rejects.toMatchObject({ kind: "invalid", code: "FileTooLarge" });
		expect(await origin.commit(revision)).toMatchObject({
			commit: second,
			author: "Ada",
			email: "ada@example.com",
			subject: "second",
			signature: "not-checked",
		});
		expect((await tree.list("web")).map((entry) => entry.executable)).toEqual([true, false]);
		const log = await origin.log({ to: revision, path: "app.yaml", limit: 10 });
		expect(log.map((each) => each.subject)).toEqual(["first"]);
		expect((await origin.log({ to: revision, from: `main@sha1:${commit}`, limit: 10 })).map((each) => each.commit)).toEqual([second]);
	});

	it("sees what came later, with only the changed folders read again", async () => {
		await shop.commit({ "a/x.yaml": "1", "b/x.yaml": "1" });
		const origin = await open();
		await origin.fetch();
		const before = await origin.tree(await origin.resolve());
		const oids = [await before.oid("a"), await before.oid("b")];
		await shop.commit({ "a/x.yaml": "2" });
		await origin.fetch();
		const after = await origin.tree(await origin.resolve());
		expect(await after.oid("a")).not.toBe(oids[0]);
		expect(await after.oid("b")).toBe(oids[1]);
		expect((await after.read("a/x.yaml")).toString()).toBe("2");
		expect((await before.read("a/x.yaml")).toString()).toBe("1");
	});

	it("streams files of any size, also those that do not fit into memory limits", async () => {
		const large = Buffer.alloc(40 * 1024 * 1024, "gitward ");
		await shop.commit({ "large.bin": large, "small.bin": "small" });
		const origin = await open();
		await origin.fetch();
		const tree = await origin.tree(await origin.resolve());
		const [oid, small] = [(await tree.oid("large.bin")) ?? "", (await tree.oid("small.bin")) ?? ""];
		const read = tree.read("large.bin");
		const others = Promise.all(Array.from({ length: 200 }, () => tree.read("small.bin")));
		await expect(read).rejects.toMatchObject({ code: "FileTooLarge" });
		expect((await others).every((each) => each.toString() === "small")).toBe(true);
		expect((await buffer(await origin.stream(oid))).equals(large)).toBe(true);
		expect((await buffer(await origin.stream(small))).toString()).toBe("small");
		await expect(origin.stream("0".repeat(40))).rejects.toMatchObject({ kind: "notFound" });
		await expect(origin.stream("--help")).rejects.toMatchObject({ kind: "invalid" });
	});

	it("goes on when its processes are killed", async () => {
		await shop.commit(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`f${index}`, String(index)])));
		const pids: number[] = [];
		const exec = {
			...fixture.exec,
			start: (...args: Parameters<typeof fixture.exec.start>) => {
				const child = fixture.exec.start(...args);
				if (child.pid !== undefined) pids.push(child.pid);
				return child;
			},
		};
		const origin = await fixture.repositories({ exec }).open(repositoryDocument("shop", { url: shop.folder }));
		opened.push(origin);
		await origin.fetch();
		const tree = await origin.tree(await origin.resolve());
		await tree.read("f0");
		const reads = Array.from({ length: 300 }, (_, index) => tree.read(`f${index}`));
		for (const pid of pids.slice()) process.kill(pid, "SIGKILL");
		expect((await Promise.all(reads)).map(String)).toEqual(Array.from({ length: 300 }, (_, index) => String(index)));
		expect(pids.length).toBeGreaterThan(1);
		expect(pids.length).toBeLessThan(10);
	});

	it("reads through a gc that packs everything and throws the old packs away", async () => {
		await shop.commit({ "a/x": "1" });
		const origin = await open();
		await origin.fetch();
		const first = await origin.tree(await origin.resolve());
		await first.read("a/x");
		await shop.commit({ "a/x": "2", "b/y": "3" });
		await origin.fetch();
		await fixture.exec.run("git", ["--git-dir", await mirror(), "gc", "--quiet", "--prune=now"]);
		const second = await origin.tree(await origin.resolve());
		expect((await second.read("b/y")).toString()).toBe("3");
		expect((await first.read("a/x")).toString()).toBe("1");
	});

	it("does not begin what was cancelled before", async () => {
		await shop.commit({ a: "1" });
		const origin = await open();
		await origin.fetch();
		const tree = await origin.tree(await origin.resolve());
		await expect(tree.read("a", { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "Cancelled" });
		await expect(origin.fetch({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "Cancelled" });
	});
});

describe("symbolic links and paths", () => {
	async function tree(entries: Readonly<Record<string, string>>) {
		await shop.commit(entries);
		const origin = await open();
		await origin.fetch();
		return origin.tree(await origin.resolve());
	}

	it("follows links inside the tree", async () => {
		const found = await tree({
			"real/x.yaml": "x",
			"app/link": "-> ../real",
			"app/file": "-> ../real/x.yaml",
			twice: "-> app/link/../real/x.yaml",
			up: "-> app/..",
			dangling: "-> nowhere",
		});
		expect((await found.read("app/link/x.yaml")).toString()).toBe("x");
		expect((await found.read("app/file")).toString()).toBe("x");
		expect((await found.read("twice")).toString()).toBe("x");
		expect(await found.oid("app/link")).toBe(await found.oid("real"));
		expect(await found.oid("up")).toBe(await found.oid(""));
		expect((await found.list("app/link")).map((entry) => entry.name)).toEqual(["x.yaml"]);
		expect((await found.list("app")).map((entry) => entry.type)).toEqual(["link", "link"]);
		expect(await found.oid("dangling")).toBeUndefined();
	});

	it.each(["-> /etc/passwd", "-> ../../etc/passwd", "-> ../x/../../y", "-> .."])("refuses the way out that is %s", async (target) => {
		const found = await tree({ out: target, "deep/out": "-> ../out", ok: "ok" });
		for (const read of [
			() => found.oid("out"),
			() => found.read("out"),
			() => found.list("out"),
			() => found.oid("deep/out"),
			() => found.oid("out/x"),
		]) {
			await expect(read()).rejects.toMatchObject({ kind: "invalid", code: "PathOutsideTree" });
		}
		expect((await found.read("ok")).toString()).toBe("ok");
	});

	it("refuses loops", async () => {
		const found = await tree({ a: "-> b", b: "-> a", self: "-> self/x" });
		await expect(found.oid("a")).rejects.toMatchObject({ kind: "invalid", code: "LinkLoop" });
		await expect(found.read("self")).rejects.toMatchObject({ kind: "invalid", code: "LinkLoop" });
	});

	it.each(["..", "../x", "a/../b", "/etc/passwd", "a//b", "./a", "a/", "a\0b"])("refuses the path %j", async (path) => {
		const found = await tree({ a: "1" });
		await expect(found.oid(path)).rejects.toMatchObject({ kind: "invalid" });
		await expect(found.read(path)).rejects.toMatchObject({ kind: "invalid" });
	});
});

describe("refs", () => {
	it("follows branch, tags, ranges and commits", async () => {
		const first = await shop.commit({ a: "1" });
		await shop.git("tag", "v1.0.0");
		const second = await shop.commit({ a: "2" });
		await shop.git("tag", "-a", "v1.1.0", "-m", "annotated");
		await shop.git("tag", "-a", "nested", "v1.1.0", "-m", "tag of a tag");
		await shop.commit({ a: "3" });
		await shop.git("tag", "v2.0.0");
		const origin = await open({ ref: "^1.0" });
		await origin.fetch();
		expect(await origin.resolve()).toBe(`^1.0@sha1:${second}`);
		expect(await origin.resolve("v1.0.0")).toBe(`v1.0.0@sha1:${first}`);
		expect(await origin.resolve("nested")).toBe(`nested@sha1:${second}`);
		expect(await origin.resolve(first)).toBe(`${first}@sha1:${first}`);
		await expect(origin.resolve("gone")).rejects.toMatchObject({ kind: "notFound", code: "RefNotFound" });
		await expect(origin.resolve("0".repeat(40))).rejects.toMatchObject({ kind: "notFound" });
		await expect(origin.resolve("a..b")).rejects.toMatchObject({ kind: "invalid" });
	});

	it("does nothing with a branch that is named like an option but follow it", async () => {
		const commit = await shop.commit({ a: "1" });
		const name = `--upload-pack=touch ${fixture.folder}/pwned`.replaceAll(" ", "$IFS");
		await shop.git("update-ref", `refs/heads/${name}`, commit);
		const origin = await open({ ref: name });
		await origin.fetch();
		expect(await origin.resolve()).toBe(`${name}@sha1:${commit}`);
		expect(await origin.log({ to: await origin.resolve(), limit: 1, path: "--output=pwned" })).toEqual([]);
		await expect(stat(join(fixture.folder, "pwned"))).rejects.toMatchObject({ code: "ENOENT" });
	});

	it("finds a followed commit that no branch leads to any more", async () => {
		const commit = await shop.commit({ a: "1" });
		await shop.git("checkout", "--quiet", "--orphan", "other");
		await shop.commit({ a: "2" });
		await shop.git("branch", "-D", "main");
		const origin = await open({ ref: commit });
		await origin.fetch();
		expect((await (await origin.tree(await origin.resolve())).read("a")).toString()).toBe("1");
	});

	it("keeps the last good commit readable after a force-push, a deleted branch and a gc", async () => {
		await shop.commit({ a: "1" });
		const lost = await shop.commit({ a: "lost" });
		const origin = await open();
		await origin.fetch();
		const revision = await origin.resolve();
		await shop.git("reset", "--quiet", "--hard", "HEAD~1");
		const next = await shop.commit({ a: "2" });
		await origin.fetch();
		expect(await origin.resolve()).toBe(`main@sha1:${next}`);
		await shop.git("checkout", "--quiet", "-b", "other");
		await shop.git("branch", "-D", "main");
		await shop.git("commit", "--quiet", "--amend", "-m", "rewritten");
		await origin.fetch();
		await expect(origin.resolve()).rejects.toMatchObject({ kind: "notFound", message: expect.stringContaining("no branch or tag main") });
		await fixture.exec.run("git", ["--git-dir", await mirror(), "gc", "--quiet", "--prune=now"]);
		const again = await open();
		for (const [at, content] of [
			[revision, "lost"],
			[`main@sha1:${next}`, "2"],
		] as const) {
			expect((await (await again.tree(at)).read("a")).toString()).toBe(content);
		}
		expect(lost).toBe(revision.slice(-40));
	});

	it("follows a repository of SHA-256 hashes", async () => {
		await rm(join(shop.folder, ".git"), { recursive: true });
		await shop.git("init", "--quiet", "--object-format=sha256", "--initial-branch=main");
		const commit = await shop.commit({ "web/a": "1" });
		const origin = await open();
		await origin.fetch();
		expect(await origin.resolve()).toBe(`main@sha256:${commit}`);
		const tree = await origin.tree(await origin.resolve());
		expect((await tree.read("web/a")).toString()).toBe("1");
		expect(await tree.oid("web")).toBe(await shop.git("rev-parse", "HEAD:web"));
	});

	it("replaces a branch by a folder of branches", async () => {
		await shop.commit({ a: "1" });
		await shop.git("branch", "topic");
		const origin = await open();
		await origin.fetch();
		await shop.git("branch", "-D", "topic");
		await shop.git("branch", "topic/one");
		await origin.fetch();
		expect(await origin.resolve("topic/one")).toMatch(/^topic\/one@/u);
		await expect(origin.resolve("topic")).rejects.toMatchObject({ kind: "notFound" });
	});

	it("says that an empty repository is empty", async () => {
		const origin = await open();
		await origin.fetch();
		await expect(origin.resolve()).rejects.toMatchObject({ kind: "notFound", hint: expect.stringContaining("empty") });
	});

	it("resolves from what the disk holds before the first fetch of this life", async () => {
		const commit = await shop.commit({ a: "1" });
		await (await open()).fetch();
		await rename(shop.folder, `${shop.folder}.gone`);
		const later = await open();
		expect(await later.resolve()).toBe(`main@sha1:${commit}`);
		await expect(later.fetch()).rejects.toMatchObject({ kind: "notFound", code: "RepositoryNotFound" });
		expect((await (await later.tree(await later.resolve())).read("a")).toString()).toBe("1");
	});
});

describe("faults", () => {
	it("shares one fetch among all who ask", async () => {
		await shop.commit({ a: "1" });
		let fetches = 0;
		const exec = {
			...fixture.exec,
			run: (...args: Parameters<typeof fixture.exec.run>) => {
				if (args[1][0] === "fetch") fetches += 1;
				return fixture.exec.run(...args);
			},
		};
		const origin = await fixture.repositories({ exec }).open(repositoryDocument("shop", { url: shop.folder }));
		opened.push(origin);
		const impatient = new AbortController();
		const left = origin.fetch({ signal: impatient.signal });
		const all = Promise.all(Array.from({ length: 20 }, () => origin.fetch()));
		impatient.abort();
		await expect(left).rejects.toMatchObject({ code: "Cancelled" });
		await all;
		expect(fetches).toBe(1);
	});

	it.each([
		["ext::sh -c id", "invalid"],
		["/nowhere/at/all", "notFound"],
		["hosted:nothing", "notFound"],
		["http://127.0.0.1:1/x.git", "unavailable"],
		["https://no-such-host.invalid/x.git", "unavailable"],
	])("says at fetch what is wrong with %s", async (url, kind) => {
		const origin = await open({ url });
		await expect(origin.fetch()).rejects.toMatchObject({ kind, message: expect.not.stringContaining("undefined") });
		await expect(origin.resolve()).rejects.toMatchObject({ kind: "notFound" });
	});

	it.each([
		[
			"objects that are cut off",
			async (path: string) => {
				for (const file of await files(join(path, "objects"))) await truncate(file, 20).catch(() => {});
			},
		],
		["missing objects", (path: string) => rm(join(path, "objects"), { recursive: true })],
		["a missing HEAD", (path: string) => rm(join(path, "HEAD"))],
		["a broken configuration", (path: string) => writeFile(join(path, "config"), "[core\n")],
		["refs to nowhere", (path: string) => writeFile(join(path, "refs/heads/main"), `${"1".repeat(40)}\n`)],
		["refs that are noise", (path: string) => writeFile(join(path, "refs/heads/main"), "\0\0\0noise")],
		["nothing left at all", (path: string) => rm(path, { recursive: true })],
	])("rebuilds a mirror with %s by itself", async (_, damage) => {
		await shop.commit({ "web/a": "1" });
		const origin = await open();
		await origin.fetch();
		await (await origin.tree(await origin.resolve())).read("web/a");
		for (const file of await files(join(await mirror(), "objects"))) await chmod(file, 0o600);
		await damage(await mirror());
		await shop.commit({ "web/b": "2" });
		// A fresh life: nothing in memory helps. Reading may find the damage first; the fetch then mends it.
		for (const fresh of [await open(), origin]) {
			await fresh.fetch();
			const tree = await fresh.tree(await fresh.resolve());
			expect((await tree.read("web/b")).toString()).toBe("2");
			expect((await tree.read("web/a")).toString()).toBe("1");
		}
	});

	it("rebuilds although the branch was rewritten meanwhile, and says what is no longer there", async () => {
		await shop.commit({ a: "1" });
		const origin = await open();
		await origin.fetch();
		const lost = await origin.resolve();
		await shop.git("commit", "--quiet", "--amend", "-m", "rewritten");
		await rm(join(await mirror(), "objects"), { recursive: true });
		await origin.fetch();
		expect(await origin.resolve()).not.toBe(lost);
		expect((await (await origin.tree(await origin.resolve())).read("a")).toString()).toBe("1");
		await expect(origin.tree(lost)).rejects.toMatchObject({ kind: "notFound", code: "RevisionNotFound" });
		await origin.fetch();
	});

	it("notices damage when it reads, although the fetch has no news, and mends it", async () => {
		await shop.commit({ a: "1" });
		await (await open()).fetch();
		for (const file of await files(join(await mirror(), "objects"))) {
			await chmod(file, 0o600);
			await truncate(file, 10);
		}
		const origin = await open();
		const first = await origin.resolve().catch((error: unknown) => error);
		if (typeof first === "string") await (await origin.tree(first)).read("a").catch(() => {});
		await origin.fetch();
		expect((await (await origin.tree(await origin.resolve())).read("a")).toString()).toBe("1");
	});

	it("says that its folder cannot be written, and goes on once it can", async () => {
		const commit = await shop.commit({ a: "1" });
		const mirrors = join(fixture.folder, "taken");
		await writeFile(mirrors, "");
		const origin = await fixture.repositories({ mirrors }).open(repositoryDocument("shop", { url: shop.folder }));
		opened.push(origin);
		await expect(origin.fetch()).rejects.toMatchObject({ kind: "unavailable", code: "FolderNotWritable", hint: expect.any(String) });
		await rm(mirrors);
		await origin.fetch();
		expect(await origin.resolve()).toBe(`main@sha1:${commit}`);
	});

	it("removes locks that a killed fetch left, but not fresh ones", async () => {
		await shop.commit({ a: "1" });
		const origin = await open();
		await origin.fetch();
		const lock = join(await mirror(), "refs/heads/main.lock");
		await writeFile(lock, "");
		const commit = await shop.commit({ a: "2" });
		await expect(origin.fetch()).rejects.toMatchObject({ kind: "unavailable" });
		await utimes(lock, 1, 1);
		await origin.fetch();
		expect(await origin.resolve()).toBe(`main@sha1:${commit}`);
	});

	it("stops a fetch that takes too long or whose Repository is closed", async () => {
		await shop.commit({ a: "1" });
		const silent = createServer();
		await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
		const { port } = silent.address() as { port: number };
		const url = `http://127.0.0.1:${port}/x.git`;
		await expect((await open({ url, timeout: "300ms" })).fetch()).rejects.toMatchObject({ kind: "timeout", code: "RepositoryTimeout" });
		const origin = await open({ url, timeout: "60s" });
		const fetching = origin.fetch();
		await new Promise((resolve) => silent.once("connection", resolve));
		await origin.close();
		await expect(fetching).rejects.toMatchObject({ code: "Cancelled" });
		silent.close();
	});

	it("puts nothing secret or foreign into the mirror's configuration", async () => {
		await shop.commit({ a: "1" });
		const origin = await open();
		await origin.fetch();
		expect(await readFile(join(await mirror(), "config"), "utf8")).not.toContain(shop.folder);
		expect((await stat(join(fixture.folder, "mirrors"))).mode & 0o077).toBe(0);
	});
});
