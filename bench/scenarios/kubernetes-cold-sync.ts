import { join } from "node:path";
import { applyBarely, makeNamespaces } from "../bare-apply.ts";
import { createRealFleet, startBenchCluster } from "../cluster-fleet.ts";
import type { Figure, Scenario } from "../scenario.ts";

const rounds = 3;

/** Milliseconds of the bare loop on a cluster of its own. */
async function bare(applications: number): Promise<number> {
	const cluster = await startBenchCluster();
	try {
		await makeNamespaces(cluster);
		return await applyBarely(cluster, applications);
	} finally {
		await cluster.stop();
	}
}

export const scenario: Scenario = {
	name: "kubernetes-cold-sync",
	description:
		"100 and 1,000 applications of 10 objects each into an empty cluster: from ready to everything applied, held against a bare loop of server-side applies; then memory, and a restart",
	async run({ folder, signal, progress }) {
		const figures: Figure[] = [];
		for (const [applications, target] of [
			[100, 1.5],
			[1000, 1.25],
		] as const) {
			const cold: number[] = [];
			const healthy: number[] = [];
			const cpu: number[] = [];
			const loops: number[] = [];
			const memory: number[] = [];
			const restart: number[] = [];
			const writes: number[] = [];
			for (let round = 0; round < rounds; round += 1) {
				progress(`${applications} applications, round ${round + 1} of ${rounds}`);
				loops.push(await bare(applications));
				const fleet = await createRealFleet(join(folder, `fleet-${applications}-${round}`), applications);
				try {
					await fleet.start();
					const started = performance.now();
					await fleet.synced(signal);
					cold.push(performance.now() - started);
					cpu.push(fleet.cpu());
					await fleet.converged(signal);
					healthy.push(performance.now() - started);
					memory.push(fleet.memory());
					await fleet.stop();
					const again = performance.now();
					await fleet.start();
					await fleet.converged(signal);
					restart.push(performance.now() - again);
					writes.push(await fleet.metric("gitward_applies"));
					memory.push(fleet.memory());
				} finally {
					await fleet.close();
				}
			}
			const name = `${applications} applications`;
			figures.push(
				{ name: `${name}, cold`, unit: "ms", samples: cold, bare: loops.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0, target },
				{ name: `${name}, CPU of Gitward from its start`, unit: "s", samples: cpu },
				{ name: `${name}, cold until Healthy`, unit: "ms", samples: healthy },
				{ name: `${name}, restart to ready and converged`, unit: "ms", samples: restart, target: 5000 },
				{ name: `${name}, writes after the restart`, unit: "count", samples: writes, target: 0 },
				{ name: `${name}, memory`, unit: "MiB", samples: memory, target: 200 },
			);
		}
		return figures;
	},
};
