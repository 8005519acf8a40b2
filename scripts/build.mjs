// What the npm package holds: dist/ with the program as JavaScript (Node does not strip types under node_modules) and the dashboard.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { innerEnvironment, node, root } from "./paths.mjs";
import { fail, SetupError, step } from "./report.mjs";
import { setUp } from "./setup.mjs";

try {
	setUp({ dashboard: true });
	step("building the program", () => {
		for (const name of readdirSync(join(root, "dist"))) if (name !== "ui") rmSync(join(root, "dist", name), { recursive: true });
		const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
		const result = spawnSync(node, [tsc, "--project", "tsconfig.build.json"], { cwd: root, env: innerEnvironment(), encoding: "utf8" });
		if (result.status !== 0)
			throw new SetupError(
				"the program could not be built; the compiler's own words stand above.",
				`${result.stdout ?? ""}${result.stderr ?? ""}`,
			);
	});
} catch (error) {
	fail(error);
}
