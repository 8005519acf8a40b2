import { describe, expect, it } from "vitest";
import type { Clock } from "../../../ports/clock.ts";
import { createCatalog } from "./catalog.ts";
import type { ResourceType } from "./client.ts";
import { createDiscovery } from "./discovery.ts";

const type = (kind: string, version = "v1"): ResourceType => ({
	group: "g",
	version,
	kind,
	plural: kind.toLowerCase(),
	namespaced: true,
	verbs: [],
});

function world() {
	let now = 0;
	const clock: Clock = { now: () => now, monotonic: () => now, after: () => () => {} };
	const state = {
		types: [type("A", "v2"), type("A")] as ResourceType[],
		incomplete: [] as string[],
		loads: 0,
		error: undefined as Error | undefined,
	};
	const discovery = createDiscovery(async () => {
		state.loads += 1;
		const { types, incomplete, error } = state;
		await Promise.resolve();
		if (error !== undefined) throw error;
		return createCatalog([...types], new Set(incomplete));
	}, clock);
	return { state, discovery, forward: (ms: number) => void (now += ms) };
}

describe("createDiscovery", () => {
	it("prefers what the server prefers, and keeps what it knows", async () => {
		const { state, discovery } = world();
		expect(discovery.known("g", "A")).toBeUndefined();
		expect(await Promise.all([discovery.find("g", "A"), discovery.find("g", "A", "v1"), discovery.find("g", "A", "v3")])).toMatchObject([
			{ version: "v2" },
			{ version: "v1" },
			undefined,
		]);
		expect(discovery.known("g", "A")).toMatchObject({ version: "v2" });
		expect(state.loads).toBe(1);
	});

	it("looks for what it does not know every few seconds, and at once after forget", async () => {
		const { state, discovery, forward } = world();
		expect(await discovery.find("g", "B")).toBeUndefined();
		state.types.push(type("B"));
		expect(await discovery.find("g", "B")).toBeUndefined();
		forward(3000);
		expect(await discovery.find("g", "B")).toBeDefined();
		state.types.length = 0;
		expect(await discovery.find("g", "B")).toBeDefined();
		discovery.forget();
		expect(await discovery.find("g", "B")).toBeUndefined();
		expect(state.loads).toBe(3);
	});

	it("does not take for new what was asked for before forget", async () => {
		const { state, discovery } = world();
		const before = discovery.find("g", "B");
		state.types.push(type("B"));
		discovery.forget();
		expect(await Promise.all([before, discovery.find("g", "B")])).toMatchObject([{ kind: "B" }, { kind: "B" }]);
		expect(state.loads).toBe(2);
	});

	it("never takes trouble for absence", async () => {
		const { state, discovery } = world();
		state.error = new Error("unreachable");
		await expect(discovery.find("g", "A")).rejects.toThrow("unreachable");
		state.error = undefined;
		state.incomplete.push("g");
		expect(await discovery.find("g", "A")).toBeDefined();
		await expect(discovery.find("g", "B")).rejects.toMatchObject({ code: "GroupUnavailable", kind: "unavailable" });
	});

	it("lets one caller go without the others", async () => {
		const { discovery } = world();
		const abort = new AbortController();
		const [left, stayed] = [discovery.find("g", "A", undefined, { signal: abort.signal }), discovery.find("g", "A")];
		abort.abort();
		await expect(left).rejects.toMatchObject({ code: "Cancelled" });
		expect(await stayed).toBeDefined();
	});
});
