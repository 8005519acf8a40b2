import { defineConfig } from "vitest/config";
import { findProgram } from "./test/kubernetes/programs.ts";
import programs from "./test/programs.json" with { type: "json" };

/** Tests whose programs are not on this machine; `npm test` installs these, or says what it leaves out. */
const leftOut = programs.filter(({ program }) => findProgram(program) === undefined).flatMap(({ tests }) => tests);

/** Tests of one kind. Each runs real things, so time limits are generous: a slow machine is no failure. */
function project(name: string, include: readonly string[], seconds: number, globalSetup: readonly string[] = []) {
	const limit = seconds * 1000;
	return {
		extends: true as const,
		test: {
			name,
			include: [...include],
			exclude: ["**/node_modules/**", ...leftOut],
			testTimeout: limit,
			hookTimeout: limit,
			teardownTimeout: 30_000,
			globalSetup: [...globalSetup],
		},
	};
}

export default defineConfig({
	test: {
		pool: "forks",
		execArgv: ["--disable-warning=ExperimentalWarning"],
		projects: [
			project("unit", ["src/**/*.test.ts", "ui/src/**/*.test.{ts,tsx}", "scripts/**/*.test.ts", "bench/**/*.test.ts"], 30),
			project("contract", ["test/contract/**/*.test.ts"], 60),
			project("integration", ["test/integration/**/*.test.ts"], 180),
			project("kubernetes", ["test/kubernetes/**/*.test.ts"], 180, ["test/kubernetes/shared.ts"]),
			project("e2e", ["test/e2e/**/*.test.ts"], 300),
		],
	},
});
