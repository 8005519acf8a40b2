import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { applications, createFleet, filesEach, manifestPath, untilContent } from "../fleet.ts";
import type { Scenario } from "../scenario.ts";

const pushes = 30;

export const scenario: Scenario = {
	name: "commit-to-live",
	description:
		"one of 1,000 applications in one repository: from the end of `git push` over HTTP, and from its start, to the changed file being live; renders counted",
	async run({ folder, signal }) {
		const fleet = await createFleet(join(folder, "fleet"));
		const afterPush: number[] = [];
		const whole: number[] = [];
		const renders: number[] = [];
		const applies: number[] = [];
		try {
			await fleet.start();
			await fleet.converged(signal);
			const git = await fleet.clone(join(folder, "work"));
			for (let round = 0; round < pushes; round += 1) {
				const application = (round * 37) % applications;
				const file = round % filesEach;
				const content = `push ${round}\n`;
				const path = manifestPath(application, file);
				await writeFile(
					join(folder, "work", path),
					`apiVersion: host.gitward.dev/v1\nkind: File\nmetadata:\n  name: file-${file}.txt\nspec:\n  content: ${JSON.stringify(content)}\n`,
				);
				await git("commit", "--quiet", "--all", "--message", `push ${round}`);
				const before = [await fleet.metric("gitward_renders"), await fleet.metric("gitward_applies")] as const;
				const started = performance.now();
				const seen = untilContent(fleet.live(application, file), content, signal);
				await git("push", "--quiet");
				const pushed = performance.now();
				await seen;
				const live = performance.now();
				afterPush.push(Math.max(0, live - pushed));
				whole.push(live - started);
				renders.push((await fleet.metric("gitward_renders")) - before[0]);
				applies.push((await fleet.metric("gitward_applies")) - before[1]);
			}
		} finally {
			await fleet.stop();
		}
		return [
			{ name: "pushed to live", unit: "ms", samples: afterPush, target: 300 },
			{ name: "git push started to live", unit: "ms", samples: whole, target: 300 },
			{ name: "renders per commit", unit: "count", samples: renders, target: 1 },
			{ name: "writes per commit", unit: "count", samples: applies, target: 1 },
		];
	},
};
