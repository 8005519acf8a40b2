import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Files } from "../integration/world.ts";
import { sharedCluster } from "./shared.ts";
import { type ClusterWorld, configMaps, createClusterWorld } from "./world.ts";

const kills = 100;
const applications = ["a", "b", "c"];
/** ConfigMaps of each application that are always desired; further two come and go. */
const lasting = 10;

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

/** Changes a third of the ConfigMaps, and adds or removes some. */
function change(random: () => number, desired: Map<string, string>, round: number): Files {
	const files: Record<string, string | null> = {};
	for (const application of applications) {
		for (let index = 0; index < lasting + 2; index += 1) {
			const name = `${application}-${index}`;
			if (random() > 0.35 && round > 0) continue;
			const goes = index >= lasting && random() < 0.5;
			if (goes && !desired.delete(name)) continue;
			const text = `${round} ${random()}`;
			if (!goes) desired.set(name, text);
			Object.assign(files, configMaps(application, { [name]: goes ? null : text }));
		}
	}
	return files;
}

async function live(world: ClusterWorld): Promise<ReadonlyMap<string, { readonly text: string; readonly uid: string }>> {
	const path = `/api/v1/namespaces/${world.namespace}/configmaps?labelSelector=gitward.dev/instance`;
	const { items } = await world.cluster.call<{ items: { metadata: { name: string; uid: string }; data: { text: string } }[] }>("GET", path);
	return new Map(items.map(({ metadata, data }) => [metadata.name, { text: data.text, uid: metadata.uid }]));
}

async function startChild(world: ClusterWorld): Promise<ChildProcess> {
	const program = join(import.meta.dirname, "..", "integration", "engine-child.ts");
	const child = spawn(process.execPath, [program, join(world.folder, "control"), join(world.folder, "state")], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const [first] = (await Promise.race([once(child.stdout ?? child, "data"), once(child, "exit")])) as [unknown];
	expect(String(first)).toContain("opened");
	return child;
}

it(`after ${kills} SIGKILLs at random instants of Syncs, the cluster is what Git says and nothing that Git wants was ever deleted`, {
	timeout: 600_000,
}, async () => {
	const seed = Number(process.env.GITWARD_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
	const random = randomFrom(seed);
	const world = await createClusterWorld(sharedCluster());
	const desired = new Map<string, string>();
	await world.repository.push(change(random, desired, 0));
	await world.applications(Object.fromEntries(applications.map((name) => [name, {}])), { maxDeletePercent: 60 });
	await world.start();
	for (const name of applications) await world.settled(name);
	await world.stop();
	const before = await live(world);
	for (let round = 1; round <= kills; round += 1) {
		const child = await startChild(world);
		const pushed = round % 2 === 0 ? world.repository.push(change(random, desired, round)) : Promise.resolve("");
		await new Promise((resolve) => setTimeout(resolve, random() * 400));
		const exited = once(child, "exit");
		child.kill("SIGKILL");
		await Promise.all([exited, pushed]);
	}
	await world.start();
	const head = await world.repository.git("rev-parse", "HEAD");
	await world.until(
		`the last commit was seen (seed ${seed})`,
		() => world.engine().operations.repositories()[0]?.revision?.endsWith(head) === true,
	);
	for (const name of applications) {
		await world.engine().operations.sync(name, { by: { name: "admin", via: "cli" } });
		await world.settled(name);
	}
	const after = await live(world);
	expect(new Map([...after].map(([name, { text }]) => [name, text])), `seed ${seed}`).toEqual(desired);
	for (const application of applications) {
		for (let index = 0; index < lasting; index += 1) {
			const name = `${application}-${index}`;
			expect(after.get(name)?.uid, `${name}, seed ${seed}`).toBe(before.get(name)?.uid);
		}
		const owned = await world.engine().operations.objects(application);
		const wanted = [...desired.keys()].filter((name) => name.startsWith(`${application}-`));
		expect(owned.map(({ name }) => name).toSorted(), `seed ${seed}`).toEqual(wanted.toSorted());
		expect(owned.every(({ created }) => created)).toBe(true);
		const { items } = await world.engine().operations.history(application, { limit: 500 });
		expect(items.filter((entry) => entry.result === "Running")).toEqual([]);
	}
});
