import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { innerEnvironment, node, root } from "./paths.mjs";
import { SetupError, step } from "./report.mjs";

const built = join(root, "dist", "ui");
const stamp = join(built, ".inputs");
/** What the dashboard is made of: its own files, the types that it shares with the server, and the packages. */
const inputs = ["ui", "src/core", "src/api", "src/client", "package-lock.json", "scripts/dashboard.mjs"];

/** Builds the dashboard into dist/ui unless it was built from these very files. */
export function buildDashboard() {
	const hash = hashOf(inputs);
	if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
	step("building the dashboard", () => {
		const vite = join(root, "node_modules", "vite", "bin", "vite.js");
		const result = spawnSync(node, [vite, "build", "ui", "--logLevel", "warn"], { cwd: root, env: innerEnvironment(), encoding: "utf8" });
		if (result.status !== 0)
			throw new SetupError(
				"the dashboard could not be built; the build's own words stand above.",
				`${result.stdout ?? ""}${result.stderr ?? ""}`,
			);
		writeFileSync(stamp, hash);
	});
}

function hashOf(paths) {
	const hash = createHash("sha256");
	for (const path of paths) {
		for (const file of filesUnder(join(root, path))) {
			if (/\.test\.tsx?$/u.test(file)) continue;
			hash
				.update(`${relative(root, file)}\0`)
				.update(readFileSync(file))
				.update("\0");
		}
	}
	return hash.digest("hex");
}

function filesUnder(path) {
	if (!existsSync(path)) return [];
	try {
		return readdirSync(path, { withFileTypes: true, recursive: true })
			.filter((entry) => entry.isFile())
			.map((entry) => join(entry.parentPath ?? entry.path, entry.name))
			.toSorted();
	} catch (error) {
		if (error.code === "ENOTDIR") return [path];
		throw error;
	}
}
