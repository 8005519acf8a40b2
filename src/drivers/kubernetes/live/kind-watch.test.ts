import { describe, expect, it } from "vitest";
import { AppError } from "../../../core/app-error.ts";
import type { KubernetesClient, ListPage, LiveObject, ResourceType, WatchLine, WatchOptions } from "../client/client.ts";
import { type KindEvents, type KindWatch, watchKind } from "./kind-watch.ts";

const type: ResourceType = { group: "", version: "v1", kind: "Thing", plural: "things", namespaced: true, verbs: [] };

function thing(name: string, resourceVersion: string): LiveObject {
	return { apiVersion: "v1", kind: "Thing", metadata: { name, namespace: "a", uid: name, resourceVersion } };
}

function line(object: LiveObject): WatchLine {
	return { type: "MODIFIED", resourceVersion: object.metadata.resourceVersion, object: () => object };
}

function expired(): AppError {
	return new AppError("expired", { code: "WatchExpired", kind: "conflict" });
}

interface Script {
	readonly lists: (() => ListPage)[];
	/** What each watch does; after the last one, watches wait to the end. */
	readonly watches: (() => readonly WatchLine[])[];
}

/** A server that plays a script, and a clock whose timers run when they are told to. */
function play({ lists, watches }: Script): {
	readonly watch: KindWatch;
	readonly told: string[];
	readonly from: string[];
	readonly delays: number[];
	/** Lets the next timer run. */
	tick(): Promise<void>;
} {
	const told: string[] = [];
	const from: string[] = [];
	const delays: number[] = [];
	const timers: (() => void)[] = [];
	const client = {
		discovery: { known: () => type, find: async () => type, forget: () => {} },
		async *list() {
			const page = (lists.length > 1 ? lists.shift() : lists[0])?.();
			if (page !== undefined) yield page;
		},
		async *watch(_type: ResourceType, options: WatchOptions) {
			from.push(options.resourceVersion);
			const next = watches.shift();
			if (next !== undefined) yield* next();
			else await new Promise((_resolve, reject) => options.signal?.addEventListener("abort", () => reject(expired())));
		},
	} as unknown as KubernetesClient;
	const events: KindEvents = {
		seen: ({ metadata }) => void told.push(`${metadata.name} ${metadata.resourceVersion}`),
		gone: ({ metadata }) => void told.push(`gone ${metadata.name}`),
		complete: (names, version) => void told.push(`list ${[...names].join(",")} at ${version}`),
		removed: () => void told.push("removed"),
		restored: () => void told.push("restored"),
		reachable: (failure) => void told.push(failure === undefined ? "reachable" : failure.code),
	};
	const clock = {
		now: () => 0,
		monotonic: () => 0,
		after(ms: number, run: () => void) {
			if (ms >= 50) delays.push(ms);
			timers.push(run);
			return () => void timers.splice(timers.indexOf(run), timers.includes(run) ? 1 : 0);
		},
	};
	const watch = watchKind({ client, type, labelSelector: "a=b", clock, random: () => 1, events });
	return {
		watch,
		told,
		from,
		delays,
		async tick() {
			await expect.poll(() => timers.length, { interval: 1 }).toBeGreaterThan(0);
			timers.shift()?.();
		},
	};
}

const page = (version: string, ...items: readonly LiveObject[]): ListPage => ({ items, resourceVersion: version });

describe("watchKind", () => {
	it("goes on from the last version where a watch ends", async () => {
		const { watch, from } = play({
			lists: [() => page("5", thing("a", "3"))],
			watches: [() => [line(thing("a", "7"))], () => []],
		});
		await expect.poll(() => from, { interval: 1 }).toEqual(["5", "7"]);
		await watch.close();
	});

	it("waits longer and longer where something ends watches as soon as they begin", async () => {
		const { watch, from, delays, tick } = play({
			lists: [() => page("5")],
			watches: Array.from({ length: 6 }, () => () => []),
		});
		for (let count = 0; count < 4; count += 1) await tick();
		await expect.poll(() => from.length, { interval: 1 }).toBe(6);
		expect(delays.slice(0, 4)).toEqual([200, 400, 800, 1600]);
		await watch.close();
	});

	it("waits longer and longer where the server forgets faster than one can read", async () => {
		const { watch, from, delays, tick } = play({
			lists: [() => page("5")],
			watches: Array.from({ length: 5 }, () => () => {
				throw expired();
			}),
		});
		for (let count = 0; count < 3; count += 1) await tick();
		await expect.poll(() => from.length, { interval: 1 }).toBeGreaterThanOrEqual(4);
		expect(delays.slice(0, 3)).toEqual([200, 400, 800]);
		await watch.close();
	});

	it("takes a list for right although the cluster counts from an earlier version", async () => {
		const { watch, told } = play({
			lists: [() => page("900", thing("a", "800")), () => page("100", thing("a", "90"))],
			watches: [
				() => {
					throw expired();
				},
			],
		});
		await expect.poll(() => told.filter((text) => text.startsWith("list")).length, { interval: 1 }).toBe(2);
		expect(told).toEqual(["a 800", "list a/a at 900", "reachable", "restored", "a 90", "list a/a at 100"]);
		await watch.close();
	});

	it("takes silence for a watch that has to be opened anew, not for an outage, and lists now and then", async () => {
		const silent = (): never => {
			throw new AppError("silent", { code: "WatchSilent", kind: "unavailable" });
		};
		const { watch, told, from, delays } = play({
			lists: [() => ({ items: [], resourceVersion: "5" }), () => ({ items: [thing("b", "7")], resourceVersion: "8" })],
			watches: Array.from({ length: 10 }, () => silent),
		});
		await expect.poll(() => from).toEqual([...Array.from({ length: 10 }, () => "5"), "8"]);
		expect(told).toEqual(["list  at 5", "reachable", "b 7", "list a/b at 8"]);
		expect(delays).toEqual([]);
		expect(watch.failure).toBeUndefined();
		await watch.close();
	});

	it("lists anew where an event could not be read, before anybody goes by what is known", async () => {
		const unreadable: WatchLine = {
			type: "MODIFIED",
			resourceVersion: "7",
			object: () => {
				throw new Error("no object");
			},
		};
		const { watch, told } = play({
			lists: [() => page("5"), () => page("9", thing("a", "7"))],
			watches: [() => [unreadable]],
		});
		await expect.poll(() => told.includes("a 7"), { interval: 1 }).toBe(true);
		expect(told).toEqual(["list  at 5", "reachable", "Internal", "a 7", "list a/a at 9", "reachable"]);
		await watch.close();
	});

	it("passes over what Gitward wrote itself, without reading it", async () => {
		const unread: WatchLine = {
			type: "MODIFIED",
			resourceVersion: "7",
			object: () => {
				throw new Error("was read");
			},
		};
		let write = (): void => {};
		const { watch, told } = play({
			lists: [() => page("5")],
			watches: [
				() => {
					write();
					return [unread, line(thing("b", "8"))];
				},
			],
		});
		write = () => watch.own("7");
		await expect.poll(() => told.includes("b 8"), { interval: 1 }).toBe(true);
		expect(told.filter((text) => text.startsWith("b"))).toEqual(["b 8"]);
		await watch.close();
	});
});
