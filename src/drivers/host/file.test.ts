import {
	chmodSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../core/app-error.ts";
import { createHostFixture, type HostFixture, keyOfObject, object } from "./fixture.ts";

let host: HostFixture;
beforeEach(async () => {
	host = createHostFixture();
	await host.open();
});
afterEach(() => host.close());

const file = (name: string, content: string, spec: object = {}) => object("File", name, { content, ...spec });
const changedEvents = () => host.events.filter((event) => event.type === "changed");

async function codeOf(promise: Promise<unknown>): Promise<string> {
	const error = await promise.then(
		() => new Error("nothing was thrown"),
		(thrown: unknown) => thrown,
	);
	return error instanceof AppError ? `${error.kind} ${error.code}` : String(error);
}

describe("a File", () => {
	it("has its content, whatever the umask its mode, and stands by its name or its path", async () => {
		await host.sync([
			file("a", "text"),
			file("b", "x", { path: "/other/place/b.sh", mode: "0777" }),
			object("File", "c", { contentBase64: "AAEC" }),
		]);
		expect(readFileSync(host.at("shop/a"), "utf8")).toBe("text");
		expect(readFileSync(host.at("shop/c"))).toEqual(Buffer.from([0, 1, 2]));
		expect(statSync(host.at("other/place/b.sh")).mode & 0o777).toBe(0o777);
	});

	it("shows text as text and other content by size and hash", async () => {
		await host.sync([file("a", "one\n"), object("File", "b", { contentBase64: "AAEC" }), file("c", "x".repeat(100_000))]);
		const observed = await host
			.target()
			.observe(
				"shop",
				[file("a", "two\n"), object("File", "b", { contentBase64: "AAED" }), file("c", "y", { mode: "0600" })],
				host.owned(),
			);
		expect(observed[0]?.differences).toEqual([{ path: "/spec/content", before: "one\n", after: "two\n" }]);
		expect(observed[1]?.differences[0]?.before).toMatch(/^\(binary, 3 bytes, sha256 [0-9a-f]{64}\)$/u);
		expect(observed[2]?.differences[0]?.before).toMatch(/^x{65536}\n\(34464 more bytes/u);
		expect(observed[2]?.differences[1]).toEqual({ path: "/spec/mode", before: "0644", after: "0600" });
	});

	it("moves when its path changes, and takes the folders along that were made for it", async () => {
		mkdirSync(host.at("shop/kept"), { recursive: true });
		await host.sync([file("a", "x", { path: "kept/new/a" })]);
		await host.sync([file("a", "x", { path: "elsewhere/a" })]);
		expect(readdirSync(host.at("shop")).sort()).toEqual(["elsewhere", "kept"]);
		expect(readdirSync(host.at("shop/kept"))).toEqual([]);
	});

	it("may be renamed in Git while its path stays", async () => {
		await host.sync([file("old", "x", { path: "a" })]);
		const changes = await host.sync([file("new", "y", { path: "a" })]);
		expect(changes.map((change) => `${change.action} ${change.ref.name}`)).toEqual(["update new", "delete old"]);
		expect(readFileSync(host.at("shop/a"), "utf8")).toBe("y");
		expect(await host.target().sweep("shop", host.owned())).toEqual([]);
	});

	it("that is only touched is no drift; read again, it is known", async () => {
		await host.sync([file("a", "x")]);
		utimesSync(host.at("shop/a"), 1, 1);
		await host.until(async () => (await host.target().sweep("shop", host.owned())).length === 0);
		expect(changedEvents()).toEqual([]);
	});

	it("that was changed within one tick of the clock is found", async () => {
		await host.sync([file("a", "x")]);
		const before = statSync(host.at("shop/a"));
		writeFileSync(host.at("shop/a"), "y");
		utimesSync(host.at("shop/a"), before.atime, before.mtime);
		await host.until(() => changedEvents().length > 0);
		expect((await host.target().observe("shop", [file("a", "x")], host.owned()))[0]?.state).toBe("different");
	});

	it("that someone replaced by a link, an empty folder or nothing is put right", async () => {
		const objects = [file("a", "x"), file("b", "x"), file("c/d", "x")];
		await host.sync(objects);
		writeFileSync(join(host.base, "outside"), "theirs");
		rmSync(host.at("shop/a"));
		symlinkSync(join(host.base, "outside"), host.at("shop/a"));
		rmSync(host.at("shop/b"));
		mkdirSync(host.at("shop/b"));
		rmSync(host.at("shop/c"), { recursive: true });
		await host.until(() => new Set(changedEvents().map((event) => event.key)).size === 3);
		await host.sync(objects);
		for (const name of ["a", "b", "c/d"])
			expect([name, lstatSync(host.at("shop", name)).isFile(), readFileSync(host.at("shop", name), "utf8")]).toEqual([name, true, "x"]);
		expect(readFileSync(join(host.base, "outside"), "utf8")).toBe("theirs");
	});

	it("leaves no temporary file, also where a kill left one", async () => {
		mkdirSync(host.at("shop"));
		writeFileSync(host.at("shop/.gitward~a"), "half");
		await host.sync([file("a", "x")]);
		expect(readdirSync(host.at("shop"))).toEqual(["a"]);
	});
});

describe("what is in the way of a File", () => {
	it.each([
		["a folder with something in it", "conflict PathIsFolder", () => mkdirSync(host.at("shop/a/b"), { recursive: true })],
		["a file where a folder is needed", "conflict PathBlocked", () => writeFileSync(host.at("shop/a"), "")],
		["a link out of the root", "denied PathOutsideRoot", () => symlinkSync(host.base, host.at("shop/a"))],
		["a link that leads nowhere", "conflict PathBlocked", () => symlinkSync("/nowhere/at/all", host.at("shop/a"))],
		["a link to Gitward's own state", "denied PathOutsideRoot", () => symlinkSync(host.home, host.at("shop/a"))],
	])("%s gives a clear error", async (_what, code, prepare) => {
		mkdirSync(host.at("shop"));
		prepare();
		const name = code.endsWith("PathIsFolder") ? "a" : "a/b";
		const desired = object("File", name, { content: "x" }, { annotations: { "gitward.dev/adopt": "true" } });
		expect(await codeOf(host.sync([desired]))).toBe(code);
		expect(readdirSync(host.base).sort()).toEqual(["home", "root"]);
	});

	it.each([
		["its own path", "/state/token"],
		["a path in it", "/state/store/a"],
		["what holds it", "/state"],
		["a link to what holds it", "link/token"],
	])("state of Gitward below the root is denied by %s", async (_what, path) => {
		mkdirSync(host.at("shop"), { recursive: true });
		mkdirSync(host.at("state/store"), { recursive: true });
		writeFileSync(host.at("state/token"), "secret");
		symlinkSync("../state", host.at("shop/link"));
		await host.open({ name: "other", kept: [host.at("state/token"), host.at("state/store")] });
		const desired = object("File", "a", { path, content: "x" }, { annotations: { "gitward.dev/adopt": "true" } });
		expect(await codeOf(host.sync([desired]))).toBe("denied PathProtected");
		expect([readFileSync(host.at("state/token"), "utf8"), readdirSync(host.at("state/store"))]).toEqual(["secret", []]);
	});

	it("a link inside the root is followed", async () => {
		mkdirSync(host.at("shop/real"), { recursive: true });
		symlinkSync("real", host.at("shop/link"));
		await host.sync([file("link/a", "x")]);
		expect(readFileSync(host.at("shop/real/a"), "utf8")).toBe("x");
	});

	it("a name too long, a full disk and a read-only folder give clear errors, and nothing half is left", async () => {
		expect(await codeOf(host.sync([file("é".repeat(200), "x")]))).toBe("invalid NameTooLong");
		host.setOwned([]);
		await host.sync([file("a", "before")]);
		let left = 3;
		const full = (): number => {
			left -= 1;
			if (left > 0) return 1;
			throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
		};
		await host.reopen({ writeBytes: full });
		expect(await codeOf(host.sync([file("a", "afterwards")]))).toBe("unavailable DiskFull");
		expect(readdirSync(host.at("shop"))).toEqual(["a"]);
		expect(readFileSync(host.at("shop/a"), "utf8")).toBe("before");
		await host.reopen();
		// A place where nobody makes folders, root neither.
		expect(await codeOf(host.reopen({ root: "/sys/kernel/gitward" }))).toMatch(/^denied (PathDenied|ReadOnly)$/u);
		expect(await codeOf(host.open({ root: "/" }))).toBe("invalid RootTooWide");
	});

	it("the same path twice in an Application is refused before anything is done", async () => {
		expect(await codeOf(host.sync([file("a", "x"), file("b", "y", { path: "a" })]))).toBe("invalid DuplicatePath");
		expect(existsSync(host.at("shop"))).toBe(false);
	});

	it("another Application's path is never taken, neither silently nor by adoption", async () => {
		await host.sync([file("a", "x", { path: "/common" })]);
		const theirs = object("File", "b", { content: "y", path: "/common" }, { namespace: "other" });
		const changes = await host.sync([theirs], "other");
		expect(changes[0]).toMatchObject({ action: "skip" });
		const same = object(
			"File",
			"b",
			{ content: "x", path: "/common" },
			{ namespace: "other", annotations: { "gitward.dev/adopt": "true" } },
		);
		expect(await codeOf(host.sync([same], "other"))).toBe("conflict PathTaken");
		expect(readFileSync(host.at("common"), "utf8")).toBe("x");
	});

	it("two Environments never share a root", async () => {
		for (const root of ["./root", "./root/inside", "."]) {
			expect(await codeOf(host.open({ name: "second", root, sameDriver: true }))).toBe("conflict RootShared");
		}
		const second = await host.open({ name: "second", root: "./beside", sameDriver: true });
		await second.close("shutdown");
	});
});

describe("paths", () => {
	it("never lead out of the root, whatever they are", async () => {
		writeFileSync(join(host.base, "canary"), "untouched");
		const part = fc.constantFrom("..", ".", "", "a", "b", "...", "~", "home", "\0", "canary", "a\\..\\b", "..%2f", " ", "-rf", "\n");
		await fc.assert(
			fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 6 }), fc.boolean(), fc.boolean(), async (parts, isAbsolute, asName) => {
				const path = (isAbsolute ? "/" : "") + parts.join("/");
				await host.sync([asName ? file(path, "fuzz") : file("x", "fuzz", { path })]).catch((error: unknown) => {
					if (!(error instanceof AppError)) throw error;
				});
				expect(readdirSync(host.base).sort()).toEqual(["canary", "home", "root"]);
				expect(readFileSync(join(host.base, "canary"), "utf8")).toBe("untouched");
				await host.sync([]).catch((error: unknown) => {
					if (!(error instanceof AppError)) throw error;
				});
				host.setOwned([]);
				rmSync(host.at(), { recursive: true });
				mkdirSync(host.at());
			}),
			{ numRuns: 200 },
		);
	});

	it("do not lead out over links that someone sets while files are written", async () => {
		mkdirSync(join(host.base, "outside"));
		let isDone = false;
		let swaps = 0;
		const swapper = (async () => {
			while (!isDone) {
				try {
					renameSync(host.at("shop/deep"), host.at("shop/aside"));
					symlinkSync(join(host.base, "outside"), host.at("shop/deep"));
					swaps += 1;
					await new Promise((resolve) => setImmediate(resolve));
					rmSync(host.at("shop/deep"));
					renameSync(host.at("shop/aside"), host.at("shop/deep"));
				} catch {
					rmSync(host.at("shop/aside"), { recursive: true, force: true });
				}
				await new Promise((resolve) => setImmediate(resolve));
			}
		})();
		for (let round = 0; round < 200; round += 1) {
			await host.sync(Array.from({ length: 5 }, (_, index) => file(`deep/${index}`, `${round}`))).catch((error: unknown) => {
				if (!(error instanceof AppError)) throw error;
			});
			await new Promise((resolve) => setImmediate(resolve));
		}
		isDone = true;
		await swapper;
		expect(swaps).toBeGreaterThan(5);
		expect(readdirSync(join(host.base, "outside"))).toEqual([]);
	});
});

