import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createRealFleet } from "../cluster-fleet.ts";
import { configMap, pathOf } from "../cluster-objects.ts";
import type { Scenario } from "../scenario.ts";

const applications = 1000;
const deeds = 500;

export const scenario: Scenario = {
	name: "kubernetes-drift-repair",
	description:
		"500 random edits, deletes and ownership thefts by force among 10,000 objects of 1,000 applications: each from the answer to the deed to its repair; read requests of Gitward counted",
	async run({ folder, signal, progress }) {
		const fleet = await createRealFleet(join(folder, "fleet"), applications);
		const repairs: number[] = [];
		const reads: number[] = [];
		try {
			await fleet.start();
			await fleet.converged(signal);
			progress("converged; doing harm");
			const { cluster } = fleet;
			const before = await fleet.metric("gitward_target_reads");
			for (let round = 0; round < deeds; round += 1) {
				signal.throwIfAborted();
				const object = configMap(Math.floor(Math.random() * applications), Math.floor(Math.random() * 6));
				const path = pathOf(object);
				const { text } = object["data"] as { readonly text: string };
				const theft = { ...object, data: { text: "stolen" } };
				if (round % 3 === 0) await cluster.call("PATCH", `${path}?fieldManager=by-hand`, { data: { text: "edited" } });
				else if (round % 3 === 1) await cluster.call("DELETE", path);
				else
					await cluster.request("PATCH", `${path}?fieldManager=thief&force=true`, theft, { contentType: "application/apply-patch+yaml" });
				const started = performance.now();
				for (;;) {
					const { status, body } = await cluster.request("GET", path);
					if (status === 200 && body["data"]?.text === text) break;
					await delay(1, undefined, { signal });
				}
				repairs.push(performance.now() - started);
			}
			reads.push((await fleet.metric("gitward_target_reads")) - before);
		} finally {
			await fleet.close();
		}
		return [
			{ name: "deed to repair", unit: "ms", samples: repairs, target: 50, targetP99: 250 },
			{ name: "read requests", unit: "count", samples: reads, target: 0 },
		];
	},
};
