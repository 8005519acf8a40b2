import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Json } from "../../src/core/object.ts";
import type { HistoryRecord, Store, Write } from "../../src/ports/store.ts";
import { anyWrites, applyToModel, everyName, inventoryOf, newModel } from "./store-model.ts";
import { eventWrite, ownedObject } from "./store-writes.ts";

function record(id: string, desiredHash: string): HistoryRecord {
	return {
		id,
		application: "shop",
		environment: "dev",
		revision: "main@sha1:x",
		trigger: "revision",
		by: { name: "ada", via: "git" },
		started: "2030-01-01T00:00:00Z",
		result: "Succeeded",
		message: "",
		changes: [],
		rollback: true,
		desiredHash,
	};
}

/** What every store must do. `open` opens the same store again after a close. */
export function describeStore(name: string, open: () => Promise<Store>): void {
	describe(`store contract: ${name}`, () => {
		let store: Store;
		beforeEach(async () => {
			store = await open();
		});
		afterEach(async () => {
			await store.close();
		});

		it("gives back after a restart what was written", async () => {
			const hash = "1".repeat(64);
			await store.write([
				{ type: "application", name: "shop", state: { applied: hash } },
				{ type: "own", application: "shop", environment: "dev", objects: [ownedObject("b"), ownedObject("a")] },
				{ type: "rendered", hash, objects: [{ apiVersion: "v1", kind: "X", metadata: { name: "ü" } }] },
				{ type: "value", key: "repository/config", value: { head: "x" } },
			]);
			await store.close();
			store = await open();
			expect([...(await store.applications())]).toEqual([["shop", { applied: hash }]]);
			expect(await store.inventory("shop")).toEqual([ownedObject("a"), ownedObject("b")]);
			expect(await store.rendered(hash)).toEqual([{ apiVersion: "v1", kind: "X", metadata: { name: "ü" } }]);
			expect(await store.rendered("h2")).toBeUndefined();
			expect(await store.value("repository/config")).toEqual({ head: "x" });
			expect([...(await store.values("repository/")).keys()]).toEqual(["repository/config"]);
		});

		it("refuses one Application what another owns, and only that write", async () => {
			await store.write([{ type: "own", application: "shop", environment: "dev", objects: [ownedObject("a")] }]);
			const results = await Promise.allSettled([
				store.write([eventWrite("before")]),
				store.write([
					{ type: "value", key: "half", value: true },
					{ type: "own", application: "other", environment: "dev", objects: [ownedObject("z"), ownedObject("a")] },
				]),
				store.write([{ type: "own", application: "other", environment: "staging", objects: [ownedObject("a")] }, eventWrite("after")]),
			]);
			expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
			expect(results[1]).toMatchObject({ reason: { code: "OwnedByOther", kind: "conflict", message: expect.stringContaining("shop") } });
			expect(await store.value("half")).toBeUndefined();
			expect((await store.inventory("other")).length).toBe(1);
			expect((await store.events({ limit: 10 })).map((event) => event.message)).toEqual(["before", "after"]);
		});

		it("tells who owns an Object of an Environment, and passes it from one to another in one write", async () => {
			await store.write([{ type: "own", application: "shop", environment: "dev", objects: [ownedObject("a"), ownedObject("b")] }]);
			const [a, b, c] = [ownedObject("a"), ownedObject("b"), ownedObject("c")];
			const keys = [a.key, b.key, c.key];
			await store.write([
				{ type: "disown", application: "shop", keys: [a.key] },
				{ type: "own", application: "other", environment: "dev", objects: [a] },
			]);
			const owners = await store.owners("dev", keys);
			expect(owners).toEqual(
				new Map([
					[a.key, { application: "other", object: a }],
					[b.key, { application: "shop", object: b }],
				]),
			);
			expect((await store.owners("staging", keys)).size).toBe(0);
			expect((await store.owners("dev", [])).size).toBe(0);
		});

		it("disowns, removes and forgets as told", async () => {
			const many = Array.from({ length: 350 }, (_, index) => ownedObject(`f${index}`));
			await store.write([
				{ type: "application", name: "shop", state: {} },
				{ type: "own", application: "shop", environment: "dev", objects: many },
			]);
			await store.write([{ type: "disown", application: "shop", keys: many.slice(1).map((object) => object.key) }]);
			expect((await store.inventory("shop")).map((object) => object.ref.name)).toEqual(["f0"]);
			await store.write([
				{ type: "remove-application", name: "shop" },
				{ type: "value", key: "x", value: null },
			]);
			expect([(await store.applications()).size, (await store.inventory("shop")).length]).toEqual([0, 0]);
		});

		it("keeps history newest first, in pages, trimmed, and replaces an entry in its place", async () => {
			for (let id = 1; id <= 12; id += 1) await store.write([{ type: "history", keep: 10, entry: record(String(id), `h${id}`) }]);
			await store.write([{ type: "history", keep: 10, entry: { ...record("11", "h11"), message: "again" } }]);
			const first = await store.history("shop", { limit: 4 });
			expect(first.items.map((entry) => [entry.id, entry.message])).toEqual([
				["12", ""],
				["11", "again"],
				["10", ""],
				["9", ""],
			]);
			const second = await store.history("shop", { limit: 100, cursor: first.next ?? "" });
			expect(second.items.map((entry) => entry.id)).toEqual(["8", "7", "6", "5", "4", "3"]);
			expect(second.next).toBeUndefined();
			expect((await store.historyEntry("shop", "12"))?.desiredHash).toBe("h12");
			expect(await store.historyEntry("shop", "1")).toBeUndefined();
			expect((await store.history("other", { limit: 1 })).items).toEqual([]);
		});

		it("numbers events in order, never twice, and finds them by cursor and Application", async () => {
			const written = await Promise.all(
				Array.from({ length: 50 }, (_, index) => store.write([eventWrite(`e${index}`, index % 2 === 0 ? "shop" : "other")])),
			);
			const ids = written.flat().map((event) => event.id);
			expect(new Set(ids).size).toBe(50);
			expect(ids).toEqual(ids.toSorted((a, b) => a - b));
			const mine = await store.events({ application: "shop", limit: 100 });
			expect(mine.map((event) => event.message)).toEqual(Array.from({ length: 25 }, (_, index) => `e${index * 2}`));
			expect((await store.events({ after: ids[47] ?? 0, limit: 100 })).map((event) => event.message)).toEqual(["e48", "e49"]);
			expect((await store.events({ newest: true, limit: 2 })).map((event) => event.message)).toEqual(["e48", "e49"]);
		});

		it("keeps rendered sets while something names them, and lets the others go in time", async () => {
			const hash = (digit: number): string => String(digit).repeat(64);
			const set = (digit: number): Write => ({ type: "rendered", hash: hash(digit), objects: [] });
			await store.write([
				{ type: "application", name: "shop", state: { applied: hash(1) } },
				set(1),
				set(2),
				set(3),
				{ type: "history", keep: 5, entry: record("1", hash(2)) },
			]);
			for (let batch = 0; batch < 12; batch += 1)
				await store.write(Array.from({ length: 100 }, (_, index) => eventWrite(`${batch} ${index}`)));
			expect([await store.rendered(hash(1)), await store.rendered(hash(2)), await store.rendered(hash(3))]).toEqual([[], [], undefined]);
		});

		it("refuses what it cannot keep, and only that write", async () => {
			const circle: Record<string, unknown> = {};
			circle["again"] = circle;
			const results = await Promise.allSettled([
				store.write([{ type: "value", key: "before", value: 1 }]),
				store.write([
					{ type: "value", key: "half", value: 1 },
					{ type: "application", name: "bad", state: circle as Json },
				]),
				store.write([{ type: "value", key: "after", value: 1 }, eventWrite("after")]),
			]);
			expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
			expect([...(await store.values("")).keys()].toSorted()).toEqual(["after", "before"]);
			expect((await store.applications()).size).toBe(0);
		});

		it("takes a cursor that it did not give for bad input", async () => {
			for (const cursor of ["x", "", "1.5", "9e99"]) {
				await expect(store.history("shop", { limit: 1, cursor })).rejects.toMatchObject({ code: "InvalidCursor", kind: "invalid" });
			}
		});

		it("finishes what was given before its close, and takes nothing after", async () => {
			const writes = Array.from({ length: 20 }, (_, index) => store.write([{ type: "value", key: `k${index}`, value: index }]));
			await Promise.all([store.close(), store.close(), ...writes]);
			await expect(store.write([eventWrite("late")])).rejects.toMatchObject({ code: "StoreClosed", kind: "unavailable" });
			await expect(store.value("k1")).rejects.toMatchObject({ code: "StoreClosed" });
			store = await open();
			expect((await store.values("k")).size).toBe(20);
		});

		it("holds what a plain map would hold after the same writes, also after a restart", async () => {
			await fc.assert(
				fc.asyncProperty(fc.array(anyWrites, { maxLength: 25 }), fc.integer({ min: 1, max: 8 }), async (commands, together) => {
					await store.write(everyName.map((name) => ({ type: "remove-application", name })));
					const model = newModel();
					for (let start = 0; start < commands.length; start += together) {
						const batch = commands.slice(start, start + together);
						const results = await Promise.allSettled(batch.map((writes) => store.write(writes)));
						const accepted = batch.map((writes) => applyToModel(model, writes));
						expect(results.map((result) => result.status === "fulfilled")).toEqual(accepted);
					}
					for (const round of ["now", "reopened"]) {
						if (round === "reopened") {
							await store.close();
							store = await open();
						}
						expect(new Map(await store.applications())).toEqual(model.applications);
						for (const name of everyName) {
							const names = (await store.inventory(name)).map((object) => `${object.ref.name} ${object.desiredHash}`);
							expect(names.toSorted()).toEqual(inventoryOf(model, name));
						}
					}
				}),
				{ numRuns: 30 },
			);
		});
	});
}
