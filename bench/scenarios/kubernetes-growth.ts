import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { applicationPath, createClusterFleet, manifestsOf } from "../cluster-fleet.ts";
import { configMap, namespaceOf, namespaces, objectsEach } from "../cluster-objects.ts";
import type { Figure, Scenario } from "../scenario.ts";

const sizes = [1000, 10_000, 50_000];
const passMs = 10_000;
const pushes = 5;

function objectsOf(application: number): readonly object[] {
	return Array.from({ length: objectsEach }, (_, index) => configMap(application, index));
}

/** Starts the stand-in for an API server; gives its kubeconfig. */
async function startStub(folder: string): Promise<{ readonly kubeconfig: string; stop(): Promise<void> }> {
	await mkdir(folder, { recursive: true });
	const names = Array.from({ length: namespaces }, (_, index) => namespaceOf(index));
	const child = spawn(
		process.execPath,
		["--disable-warning=ExperimentalWarning", join(import.meta.dirname, "..", "stub-cluster.ts"), folder, ...names],
		{ stdio: ["ignore", "pipe", "inherit"] },
	);
	const [line] = (await once(child.stdout, "data")) as [Buffer];
	return {
		kubeconfig: line.toString().trim(),
		async stop() {
			const exited = once(child, "exit");
			child.kill("SIGKILL");
			await exited;
		},
	};
}

export const scenario: Scenario = {
	name: "kubernetes-growth",
	description:
		"1,000, 10,000 and 50,000 objects in applications of 10 each, held by a stand-in for an API server: memory, CPU of 11 seconds with one full pass in them when nothing changed, requests in that time, and CPU of a commit that touches one application",
	async run({ folder, signal, progress }) {
		const figures: Figure[] = [];
		const memories = new Map<number, number>();
		for (const size of sizes) {
			const applications = size / objectsEach;
			progress(`${size} objects`);
			const stub = await startStub(join(folder, `stub-${size}`));
			const fleet = await createClusterFleet(join(folder, `fleet-${size}`), {
				kubeconfig: stub.kubeconfig,
				applications,
				objects: objectsOf,
				sweep: `${passMs / 1000}s`,
			});
			try {
				await fleet.start();
				await fleet.converged(signal);
				await fleet.stop();
				await fleet.start();
				await fleet.converged(signal);
				await delay(passMs, undefined, { signal });
				const name = `${size.toLocaleString("en")} objects`;
				const requests = async (): Promise<number> =>
					(await fleet.metric("gitward_target_reads")) + (await fleet.metric("gitward_target_writes"));
				const before = [fleet.cpu(), await requests()] as const;
				await delay(passMs * 1.1, undefined, { signal });
				const pass = fleet.cpu() - before[0];
				const asked = (await requests()) - before[1];
				const commits: number[] = [];
				const git = await fleet.clone(join(folder, `work-${size}`));
				for (let round = 0; round < pushes; round += 1) {
					const objects = objectsOf(round).map((object, index) => (index === 0 ? configMap(round, 0, `push ${round}`) : object));
					await writeFile(join(folder, `work-${size}`, applicationPath(round)), manifestsOf(objects));
					await git("commit", "--quiet", "--all", "--message", `push ${round}`);
					const [cpu, writes] = [fleet.cpu(), await fleet.metric("gitward_target_writes")];
					await git("push", "--quiet");
					while ((await fleet.metric("gitward_target_writes")) === writes) await delay(20, undefined, { signal });
					commits.push((fleet.cpu() - cpu) * 1000);
				}
				memories.set(size, fleet.memory());
				figures.push(
					{ name: `${name}, memory`, unit: "MiB", samples: [fleet.memory()], ...(size === 10_000 ? { target: 200 } : {}) },
					{ name: `${name}, CPU of 11 s with a full pass`, unit: "s", samples: [pass], ...(size === 10_000 ? { target: 1 } : {}) },
					{ name: `${name}, requests in that time`, unit: "count", samples: [asked], target: 0 },
					{ name: `${name}, CPU of a commit to one application`, unit: "ms", samples: commits },
				);
			} finally {
				await fleet.stop();
				await stub.stop();
			}
		}
		const kib = (((memories.get(50_000) ?? 0) - (memories.get(10_000) ?? 0)) * 1024) / 40_000;
		figures.push({ name: "KiB for each further object", unit: "count", samples: [kib], target: 4 });
		return figures;
	},
};
