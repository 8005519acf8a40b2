import { readdir, readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createGitHttp, type GitHttp } from "../../src/forges/builtin/git-http.ts";
import { createHostedRepositories, type HostedRepositories } from "../../src/forges/builtin/hosted-repositories.ts";
import type { Exec } from "../../src/lib/exec/exec.ts";
import { Secret } from "../../src/lib/secret.ts";
import type { Origin } from "../../src/ports/repository.ts";
import { createFixture, type Fixture, repositoryDocument, type WorkTree } from "../../src/repositories/git/fixture.ts";

let fixture: Fixture;
let shop: WorkTree;
let hosted: HostedRepositories;
const ends: (() => unknown)[] = [];

beforeEach(async () => {
	fixture = await createFixture();
	shop = await fixture.worktree("shop");
	await shop.commit({ a: "1" });
	hosted = createHostedRepositories({ root: join(fixture.folder, "hosted"), exec: fixture.exec });
	await hosted.create("shop");
	await shop.git("push", "--quiet", join(fixture.folder, "hosted/shop.git"), "main");
});
afterEach(async () => {
	for (const end of ends.splice(0).reverse()) await end();
	await fixture.remove();
});

/** Remembers arguments and configuration of every git that was started. */
function watched(exec: Exec, seen: string[]): Exec {
	return {
		...exec,
		run(program, args, options) {
			const settings = Object.entries(options?.env ?? {}).filter(([key]) => key.startsWith("GIT_CONFIG"));
			seen.push([program, ...args, ...settings.flat()].join(" "));
			return exec.run(program, args, options);
		},
	};
}

async function open(
	spec: Readonly<Record<string, unknown>>,
	secrets: Readonly<Record<string, string>> = {},
	seen: string[] = [],
): Promise<Origin> {
	const credentials = async (source: { file: string } | { env: string }): Promise<Secret> =>
		new Secret(secrets["env" in source ? source.env : source.file] ?? "");
	const origin = await fixture.repositories({ credentials, exec: watched(fixture.exec, seen) }).open(repositoryDocument("shop", spec));
	ends.push(() => origin.close());
	return origin;
}

