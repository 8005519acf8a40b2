import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { applicationPath, createRealFleet, manifestsOf } from "../cluster-fleet.ts";
import { configMap, objectsOf, pathOf } from "../cluster-objects.ts";
import type { Scenario } from "../scenario.ts";

const applications = 1000;
const pushes = 30;

export const scenario: Scenario = {
	name: "kubernetes-commit-to-live",
	description:
		"one ConfigMap of one of 1,000 applications: from the end of `git push` over HTTP to the change being live; renders and writes counted",
	async run({ folder, signal, progress }) {
		const fleet = await createRealFleet(join(folder, "fleet"), applications);
		const latency: number[] = [];
		const renders: number[] = [];
		const applies: number[] = [];
		try {
			await fleet.start();
			await fleet.converged(signal);
			progress("converged; pushing");
			const git = await fleet.clone(join(folder, "work"));
			for (let round = 0; round < pushes; round += 1) {
				signal.throwIfAborted();
				const application = (round * 37) % applications;
				const text = `push ${round}`;
				const changed = configMap(application, 0, text);
				const objects = objectsOf(application).map((object) => (pathOf(object) === pathOf(changed) ? changed : object));
				await writeFile(join(folder, "work", applicationPath(application)), manifestsOf(objects));
				await git("commit", "--quiet", "--all", "--message", text);
				const before = [await fleet.metric("gitward_renders"), await fleet.metric("gitward_applies")] as const;
				await git("push", "--quiet");
				const pushed = performance.now();
				for (;;) {
					const live = await fleet.cluster.call("GET", pathOf(changed));
					if (live["data"]?.text === text) break;
				}
				latency.push(performance.now() - pushed);
				await fleet.converged(signal);
				renders.push((await fleet.metric("gitward_renders")) - before[0]);
				applies.push((await fleet.metric("gitward_applies")) - before[1]);
			}
		} finally {
			await fleet.close();
		}
		return [
			{ name: "pushed to live", unit: "ms", samples: latency, target: 250 },
			{ name: "renders per commit", unit: "count", samples: renders, target: 1 },
			{ name: "writes per commit", unit: "count", samples: applies, target: 1 },
		];
	},
};