describe("a Directory", () => {
	const directory = (name: string, spec: object = {}) => object("Directory", name, spec);

	it("has its mode, keeps what others put in, and goes only when empty", async () => {
		await host.sync([directory("data", { mode: "0700" }), file("data/a", "x")]);
		expect(statSync(host.at("shop/data")).mode & 0o777).toBe(0o700);
		await host.sync([directory("data", { mode: "0700" })]);
		expect(readdirSync(host.at("shop"))).toEqual(["data"]);
		writeFileSync(host.at("shop/data/theirs"), "");
		await host.sync([]);
		expect(readdirSync(host.at("shop/data"))).toEqual(["theirs"]);
		rmSync(host.at("shop/data/theirs"));
		await host.sync([directory("data")]);
		await host.sync([]);
		expect(readdirSync(host.at("shop"))).toEqual(["data"]);
	});

	it("that is deleted or opened to all is put right", async () => {
		await host.sync([directory("data", { mode: "0750" })]);
		chmodSync(host.at("shop/data"), 0o777);
		await host.until(() => changedEvents().length === 1);
		expect(changedEvents()[0]).toMatchObject({
			key: keyOfObject(directory("data")),
			message: "permissions of the folder were set to 0777",
		});
		await host.sync([directory("data", { mode: "0750" })]);
		expect(statSync(host.at("shop/data")).mode & 0o777).toBe(0o750);
		rmSync(host.at("shop/data"), { recursive: true });
		await host.until(() => changedEvents().length === 2);
		expect((await host.health("data")).status).toBe("Missing");
	});
});

