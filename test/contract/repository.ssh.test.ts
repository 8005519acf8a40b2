import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer as createSocket } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Exec } from "../../src/lib/exec/exec.ts";
import { Secret } from "../../src/lib/secret.ts";
import type { Origin } from "../../src/ports/repository.ts";
import { createFixture, type Fixture, repositoryDocument, type WorkTree } from "../../src/repositories/git/fixture.ts";

let fixture: Fixture;
let shop: WorkTree;
const ends: (() => unknown)[] = [];

beforeEach(async () => {
	fixture = await createFixture();
	shop = await fixture.worktree("shop");
	await shop.commit({ a: "1" });
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

/** It wants to be started by its whole path. */
const sshd = ["/usr/sbin/sshd", "/usr/bin/sshd", "/usr/local/sbin/sshd"].find((path) => existsSync(path));

describe("over ssh", () => {
	interface Ssh {
		readonly url: string;
		readonly key: string;
		readonly knownHosts: string;
	}

	async function keygen(file: string): Promise<string> {
		await fixture.exec.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", file]);
		return readFile(file, "utf8");
	}

	async function serve(): Promise<Ssh> {
		const home = join(fixture.folder, "sshd");
		await mkdir(home, { mode: 0o700 });
		await keygen(join(home, "host"));
		const key = await keygen(join(home, "client"));
		const port = await new Promise<number>((resolve) => {
			const probe = createSocket().listen(0, "127.0.0.1", () => {
				const { port: free } = probe.address() as { port: number };
				probe.close(() => resolve(free));
			});
		});
		const config = [
			`ListenAddress 127.0.0.1:${port}`,
			`HostKey ${join(home, "host")}`,
			`AuthorizedKeysFile ${join(home, "client.pub")}`,
			"PidFile none",
			"StrictModes no",
			"UsePAM no",
			"PasswordAuthentication no",
			"KbdInteractiveAuthentication no",
			"LogLevel INFO",
			"",
		];
		await writeFile(join(home, "config"), config.join("\n"));
		if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true });
		await chmod(fixture.folder, 0o755);
		const child = spawn(sshd ?? "", ["-D", "-e", "-f", join(home, "config")], { stdio: ["ignore", "ignore", "pipe"] });
		ends.push(() => child.kill());
		await new Promise<void>((resolve, reject) => {
			let said = "";
			child.stderr.on("data", (chunk: Buffer) => {
				said += chunk.toString();
				if (said.includes("Server listening")) resolve();
			});
			child.once("exit", () => reject(new Error(`sshd ended: ${said}`)));
		});
		const [type, data] = (await readFile(join(home, "host.pub"), "utf8")).split(" ");
		return { url: `ssh://${userInfo().username}@127.0.0.1:${port}${shop.folder}`, key, knownHosts: `[127.0.0.1]:${port} ${type} ${data}` };
	}

	const credentials = { ssh: { key: { env: "KEY" }, knownHosts: { env: "HOSTS" } } };

	it("fetches with a key from a known host, and leaves no key on the disk", async () => {
		const ssh = await serve();
		const seen: string[] = [];
		const origin = await open({ url: ssh.url, credentials }, { KEY: ssh.key, HOSTS: ssh.knownHosts }, seen);
		await origin.fetch();
		expect((await (await origin.tree(await origin.resolve())).read("a")).toString()).toBe("1");
		expect((await readdir(join(fixture.folder, "mirrors/.scratch"))).sort()).toEqual(["askpass", "ssh"]);
		expect(seen.join("\n")).not.toContain("PRIVATE KEY");
	});

	it("refuses an unknown host, a changed host key, and says when the key is not accepted", async () => {
		const ssh = await serve();
		const other = await keygen(join(fixture.folder, "other"));
		const [type, data] = (await readFile(join(fixture.folder, "other.pub"), "utf8")).split(" ");
		const changed = `${ssh.knownHosts.split(" ")[0]} ${type} ${data}`;
		for (const knownHosts of ["", changed]) {
			const origin = await open({ url: ssh.url, credentials }, { KEY: ssh.key, HOSTS: knownHosts });
			await expect(origin.fetch()).rejects.toMatchObject({ kind: "denied", code: "HostKeyUnknown" });
		}
		const stranger = await open({ url: ssh.url, credentials }, { KEY: other, HOSTS: ssh.knownHosts });
		await expect(stranger.fetch()).rejects.toMatchObject({ kind: "denied", code: "RepositoryDenied" });
		const none = await open({ url: ssh.url, credentials }, { KEY: "no key", HOSTS: ssh.knownHosts });
		await expect(none.fetch()).rejects.toMatchObject({ kind: "invalid", code: "CredentialsInvalid" });
		expect((await readdir(join(fixture.folder, "mirrors/.scratch"))).sort()).toEqual(["askpass", "ssh"]);
	});
});
