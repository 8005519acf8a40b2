import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Change } from "../../core/change.ts";
import { environmentSchema, type Policy } from "../../core/documents/environment.ts";
import { type DesiredObject, keyOf, type ObjectKey, refOf } from "../../core/object.ts";
import { makePlan } from "../../core/plan.ts";
import { createExec } from "../../lib/exec/exec.ts";
import { systemClock } from "../../lib/system-clock.ts";
import type { OwnedObject, Target, TargetEvent } from "../../ports/driver.ts";
import type { Log } from "../../ports/log.ts";
import { createHostDriver, type HostDriverOptions } from "./driver.ts";

const inherited = { PATH: process.env["PATH"] ?? "" };
const exec = createExec({ environment: inherited });
/** Kinds in the order in which the engine applies them. */

/** What tests of the host Driver work with: a folder, opened Targets and what they told. */
export interface HostFixture {
	readonly base: string;
	/** Absolute path below the Environment's root. */
	at(...path: readonly string[]): string;
	readonly home: string;
	readonly events: TargetEvent[];
	readonly warnings: string[];
	readonly blobs: Map<string, Buffer>;
	target(): Target;
	open(options?: OpenOptions): Promise<Target>;
	/** As after a kill: what runs is forgotten, nothing is stopped. A Driver that comes after it knows no children. */
	reopen(options?: OpenOptions): Promise<Target>;
	/** Resolves when the condition holds; looked at after each event and, as files tell no one, every few milliseconds. */
	until(condition: () => boolean | Promise<boolean>, what?: string): Promise<void>;
	/** One Sync as the engine does it, without waiting for health. */
	sync(objects: readonly DesiredObject[], application?: string): Promise<readonly Change[]>;
	owned(application?: string): readonly OwnedObject[];
	/** The entry that the engine writes before it applies. */
	claim(each: DesiredObject): OwnedObject;
	setOwned(owned: readonly OwnedObject[], application?: string): void;
	health(name: string): Promise<{ readonly status: string; readonly message: string }>;
	/** Every process that a test started is ended, and the folder removed. */
	close(): Promise<void>;
}

export interface OpenOptions extends Partial<Pick<HostDriverOptions, "kept" | "watch" | "writeBytes" | "random">> {
	readonly policy?: Partial<Policy>;
	readonly root?: string;
	readonly name?: string;
	/** Opens one more Environment of the Driver that is there. */
	readonly sameDriver?: boolean;
}

export function object(
	kind: string,
	name: string,
	spec: object,
	more: { readonly namespace?: string; readonly annotations?: Record<string, string> } = {},
): DesiredObject {
	const { namespace = "shop", annotations } = more;
	return {
		apiVersion: "host.gitward.dev/v1",
		kind,
		metadata: { name, namespace, ...(annotations === undefined ? {} : { annotations }) },
		spec,
	};
}

export function keyOfObject(each: DesiredObject): ObjectKey {
	return keyOf(refOf(each));
}

export function createHostFixture(): HostFixture {
	return createHostFixtureAt(mkdtempSync(join(tmpdir(), "host-")));
}

