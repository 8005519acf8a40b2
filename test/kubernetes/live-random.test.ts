import { expect, it } from "vitest";
import { configMapOf, openLiveWorld } from "./live-world.ts";
import { sharedCluster } from "./shared.ts";

const objects = 100;
const disturbances = 500;

/** A repeatable random number generator (mulberry32): a failure names the seed that repeats it. */
function randomFrom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	};
}

it(`${disturbances} random edits, deletions and thefts are all found and repaired, with no read`, async () => {
	const seed = Number(process.env["GITWARD_TEST_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
	const random = randomFrom(seed);
	const cluster = sharedCluster();
	const namespace = await cluster.makeNamespace("random");
	await using world = await openLiveWorld(cluster);
	const desired = Array.from({ length: objects }, (_, index) => configMapOf(namespace, `object-${index}`, { a: "1", b: "1" }));
	const keys: string[] = [];
	for (const object of desired) keys.push(await world.apply(object));
	await world.caughtUp(namespace);
	const { reads } = world.requests;
	const counts = { edit: 0, delete: 0, theft: 0, harmless: 0 };
	for (let left = disturbances; left > 0; ) {
		// Several at once, of different objects.
		const batch = new Set(Array.from({ length: Math.min(left, 10) }, () => Math.floor(random() * objects)));
		const expected = new Map<number, string>();
		await Promise.all(
			[...batch].map(async (index) => {
				const path = `/api/v1/namespaces/${namespace}/configmaps/object-${index}`;
				const choice = random();
				if (choice < 0.4) {
					counts.edit += 1;
					expected.set(index, "drifted");
					await cluster.call("PATCH", path, { data: random() < 0.5 ? { a: String(random()) } : { b: null } });
				} else if (choice < 0.6) {
					counts.delete += 1;
					expected.set(index, "missing");
					await cluster.call("DELETE", path);
				} else if (choice < 0.9) {
					counts.theft += 1;
					expected.set(index, "drifted");
					const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `object-${index}` }, data: { a: String(random()) } };
					await cluster.call("PATCH", `${path}?fieldManager=thief&force=true`, body, { contentType: "application/apply-patch+yaml" });
				} else {
					counts.harmless += 1;
					expected.set(index, "same");
					await cluster.call("PATCH", path, { data: { [`other-${Math.floor(random() * 1000)}`]: "1" } });
				}
			}),
		);
		left -= batch.size;
		for (const [index, state] of expected) {
			if (state !== "same") await world.told(keys[index] ?? "", "changed");
			expect(world.state(keys[index] ?? ""), `object-${index}, seed ${seed}`).toBe(state);
		}
		for (const [index, state] of expected) {
			const object = desired[index];
			if (state !== "same" && object !== undefined) await world.apply(object);
		}
	}
	await world.caughtUp(namespace);
	expect(
		keys.map((key) => world.state(key)).filter((state) => state !== "same"),
		`seed ${seed}`,
	).toEqual([]);
	expect(
		world.events.filter(({ type }) => type === "changed"),
		`seed ${seed}`,
	).toEqual([]);
	expect(Math.min(...Object.values(counts)), `seed ${seed}`).toBeGreaterThan(10);
	expect(world.requests.reads).toBe(reads);
});
