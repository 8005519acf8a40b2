import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { AppError } from "../core/app-error.ts";
import { folderError, isTroubleForAll, storeError } from "./store-error.ts";

let folder = "";
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "gitward-store-error-"));
});
afterEach(async () => {
	await rm(folder, { recursive: true, force: true });
});

/** What `run` throws. */
function thrownBy(run: () => void): unknown {
	try {
		run();
	} catch (error) {
		return error;
	}
	throw new Error("it did not throw");
}

it("tells a file that may not be written from one that is in use, and both from a row that breaks a rule", () => {
	const file = join(folder, "a.sqlite");
	const writer = new DatabaseSync(file);
	writer.exec("CREATE TABLE t (id INTEGER PRIMARY KEY)");
	const reader = new DatabaseSync(file, { readOnly: true });
	const denied = thrownBy(() => reader.exec("INSERT INTO t VALUES (1)"));
	writer.exec("BEGIN EXCLUSIVE");
	const busy = thrownBy(() => reader.exec("SELECT * FROM t"));
	writer.exec("INSERT INTO t VALUES (1)");
	const broken = thrownBy(() => writer.exec("INSERT INTO t VALUES (1)"));
	expect(storeError(denied, file)).toMatchObject({ code: "StoreDenied", kind: "denied", cause: denied });
	expect(storeError(busy, file)).toMatchObject({ code: "StoreBusy", kind: "unavailable" });
	expect(storeError(broken, file)).toBe(broken);
	expect([denied, busy, broken].map(isTroubleForAll)).toEqual([true, true, false]);
	reader.close();
	writer.close();
});

it("passes errors of ours on as they are", () => {
	const ours = new AppError("no", { code: "OwnedByOther", kind: "conflict" });
	expect(storeError(ours, "f")).toBe(ours);
	expect(isTroubleForAll(ours)).toBe(false);
});

it("says what ails the state folder", () => {
	const of = (code: string): unknown => folderError(Object.assign(new Error("no"), { code }), "/state");
	expect(of("ENOTDIR")).toMatchObject({ code: "StoreInvalid", kind: "invalid" });
	expect(of("EROFS")).toMatchObject({ code: "StoreDenied", kind: "denied" });
	expect(of("ENOSPC")).toMatchObject({ code: "StoreFull", kind: "unavailable" });
	expect(of("EIO")).not.toBeInstanceOf(AppError);
});
