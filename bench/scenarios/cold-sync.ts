import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { createFleet } from "../fleet.ts";
import type { Scenario } from "../scenario.ts";
import { writeBareFiles } from "./bare-files.ts";

export const scenario: Scenario = {
	name: "cold-sync",
	description:
		"1,000 applications of 10 files each from nothing: process start to all Synced and Healthy, held against a bare loop that writes the same files; then memory, and a restart",
	async run({ folder, signal, progress }) {
		const cold: number[] = [];
		const memory: number[] = [];
		const restart: number[] = [];
		const bare: number[] = [];
		const renders: number[] = [];
		for (let round = 0; round < 3; round += 1) {
			progress(`round ${round + 1} of 3`);
			// What was written before is on disk, so that neither side pays for the other.
			execFileSync("sync");
			bare.push(await writeBareFiles(join(folder, `bare-${round}`)));
			const fleet = await createFleet(join(folder, `fleet-${round}`));
			try {
				execFileSync("sync");
				await fleet.start();
				const started = performance.now();
				await fleet.converged(signal);
				cold.push(performance.now() - started);
				renders.push(await fleet.metric("gitward_renders"));
				memory.push(fleet.memory());
				await fleet.stop();
				const again = performance.now();
				await fleet.start();
				restart.push(performance.now() - again);
				await fleet.converged(signal);
				memory.push(fleet.memory());
			} finally {
				await fleet.stop();
			}
		}
		return [
			{ name: "10,000 files, cold", unit: "ms", samples: cold, bare: bare.toSorted((a, b) => a - b)[1] ?? 0, target: 2 },
			{ name: "renders", unit: "count", samples: renders, target: 1000 },
			{ name: "memory", unit: "MiB", samples: memory, target: 200 },
			{ name: "restart to ready", unit: "ms", samples: restart, target: 3000 },
		];
	},
};
