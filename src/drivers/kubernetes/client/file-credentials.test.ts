import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Clock } from "../../../ports/clock.ts";
import { createFileCredentials, type LoadedLogin } from "./file-credentials.ts";
import { bearer } from "./login.ts";

let folder: string;
let file: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "gitward-credentials-"));
	file = join(folder, "token");
	await writeFile(file, "first");
});
afterEach(async () => rm(folder, { recursive: true }));

async function world() {
	let now = 0;
	let loads = 0;
	const clock: Clock = { now: () => now, monotonic: () => now, after: () => () => {} };
	const load = async (): Promise<LoadedLogin> => {
		loads += 1;
		return { login: { authorization: bearer(await readFile(file, "utf8")), certificate: undefined }, files: [file] };
	};
	const credentials = createFileCredentials(await load(), load, clock);
	const token = async () => (await credentials.current()).authorization?.reveal();
	return { credentials, token, loads: () => loads, forward: (ms: number) => void (now += ms) };
}

describe("createFileCredentials", () => {
	it("looks whether the files changed every few seconds, and reads them every minute", async () => {
		const { token, loads, forward, credentials } = await world();
		forward(5000);
		expect(await token()).toBe("Bearer first");
		const login = credentials.current();
		expect(login).not.toBeInstanceOf(Promise);
		const before = loads();
		forward(5000);
		await token();
		expect(loads()).toBe(before);
		await writeFile(file, "second one");
		expect(await token()).toBe("Bearer first");
		forward(5000);
		expect(await token()).toBe("Bearer second one");
		forward(60_000);
		const again = loads();
		await Promise.all([token(), token(), token()]);
		expect(loads()).toBe(again + 1);
	});

	it("keeps a login that is still the same, so that connections stay", async () => {
		const { credentials, forward } = await world();
		const login = await credentials.current();
		forward(60_000);
		expect(await credentials.current()).toBe(login);
	});

	it("goes on with what it has while the files are away, and says so only when that is refused", async () => {
		const { credentials, token, forward } = await world();
		const login = await credentials.current();
		await rm(file);
		forward(5000);
		expect(await token()).toBe("Bearer first");
		await expect(credentials.renew(login)).rejects.toMatchObject({ code: "ENOENT" });
	});

	it("tells whether there is another login than the refused one, reading once for all who ask", async () => {
		const { credentials, token, loads } = await world();
		const login = await credentials.current();
		expect(await credentials.renew(login)).toBe(false);
		await writeFile(file, "second");
		const before = loads();
		expect(await Promise.all([credentials.renew(login), credentials.renew(login)])).toEqual([true, true]);
		expect(loads()).toBe(before + 1);
		expect(await credentials.renew(login)).toBe(true);
		expect(loads()).toBe(before + 1);
		expect(await token()).toBe("Bearer second");
	});
});