/** In a folder that may have been used before. */
export function createHostFixtureAt(base: string): HostFixture {
	const home = join(base, "home");
	mkdirSync(home, { recursive: true, mode: 0o700 });
	const events: TargetEvent[] = [];
	const warnings: string[] = [];
	const blobs = new Map<string, Buffer>();
	const owned = new Map<string, Map<ObjectKey, OwnedObject>>();
	const listeners = new Set<() => void>();
	const log: Log = {
		debug() {},
		info() {},
		warn: (message) => warnings.push(message),
		error: (message, keys) => warnings.push(`${message} ${String(keys?.["error"])}`),
	};
	let driver = createHostDriver({ exec, environment: inherited });
	let target: Target | undefined;

	const current = (): Target => {
		if (target === undefined) throw new Error("not open");
		return target;
	};
	const inventory = (application: string): Map<ObjectKey, OwnedObject> => {
		const known = owned.get(application) ?? new Map<ObjectKey, OwnedObject>();
		owned.set(application, known);
		return known;
	};

	async function open(options: OpenOptions = {}): Promise<Target> {
		const { policy = {}, root = "./root", name = "test", sameDriver = false, ...edges } = options;
		if (!sameDriver) driver = createHostDriver({ exec, environment: inherited, ...edges });
		const environment = environmentSchema.parse({
			apiVersion: "gitward.dev/v1",
			kind: "Environment",
			metadata: { name },
			spec: { target: { host: { root } }, policy },
		});
		const opened = await driver.open(environment, {
			instance: "0123456789ab",
			requests: { reads: 0, writes: 0 },
			home,
			base,
			blobs: {
				open: async (blob) => {
					const content = blobs.get(blob);
					if (content === undefined) throw new Error(`no blob ${blob}`);
					return Readable.from([content]);
				},
			},
			clock: systemClock,
			log,
			notify(event) {
				events.push(event);
				for (const listener of listeners) listener();
			},
		});
		if (!sameDriver) target = opened;
		return opened;
	}

	return {
		base,
		at: (...path) => join(base, "root", ...path),
		home,
		events,
		warnings,
		blobs,
		target: current,
		open,
		async reopen(options) {
			await target?.close("reopen");
			return open(options);
		},
		until(condition, what = "the condition") {
			return new Promise((resolve, reject) => {
				let checking = false;
				const end = (settle: () => void): void => {
					clearInterval(timer);
					clearTimeout(limit);
					listeners.delete(check);
					settle();
				};
				const check = (): void => {
					if (checking) return;
					checking = true;
					Promise.resolve()
						.then(condition)
						.then((holds) => {
							checking = false;
							if (holds) end(resolve);
						})
						.catch((error: unknown) => end(() => reject(error)));
				};
				const timer = setInterval(check, 5);
				const limit = setTimeout(
					() => end(() => reject(new Error(`${what} did not come true; events: ${JSON.stringify(events.slice(-5))}`))),
					20_000,
				);
				listeners.add(check);
				check();
			});
		},
		async sync(objects, application = "shop") {
			const mine = inventory(application);
			const hooks = objects.filter((each) => each.metadata.annotations?.["gitward.dev/hook"] !== undefined);
			const parts = objects.filter((each) => !hooks.includes(each));
			const observations = await current().observe(application, parts, [...mine.values()]);
			const plan = makePlan({
				application,
				desired: objects,
				observations,
				owned: [...mine.values()],
				prune: true,
				rank: (ref) => driver.rank(ref),
			});
			for (const change of plan.changes) {
				if (change.action === "skip" || change.action === "unchanged") continue;
				if (change.action === "delete") {
					await current().apply(application, change, mine.get(change.key));
					mine.delete(change.key);
					continue;
				}
				const claim: OwnedObject = mine.get(change.key) ?? {
					key: change.key,
					ref: change.ref,
					created: true,
					desiredHash: "",
					record: null,
				};
				if (change.hook === undefined) mine.set(change.key, claim);
				const { record } = await current().apply(application, change, change.hook === undefined ? claim : undefined);
				if (change.hook === undefined) mine.set(change.key, { ...claim, desiredHash: "applied", record });
			}
			await current().track(application, [...mine.values()]);
			return plan.changes;
		},
		owned: (application = "shop") => [...inventory(application).values()],
		claim: (each) => ({ key: keyOfObject(each), ref: refOf(each), created: true, desiredHash: "", record: null }),
		setOwned(list, application = "shop") {
			owned.set(application, new Map(list.map((each) => [each.key, each])));
		},
		async health(name) {
			const all = await current().health("shop", [...inventory("shop").values()]);
			const found = all.find((each) => each.key.endsWith(`/${name}`));
			if (found === undefined) throw new Error(`${name} is not owned`);
			return found;
		},
		async close() {
			if (target !== undefined) {
				for (const [application, mine] of owned) {
					for (const each of mine.values()) {
						if (each.ref.kind !== "Process") continue;
						await target.apply(application, { key: each.key, ref: each.ref, action: "delete", wave: 0, differences: [] }, each);
					}
				}
				await target.close("shutdown");
			}
			rmSync(base, { recursive: true, force: true });
		},
	};
}
