import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Origin } from "../../src/ports/repository.ts";
import { createFixture, type Fixture, repositoryDocument, type WorkTree } from "../../src/repositories/git/fixture.ts";

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

async function open(mode: "ssh" | "gpg", keys: readonly string[]): Promise<Origin> {
	const origin = await fixture.repositories().open(repositoryDocument("shop", { url: shop.folder, verify: { mode, keys } }));
	opened.push(origin);
	await origin.fetch();
	return origin;
}

/** What `verify` says of the commit that stands on main now. */
async function verdict(origin: Origin): Promise<string> {
	await origin.fetch();
	const revision = await origin.resolve();
	const { signature } = await origin.commit(revision);
	return origin.verify(revision).then(
		() => `${signature}: accepted`,
		(error: { code: string; kind: string; message: string }) => `${signature}: ${error.kind} ${error.code}`,
	);
}

describe("signed by gpg", () => {
	async function gpgKey(name: string): Promise<{ readonly home: string; readonly key: string }> {
		const home = join(fixture.folder, `gnupg-${name}`);
		await mkdir(home, { mode: 0o700 });
		const gpg = (...args: readonly string[]) =>
			fixture.exec.run("gpg", ["--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", "", ...args]);
		await gpg("--quick-generate-key", `${name} <${name}@example.com>`, "ed25519", "sign", "never");
		return { home, key: (await gpg("--armor", "--export", name)).stdout.toString() };
	}

	async function signByGpg(home: string, name: string): Promise<void> {
		const program = join(fixture.folder, `gpg-${name}`);
		await writeFile(program, `#!/bin/sh\nexec gpg --homedir '${home}' "$@"\n`, { mode: 0o755 });
		await shop.git("config", "gpg.format", "openpgp");
		await shop.git("config", "gpg.program", program);
		await shop.git("config", "user.signingKey", `${name}@example.com`);
		await shop.git("config", "commit.gpgSign", "true");
	}

	afterEach(async () => {
		for (const name of ["ada", "eve"])
			await fixture.exec.run("gpgconf", ["--homedir", join(fixture.folder, `gnupg-${name}`), "--kill", "all"]).catch(() => {});
	});

	it("accepts the keys of the policy only, and no other kind of signature", async () => {
		const [ada, eve] = [await gpgKey("ada"), await gpgKey("eve")];
		const origin = await open("gpg", [ada.key]);
		await shop.commit({ a: "unsigned" });
		expect(await verdict(origin)).toBe("none: denied SignatureRequired");
		await signByGpg(ada.home, "ada");
		await shop.commit({ a: "signed" });
		expect(await verdict(origin)).toBe("good: accepted");
		expect((await origin.commit(await origin.resolve())).signer).toContain("ada@example.com");
		const bySsh = await open("ssh", [`ssh-ed25519 ${"A".repeat(68)} somebody@example.com`]);
		expect(await verdict(bySsh)).toMatch(/denied SignatureRequired$/u);
		await signByGpg(eve.home, "eve");
		await shop.commit({ a: "by another" });
		expect(await verdict(origin)).toBe("unknown-key: denied SignatureRequired");
	});

	it("says that a key is none", async () => {
		await shop.commit({ a: "1" });
		const origin = await open("gpg", ["-----BEGIN PGP PUBLIC KEY BLOCK-----\nnoise\n"]);
		await expect(origin.verify(await origin.resolve())).rejects.toMatchObject({ kind: "invalid", code: "VerifyKeyInvalid" });
	});
});