describe("watching", () => {
	it("notices when folders above vanish, move away and come back", async () => {
		const objects = [file("deep/er/a", "x"), file("deep/b", "x")];
		await host.sync(objects);
		renameSync(host.at("shop/deep"), host.at("shop/away"));
		await host.until(() => new Set(changedEvents().map((event) => event.key)).size === 2);
		await host.sync(objects);
		host.events.length = 0;
		writeFileSync(host.at("shop/deep/er/a"), "by hand");
		await host.until(() => changedEvents().length === 1);
		await host.sync(objects);
		host.events.length = 0;
		rmSync(host.at(), { recursive: true });
		await host.until(() => new Set(changedEvents().map((event) => event.key)).size === 2);
		await host.sync(objects);
		host.events.length = 0;
		writeFileSync(host.at("shop/deep/b"), "by hand");
		await host.until(() => changedEvents().length === 1);
	});

	it("finds an edit that was made before the watch began", async () => {
		await host.sync([file("a", "x")]);
		await host.target().track("shop", []);
		writeFileSync(host.at("shop/a"), "by hand");
		await host.target().track("shop", host.owned());
		expect(changedEvents().map((event) => event.message)).toEqual(["file was edited"]);
	});

	it("goes on by looking where there are no more watches, and says so once", async () => {
		await host.reopen({
			watch() {
				throw Object.assign(new Error("ENOSPC: System limit for number of file watchers reached"), { code: "ENOSPC" });
			},
		});
		await host.sync([file("a", "x"), file("deep/b", "x")]);
		expect(host.warnings.filter((warning) => warning.includes("no more file watches"))).toHaveLength(1);
		writeFileSync(host.at("shop/deep/b"), "by hand");
		await host.until(() => changedEvents().length === 1);
	});
});
