import { execFileSync } from "node:child_process";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startApi, type TestApi } from "../../../test/api/start-api.ts";
import { type Cli, createCli } from "../../../test/cli/run-cli.ts";
import type { RepositoryView } from "../../core/views/repository.ts";
import type { WorkingTree } from "../../engine/operations.ts";
import { normalUrl } from "./find-repository.ts";

let api: TestApi;
let cli: Cli;
let clone: string;
let repository: RepositoryView;

function git(...args: string[]): string {
	return execFileSync("git", ["-C", clone, "-c", "user.name=A", "-c", "user.email=a@example.com", ...args], {
		encoding: "utf8",
		env: { PATH: process.env["PATH"], HOME: cli.home, GIT_CONFIG_NOSYSTEM: "1" },
	}).trim();
}

async function commit(path: string, content: string): Promise<string> {
	await mkdir(join(clone, path, ".."), { recursive: true });
	await writeFile(join(clone, path), content);
	git("add", path);
	git("commit", "--quiet", "-m", `write ${path}`);
	return git("rev-parse", "HEAD");
}

function sent(): WorkingTree | undefined {
	return api.operations.asked.find((each) => each.what === "affected")?.argument as WorkingTree | undefined;
}

beforeEach(async () => {
	api = await startApi();
	cli = await createCli(api.url);
	clone = join(cli.home, "clone");
	await mkdir(clone);
	git("init", "--quiet", "-b", "main");
	await commit("kept.yaml", "a: 1\n");
	await commit("gone.yaml", "b: 1\n");
	repository = {
		...(api.operations.repositories()[0] as RepositoryView),
		url: "git@git.example.com:acme/shop",
		revision: `main@sha1:${git("rev-parse", "HEAD")}`,
	};
	api.operations.repositories = () => [repository];
	git("remote", "add", "origin", "https://ada@git.example.com/acme/shop.git");
});
afterEach(async () => {
	await api.close();
	await cli.remove();
});

describe("plan", () => {
	it("has nothing to say of a clean tree", async () => {
		const { code, out } = await cli.run(["plan", "clone"]);
		expect(code).toBe(0);
		expect(out).toContain("Nothing would change");
		expect(sent()).toBeUndefined();
	});

	it("sends commits that are not pushed, changes, new and deleted files, from any folder within", async () => {
		await commit("sub/committed.yaml", "c: 1\n");
		await writeFile(join(clone, "kept.yaml"), "a: 2\n");
		await writeFile(join(clone, "ü new.yaml"), "d: 1\n");
		await rm(join(clone, "gone.yaml"));
		await writeFile(join(clone, ".gitignore"), "ignored\n");
		await writeFile(join(clone, "ignored"), "x");
		await symlink("/etc/passwd", join(clone, "link"));
		const { code, out, err } = await cli.run(["plan"], { cwd: join(clone, "sub") });
		expect(code).toBe(1);
		expect(err).toContain("link is a symbolic link");
		expect(out).toContain("DELETES 1 Object");
		const tree = sent();
		expect(tree).toMatchObject({ repository: "shop", base: repository.revision?.slice(-40) });
		expect(Object.fromEntries([...(tree?.files ?? [])].map(([path, content]) => [path, content?.toString() ?? null]))).toEqual({
			".gitignore": "ignored\n",
			"gone.yaml": null,
			"kept.yaml": "a: 2\n",
			"sub/committed.yaml": "c: 1\n",
			"ü new.yaml": "d: 1\n",
		});
	});

	it("leaves out what others pushed meanwhile, and warns where both changed the same", async () => {
		const ours = git("rev-parse", "HEAD");
		await commit("theirs.yaml", "x: 1\n");
		const known = await commit("kept.yaml", "a: 9\n");
		repository = { ...repository, revision: `main@sha1:${known}` };
		git("checkout", "--quiet", "-b", "mine", ours);
		await writeFile(join(clone, "kept.yaml"), "a: 3\n");
		const { err } = await cli.run(["plan", "clone"]);
		expect(err).toContain("kept.yaml changed upstream too");
		expect(sent()?.base).toBe(known);
		expect([...(sent()?.files.keys() ?? [])]).toEqual(["kept.yaml"]);
	});

	it("goes by the remote's branch where the server knows newer commits", async () => {
		git("update-ref", "refs/remotes/origin/main", "HEAD");
		repository = { ...repository, revision: `main@sha1:${"f".repeat(40)}` };
		await writeFile(join(clone, "kept.yaml"), "a: 4\n");
		const { err, code } = await cli.run(["plan", "clone"]);
		expect(code).toBe(1);
		expect(err).toContain("git fetch");
		expect(sent()?.base).toBe(git("rev-parse", "HEAD"));
	});

	it("finds a Repository that is the working tree itself, by a path relative to the control folder", async () => {
		git("remote", "remove", "origin");
		repository = { ...repository, url: ".." };
		const control = api.operations.control();
		api.operations.control = () => ({ ...control, source: join(clone, "control") });
		expect((await cli.run(["plan", "clone"])).code).toBe(0);
	});

	it("says what is wrong with a folder", async () => {
		expect(await cli.run(["plan", "nowhere"])).toMatchObject({ code: 4 });
		expect(await cli.run(["plan", cli.home])).toMatchObject({ code: 2 });
		git("remote", "remove", "origin");
		const unknown = await cli.run(["plan", "clone"]);
		expect(unknown.code).toBe(4);
		expect(unknown.err).toContain("--repository");
		expect((await cli.run(["plan", "clone", "--repository", "shop"])).code).toBe(0);
		repository = { ...repository, revision: `main@sha1:${"f".repeat(40)}` };
		expect((await cli.run(["plan", "clone", "--repository", "shop"])).code).toBe(5);
	});
});

it("knows the same place by its spellings", () => {
	const same = [
		"git@git.example.com:acme/shop.git",
		"ssh://git@git.example.com/acme/shop",
		"https://ada:x@GIT.example.com/acme/shop.git/",
		"https://git.example.com/acme/shop",
	];
	expect(new Set(same.map(normalUrl)).size).toBe(1);
	expect(normalUrl("/srv/git/shop.git")).toBe(normalUrl("file:///srv/git/shop"));
	expect(normalUrl("/srv/git/shop/.git")).toBe(normalUrl("/srv/git/shop"));
	expect(normalUrl("http://localhost:7474/git/a.git")).toBe(normalUrl("http://127.0.0.1:7474/git/a.git"));
	expect(normalUrl("https://git.example.com/acme/other")).not.toBe(normalUrl("https://git.example.com/acme/shop"));
});
