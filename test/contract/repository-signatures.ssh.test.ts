import { readFile, writeFile } from "node:fs/promises";
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

async function sshKey(name: string): Promise<{ readonly file: string; readonly line: string }> {
	const file = join(fixture.folder, name);
	await fixture.exec.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", `${name}@example.com`, "-f", file]);
	return { file, line: (await readFile(`${file}.pub`, "utf8")).trim() };
}

async function signBySsh(file: string): Promise<void> {
	await shop.git("config", "gpg.format", "ssh");
	await shop.git("config", "user.signingKey", file);
	await shop.git("config", "commit.gpgSign", "true");
}

describe("signed by ssh", () => {
	it("accepts the keys of the policy only", async () => {
		const [ada, eve] = [await sshKey("ada"), await sshKey("eve")];
		await shop.commit({ a: "unsigned" });
		const origin = await open("ssh", [ada.line]);
		expect(await verdict(origin)).toBe("none: denied SignatureRequired");
		await signBySsh(ada.file);
		await shop.commit({ a: "signed" });
		expect(await verdict(origin)).toBe("good: accepted");
		expect(await origin.commit(await origin.resolve())).toMatchObject({ signer: "ada@example.com" });
		await signBySsh(eve.file);
		await shop.commit({ a: "by another" });
		expect(await verdict(origin)).toBe("unknown-key: denied SignatureRequired");
	});

	it("sees that a signed commit was changed", async () => {
		const ada = await sshKey("ada");
		await signBySsh(ada.file);
		await shop.commit({ a: "signed" }, "harmless");
		const raw = await shop.git("cat-file", "commit", "HEAD");
		const forged = join(shop.folder, ".git/forged");
		await writeFile(forged, `${raw.replace("harmless", "harmful!")}\n`);
		await shop.git("update-ref", "refs/heads/main", await shop.git("hash-object", "-t", "commit", "-w", forged));
		expect(await verdict(await open("ssh", [ada.line]))).toBe("bad: denied SignatureRequired");
	});

	it("takes whole lines of allowed_signers, and their limits hold", async () => {
		const ada = await sshKey("ada");
		await signBySsh(ada.file);
		await shop.commit({ a: "1" });
		const key = ada.line.split(" ").slice(0, 2).join(" ");
		expect(await verdict(await open("ssh", [`ada@example.com ${key}`]))).toBe("good: accepted");
		expect(await verdict(await open("ssh", [`ada@example.com namespaces="file" ${key}`]))).toMatch(/denied SignatureRequired$/u);
		expect(await verdict(await open("ssh", [`ada@example.com valid-before="20010101" ${key}`]))).toMatch(/denied SignatureRequired$/u);
		await expect(
			(await open("ssh", [`a ${key}\n* ${key}`])).verify(`main@sha1:${await shop.git("rev-parse", "HEAD")}`),
		).rejects.toMatchObject({ kind: "invalid" });
	});
});
