import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createWorld, documents, type Files, fileManifest, type World } from "./world.ts";

const kills = 200;
const applications = ["a", "b", "c"];

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

/** Changes a third of the files, and adds or removes one, always leaving most. */
function change(random: () => number, desired: Map<string, string>, round: number): Files {
	const files: Record<string, string | null> = {};
	for (const application of applications) {
		for (let index = 0; index < 12; index += 1) {
			const path = `${application}/f${index}`;
			const isSpare = index >= 10;
			if (random() > 0.35 && round > 0) continue;
			if (isSpare && random() < 0.5) {
				if (desired.delete(path)) files[`${path}.yaml`] = null;
				continue;
			}
			const content = `${round} ${random()}\n`;
			desired.set(path, content);
			files[`${path}.yaml`] = fileManifest(`deep/f${index}`, content);
		}
	}
	return files;
}

async function liveFiles(world: World): Promise<Map<string, string>> {
	const live = new Map<string, string>();
	for (const entry of await readdir(world.root, { recursive: true, withFileTypes: true })) {
		if (!entry.isFile()) continue;
		const path = join(entry.parentPath, entry.name);
		live.set(path.slice(world.root.length + 1).replace("/deep/", "/"), await readFile(path, "utf8"));
	}
	return live;
}

async function startChild(world: World): Promise<ChildProcess> {
	const child = spawn(
		process.execPath,
		[join(import.meta.dirname, "engine-child.ts"), join(world.folder, "control"), join(world.folder, "state")],
		{
			stdio: ["ignore", "pipe", "inherit"],
		},
	);
	const [first] = (await Promise.race([once(child.stdout ?? child, "data"), once(child, "exit")])) as [unknown];
	expect(String(first)).toContain("opened");
	return child;
}

it(`after ${kills} SIGKILLs at random instants of Syncs, live is what Git says and nothing was done twice`, {
	timeout: 600_000,
}, async () => {
	const seed = Number(process.env.GITWARD_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
	const random = randomFrom(seed);
	const world = await createWorld();
	const desired = new Map<string, string>();
	await world.repository.push(change(random, desired, 0));
	await world.control({
		"all.yaml": documents(world.repository.url, Object.fromEntries(applications.map((name) => [name, {}])), { maxDeletePercent: 60 }),
	});
	for (let round = 1; round <= kills; round += 1) {
		const child = await startChild(world);
		const pushed = round % 2 === 0 ? world.repository.push(change(random, desired, round)) : Promise.resolve("");
		await new Promise((resolve) => setTimeout(resolve, random() * 250));
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
	expect(await liveFiles(world), `seed ${seed}`).toEqual(desired);
	for (const name of applications) {
		const objects = await world.engine().operations.objects(name);
		expect(objects.map((object) => object.name.replace("deep/", `${name}/`)).toSorted(), `seed ${seed}`).toEqual(
			[...desired.keys()].filter((path) => path.startsWith(`${name}/`)).toSorted(),
		);
		const { items } = await world.engine().operations.history(name, { limit: 500 });
		expect(items.filter((entry) => entry.result === "Running")).toEqual([]);
		expect(new Set(items.map((entry) => entry.id)).size).toBe(items.length);
	}
});
