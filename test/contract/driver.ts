import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../src/core/app-error.ts";
import type { Change, ChangeAction } from "../../src/core/change.ts";
import { type DesiredObject, type Json, keyOf, refOf } from "../../src/core/object.ts";
import type { OwnedObject, Target, TargetEvent } from "../../src/ports/driver.ts";

/** One Driver with a real (or true to life) target behind it, and someone who changes things there by hand. */
export interface DriverFixture {
	/** Opens the target; called again after a close. */
	open(): Promise<Target>;
	/** Everything it told so far. */
	readonly events: readonly TargetEvent[];
	/** Some Objects, of every kind that a hand can change. */
	readonly objects: readonly DesiredObject[];
	/** The same Objects, each with another spec. */
	readonly changed: readonly DesiredObject[];
	/** An Object without logs. */
	readonly silent: DesiredObject;
	/** Changes the live Object by hand. */
	tamper(object: DesiredObject): Promise<void>;
	/** Deletes the live Object by hand. */
	destroy(object: DesiredObject): Promise<void>;
	/** Makes a live Object by hand, different from what is desired. */
	makeForeign(object: DesiredObject): Promise<void>;
	/** Resolves when the condition holds. */
	until(condition: () => boolean | Promise<boolean>, what: string): Promise<void>;
	close(): Promise<void>;
}

const application = "contract";

