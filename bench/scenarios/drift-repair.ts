import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { applications, contentOf, createFleet, filesEach, untilContent } from "../fleet.ts";
import type { Scenario } from "../scenario.ts";

const repairs = 500;
const processes = 10;

/** Process ids of the sleepers that run below this root, by their working folder. */
function sleepers(root: string): Map<string, number> {
	const found = new Map<string, number>();
	for (const pid of execFileSync("pgrep", ["-x", "sleep"]).toString().trim().split("\n")) {
		try {
			const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
			const cwd = execFileSync("readlink", [`/proc/${pid}/cwd`])
				.toString()
				.trim();
			if (environment.includes("GITWARD_INSTANCE=") && cwd.startsWith(root)) found.set(cwd, Number(pid));
		} catch {
			// It ended between the two looks.
		}
	}
	return found;
}

export const scenario: Scenario = {
	name: "drift-repair",
	description:
		"500 random hand edits, deletes and kills among 10,000 files and 10 processes of 1,000 applications: each from the deed to its repair",
	async run({ folder, signal }) {
		const fleet = await createFleet(join(folder, "fleet"), { processes });
		const files: number[] = [];
		const kills: number[] = [];
		try {
			await fleet.start();
			await fleet.converged(signal);
			for (let round = 0; round < repairs; round += 1) {
				signal.throwIfAborted();
				if (round % 25 === 0) {
					const before = sleepers(fleet.root);
					const [cwd, pid] = [...before][Math.floor(Math.random() * before.size)] ?? ["", 0];
					const started = performance.now();
					process.kill(pid, "SIGKILL");
					while ((sleepers(fleet.root).get(cwd) ?? pid) === pid) signal.throwIfAborted();
					kills.push(performance.now() - started);
					continue;
				}
				const application = Math.floor(Math.random() * applications);
				const file = Math.floor(Math.random() * filesEach);
				const path = fleet.live(application, file);
				if (round % 2 === 0) rmSync(path);
				else writeFileSync(path, "edited by hand\n");
				files.push(await untilContent(path, contentOf(application, file), signal));
				await delay(Math.random() * 5);
			}
		} finally {
			await fleet.stop();
		}
		return [
			{ name: "files", unit: "ms", samples: files, target: 100, targetP99: 500 },
			{ name: "killed processes", unit: "ms", samples: kills, target: 100, targetP99: 500 },
		];
	},
};
