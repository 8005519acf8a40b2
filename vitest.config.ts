import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { defineConfig } from "vitest/config";
import programs from "./test/programs.json" with { type: "json" };

const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];

/** Tests whose programs are not on this machine; `npm test` installs these, or says what it leaves out. */
const leftOut = programs
	.filter(({ program }) => !folders.some((folder) => existsSync(join(folder, program))))
	.flatMap(({ tests }) => tests);

/** Tests of one kind. Each runs real things, so time limits are generous: a slow machine is no failure. */
function project(name: string, include: readonly string[], seconds: number) {
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
			project("e2e", ["test/e2e/**/*.test.ts"], 300),
		],
	},
});