describe("over HTTP", () => {
	let http: GitHttp;
	let asked: string[] = [];

	async function listen(handler: Parameters<typeof createServer>[1]): Promise<string> {
		const server: Server = createServer(handler as never);
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		ends.push(() => {
			server.closeAllConnections();
			server.close();
		});
		return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
	}

	async function serve(user: string, password: string): Promise<string> {
		asked = [];
		http = createGitHttp({ repositories: hosted, exec: fixture.exec, log: fixture.log, onPush: () => {} });
		ends.push(() => http.close());
		return listen((request, response) => {
			const { authorization = "" } = request.headers;
			asked.push(authorization);
			if (authorization === `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`)
				void http.handle(request, response, { actor: user });
			else response.writeHead(401, { "WWW-Authenticate": 'Basic realm="git"' }).end();
		});
	}

	it("sends a token as password, and lets it show nowhere", async () => {
		const url = await serve("x-access-token", "tok3n-of-the-operator");
		const seen: string[] = [];
		const origin = await open(
			{ url: `${url}/git/shop.git`, credentials: { token: { env: "TOKEN" } } },
			{ TOKEN: "tok3n-of-the-operator\n" },
			seen,
		);
		await origin.fetch();
		expect((await (await origin.tree(await origin.resolve())).read("a")).toString()).toBe("1");
		const folder = join(fixture.folder, "mirrors");
		for (const name of await readdir(folder, { recursive: true })) {
			expect(await readFile(join(folder, name), "latin1").catch(() => "")).not.toContain("tok3n");
		}
		expect([...seen, ...fixture.log.lines].join("\n")).not.toContain("tok3n");
	});

	it("sends user and password, also odd ones", async () => {
		const url = await serve("ada lovelace@example.com", "p@ss:'\"$(id) wörd%20");
		const basic = { username: "ada lovelace@example.com", password: { file: "password" } };
		const origin = await open({ url: `${url}/git/shop.git`, credentials: { basic } }, { password: "p@ss:'\"$(id) wörd%20" });
		await origin.fetch();
		expect(await origin.resolve()).toMatch(/^main@/u);
	});

	it("says that a token is missing or wrong, without showing it", async () => {
		const url = await serve("x-access-token", "right");
		const wrong = await open({ url: `${url}/git/shop.git`, credentials: { token: { env: "TOKEN" } } }, { TOKEN: "wr0ng-token" });
		const error = await wrong.fetch().catch((thrown: Error) => thrown);
		expect(error).toMatchObject({ kind: "denied", code: "RepositoryDenied" });
		expect(`${error} ${JSON.stringify(error)} ${(error as Error).stack} ${String((error as Error).cause)}`).not.toContain("wr0ng");
		await expect((await open({ url: `${url}/git/shop.git` })).fetch()).rejects.toMatchObject({ kind: "denied" });
		await expect((await open({ url: `${url}/git/shop.git`, credentials: { token: { env: "NONE" } } })).fetch()).rejects.toMatchObject({
			kind: "invalid",
			code: "CredentialsInvalid",
		});
	});

	it("gives the token to no other host that it is sent to", async () => {
		const url = await serve("x-access-token", "tok3n");
		const elsewhere = await listen(
			(request, response) => void response.writeHead(302, { Location: `${url.replace("127.0.0.1", "localhost")}${request.url}` }).end(),
		);
		const origin = await open({ url: `${elsewhere}/git/shop.git`, credentials: { token: { env: "TOKEN" } } }, { TOKEN: "tok3n" });
		await expect(origin.fetch()).rejects.toMatchObject({ kind: "denied" });
		expect(asked.join("")).toBe("");
	});

	it("sends no credentials unencrypted over the network", async () => {
		const origin = await open({ url: "http://git.example.com/shop.git", credentials: { token: { env: "TOKEN" } } }, { TOKEN: "tok3n" });
		await expect(origin.fetch()).rejects.toMatchObject({ kind: "invalid", message: expect.stringContaining("unencrypted") });
	});

	it("keeps what it has when the origin breaks off in the middle of a fetch, and goes on afterwards", async () => {
		await serve("x", "y");
		let isBroken = false;
		const url = await listen((request, response) => {
			if (isBroken && request.method === "POST") {
				const write = response.write.bind(response);
				let count = 0;
				response.write = ((chunk: Buffer) => {
					count += chunk.length;
					if (count > 20_000) response.destroy();
					return response.destroyed ? false : write(chunk);
				}) as never;
			}
			void http.handle(request, response, { actor: "ada" });
		});
		const origin = await open({ url: `${url}/git/shop.git` });
		await origin.fetch();
		const before = await origin.resolve();
		const noise = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * index * 7919) % 251));
		const commit = await shop.commit({ noise, more: Buffer.from(noise.map((byte, index) => byte ^ (index % 253))) });
		await shop.git("push", "--quiet", join(fixture.folder, "hosted/shop.git"), "main");
		isBroken = true;
		await expect(origin.fetch()).rejects.toMatchObject({ kind: "unavailable", code: "RepositoryUnreachable" });
		expect(await origin.resolve()).toBe(before);
		expect((await (await origin.tree(before)).read("a")).toString()).toBe("1");
		isBroken = false;
		await origin.fetch();
		expect(await origin.resolve()).toBe(`main@sha1:${commit}`);
	});
});

describe("hosted in place", () => {
	it("sees a push at the next fetch, without a mirror", async () => {
		const origin = await open({ url: "hosted:shop" });
		await origin.fetch();
		const first = await origin.resolve();
		const next = await shop.commit({ a: "2" });
		await shop.git("push", "--quiet", join(fixture.folder, "hosted/shop.git"), "main");
		expect(await origin.resolve()).toBe(first);
		await origin.fetch();
		expect(await origin.resolve()).toBe(`main@sha1:${next}`);
		expect((await (await origin.tree(await origin.resolve())).read("a")).toString()).toBe("2");
		expect((await readdir(join(fixture.folder, "mirrors"))).filter((name) => name.endsWith(".git"))).toEqual([]);
	});

	it("keeps what a force-push left, hidden from those who clone", async () => {
		const origin = await open({ url: "hosted:shop" });
		await origin.fetch();
		const lost = await origin.resolve();
		await shop.git("commit", "--quiet", "--amend", "-m", "other");
		const bare = join(fixture.folder, "hosted/shop.git");
		await shop.git("push", "--quiet", "--force", bare, "main");
		await origin.fetch();
		await fixture.exec.run("git", ["--git-dir", bare, "gc", "--quiet", "--prune=now"]);
		const again = await open({ url: "hosted:shop" });
		expect((await (await again.tree(lost)).read("a")).toString()).toBe("1");
		expect(await shop.git("ls-remote", bare)).not.toContain("gitward");
	});
});
