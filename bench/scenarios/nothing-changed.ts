import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createFleet } from "../fleet.ts";
import type { Scenario } from "../scenario.ts";

const passMs = 10_000;

export const scenario: Scenario = {
	name: "nothing-changed",
	description:
		"a full pass over 10,000 objects when nothing changed: CPU of 11 seconds with one pass in them, less that of 11 idle seconds; renders and writes in that time",
	async run({ folder, signal, progress }) {
		const fleet = await createFleet(join(folder, "swept"), { sweep: `${passMs / 1000}s` });
		const idle = await createFleet(join(folder, "idle"));
		const cpu: number[] = [];
		const work: number[] = [];
		try {
			await fleet.start();
			await fleet.converged(signal);
			await idle.start();
			await idle.converged(signal);
			await delay(passMs, undefined, { signal });
			for (let round = 0; round < 3; round += 1) {
				progress(`pass ${round + 1} of 3`);
				const before = [
					fleet.cpu(),
					idle.cpu(),
					(await fleet.metric("gitward_renders")) + (await fleet.metric("gitward_applies")),
				] as const;
				await delay(passMs * 1.1, undefined, { signal });
				cpu.push(fleet.cpu() - before[0] - (idle.cpu() - before[1]));
				work.push((await fleet.metric("gitward_renders")) + (await fleet.metric("gitward_applies")) - before[2]);
			}
		} finally {
			await fleet.stop();
			await idle.stop();
		}
		return [
			{ name: "CPU of a full pass", unit: "s", samples: cpu, target: 1 },
			{ name: "renders and writes", unit: "count", samples: work, target: 0 },
		];
	},
};