/** What every Driver promises to the engine. */
export function describeDriver(name: string, create: () => DriverFixture | Promise<DriverFixture>): void {
	describe(`driver ${name}`, () => {
		let fixture: DriverFixture;
		let target: Target;
		beforeEach(async () => {
			fixture = await create();
			target = await fixture.open();
		});
		afterEach(() => fixture.close());

		const key = (object: DesiredObject): string => keyOf(refOf(object));
		const change = (object: DesiredObject, action: ChangeAction): Change => ({
			key: key(object),
			ref: refOf(object),
			action,
			wave: 0,
			differences: [],
			...(action === "delete" ? {} : { desired: object }),
		});
		const claim = (object: DesiredObject, record: Json = null): OwnedObject => ({
			key: key(object),
			ref: refOf(object),
			created: true,
			desiredHash: "",
			record,
		});

		async function applyAll(
			objects: readonly DesiredObject[],
			action: ChangeAction,
			owned: readonly OwnedObject[] = [],
		): Promise<readonly OwnedObject[]> {
			const result: OwnedObject[] = [];
			for (const object of objects) {
				const before = owned.find((each) => each.key === key(object)) ?? claim(object);
				const { record } = await target.apply(application, change(object, action), before);
				result.push({ ...before, desiredHash: "applied", record });
			}
			return result;
		}

		async function states(objects: readonly DesiredObject[], owned: readonly OwnedObject[]): Promise<readonly string[]> {
			const observed = await target.observe(application, objects, owned);
			return objects.map((object) => {
				const found = observed.find((each) => each.key === key(object));
				return `${found?.state ?? "not told"}${found?.foreign === true ? " foreign" : ""}`;
			});
		}

		const all = (objects: readonly DesiredObject[], state: string): readonly string[] => objects.map(() => state);

		it("says missing before, same after, and leaves a record that is plain JSON", async () => {
			const { objects } = fixture;
			expect(await states(objects, [])).toEqual(all(objects, "missing"));
			const owned = await applyAll(objects, "create");
			expect(await states(objects, owned)).toEqual(all(objects, "same"));
			for (const each of owned) expect(JSON.parse(JSON.stringify(each.record))).toEqual(each.record);
			expect(await target.sweep(application, owned)).toEqual([]);
		});

		it("can repeat an apply whose record was lost, and knows what it claimed", async () => {
			const { objects } = fixture;
			await applyAll(objects, "create");
			expect(
				await states(
					objects,
					objects.map((object) => claim(object)),
				),
			).toEqual(all(objects, "same"));
			const owned = await applyAll(objects, "create");
			expect(await states(objects, owned)).toEqual(all(objects, "same"));
		});

		it("shows what would change, and changes it", async () => {
			const { objects, changed } = fixture;
			const owned = await applyAll(objects, "create");
			const observed = await target.observe(application, changed, owned);
			for (const each of observed) {
				expect(["different", "immutable"]).toContain(each.state);
				expect(each.differences.length).toBeGreaterThan(0);
			}
			const after: OwnedObject[] = [];
			for (const object of changed) {
				const state = observed.find((each) => each.key === key(object))?.state;
				after.push(...(await applyAll([object], state === "immutable" ? "replace" : "update", owned)));
			}
			expect(await states(changed, after)).toEqual(all(changed, "same"));
		});

		it("tells what was changed by hand, finds it, repairs it, and is quiet about its own writes", async () => {
			const { objects } = fixture;
			let owned = await applyAll(objects, "create");
			await target.track(application, owned);
			for (const object of objects) {
				const told = (): boolean => fixture.events.some((event) => event.key === key(object) && event.application === application);
				expect(fixture.events.filter((event) => event.type === "changed" && event.key === key(object))).toEqual([]);
				await fixture.tamper(object);
				await fixture.until(told, `the event for ${key(object)}`);
			}
			expect(await states(objects, owned)).toEqual(all(objects, "different"));
			expect([...(await target.sweep(application, owned))].sort()).toEqual(objects.map(key).sort());
			owned = await applyAll(objects, "update", owned);
			await target.track(application, owned);
			expect(await states(objects, owned)).toEqual(all(objects, "same"));
			expect(await target.sweep(application, owned)).toEqual([]);
			const before = fixture.events.filter((event) => event.type === "changed").length;
			const [first] = objects;
			if (first === undefined) return;
			await fixture.destroy(first);
			await fixture.until(() => fixture.events.filter((event) => event.type === "changed").length > before, "the event for the deletion");
			const since = fixture.events.filter((event) => event.type === "changed").slice(before);
			expect(new Set(since.map((event) => event.key))).toEqual(new Set([key(first)]));
		});

		it("finds what was deleted by hand", async () => {
			const { objects } = fixture;
			const owned = await applyAll(objects, "create");
			for (const object of objects) await fixture.destroy(object);
			expect(await states(objects, owned)).toEqual(all(objects, "missing"));
			const again = await applyAll(objects, "create", owned);
			expect(await states(objects, again)).toEqual(all(objects, "same"));
		});

		it("tells what is not ours", async () => {
			const { objects } = fixture;
			for (const object of objects) await fixture.makeForeign(object);
			expect(await states(objects, [])).toEqual(all(objects, "different foreign"));
		});

		it("deletes what it made, also twice, and says so of what is owned and not desired", async () => {
			const { objects } = fixture;
			const owned = await applyAll(objects, "create");
			const present = await target.observe(application, [], owned);
			expect(present.map((each) => each.state)).toEqual(all(objects, "same"));
			for (const round of [1, 2]) {
				for (const object of [...objects].reverse()) {
					const entry = owned.find((each) => each.key === key(object));
					expect([round, await target.apply(application, change(object, "delete"), entry)]).toEqual([round, { record: null }]);
				}
			}
			const gone = await target.observe(application, [], owned);
			expect(gone.map((each) => each.state)).toEqual(all(objects, "missing"));
			expect(await states(objects, [])).toEqual(all(objects, "missing"));
		});

		it("tells the health of each owned Object, which becomes Healthy", async () => {
			const { objects } = fixture;
			const owned = await applyAll(objects, "create");
			await target.track(application, owned);
			await fixture.until(
				async () => (await target.health(application, owned)).every((each) => each.status === "Healthy"),
				"health of all",
			);
			expect((await target.health(application, owned)).map((each) => each.key)).toEqual(owned.map((each) => each.key));
		});

		it("finds everything as it was after it was closed and opened again", async () => {
			const { objects } = fixture;
			const owned = await applyAll(objects, "create");
			await target.close("reopen");
			target = await fixture.open();
			expect(await states(objects, owned)).toEqual(all(objects, "same"));
			expect(await target.sweep(application, owned)).toEqual([]);
		});

		it("tells nothing any more once nothing is tracked", async () => {
			const { objects } = fixture;
			const owned = await applyAll(objects, "create");
			await target.track(application, owned);
			await target.track(application, []);
			const [first] = objects;
			if (first === undefined) return;
			await fixture.tamper(first);
			expect(await states([first], owned.slice(0, 1))).toEqual(["different"]);
			expect(fixture.events.filter((event) => event.type === "changed")).toEqual([]);
		});

		it("gives up when it is told to, and has no logs where there are none", async () => {
			const signal = AbortSignal.abort(new Error("enough"));
			const { objects, silent } = fixture;
			await expect(target.observe(application, objects, [], { signal })).rejects.toThrow("enough");
			const lines = target.logs(application, key(silent), { tail: 10, follow: false });
			await expect(lines[Symbol.asyncIterator]().next()).rejects.toSatisfy(
				(error) => error instanceof AppError && error.kind === "notFound",
			);
		});
	});
}
