import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { credentialsIn } from "./control-credentials.ts";

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "gitward-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
	return folder;
}

it("knows what a mounted Secret holds by the names of its files", async () => {
	const token = await folderWith({ token: "x" });
	expect(await credentialsIn(token)).toEqual({ token: { file: join(token, "token") } });
	const basic = await folderWith({ username: "robot\n", password: "x" });
	expect(await credentialsIn(basic)).toEqual({ basic: { username: "robot", password: { file: join(basic, "password") } } });
	const ssh = await folderWith({ "ssh-privatekey": "x", known_hosts: "x" });
	expect(await credentialsIn(ssh)).toEqual({
		ssh: { key: { file: join(ssh, "ssh-privatekey") }, knownHosts: { file: join(ssh, "known_hosts") } },
	});
});

it.each([{}, { username: "robot" }, { identity: "a key without known hosts" }])("refuses half of one: %j", async (files) => {
	await expect(credentialsIn(await folderWith(files))).rejects.toMatchObject({ code: "CredentialsMissing", kind: "invalid" });
});
