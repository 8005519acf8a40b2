import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { node, outerEnvironment, root } from "./paths.mjs";
import { SetupError, step } from "./report.mjs";

/** Runs `npm ci` unless what is installed is already what package-lock.json names. */
export function installPackages() {
	if (isInstalled()) return;
	if (process.platform === "win32") throw new SetupError("Windows is not supported. Run this inside WSL.");
	step("installing npm packages (the first time takes up to a minute)", () => {
		// Development packages always: they bring Node and the build tools. Engines are those of Node 24, which is only just arriving.
		const args = ["ci", "--include=dev", "--include=optional", "--loglevel=error", "--engine-strict=false", "--no-audit", "--no-fund"];
		const result = spawnSync("npm", args, {
			cwd: root,
			env: outerEnvironment(),
			encoding: "utf8",
			stdio: ["ignore", "pipe", "pipe"],
			maxBuffer: 64 * 1024 * 1024,
		});
		if (result.error !== undefined)
			throw new SetupError(`npm could not be run (${result.error.message}). Install npm 10 or later and start again.`);
		const output = result.stdout + result.stderr;
		if (result.signal !== null) throw new SetupError(`npm was ended by ${result.signal}. Start again: it goes on by itself.`);
		if (result.status !== 0)
			throw new SetupError(
				"npm could not install the packages; its own words stand above. Check the network or your npm registry, then start again.",
				output,
			);
		if (!isInstalled()) throw new SetupError(`npm ended well, but ${node} is missing. Remove node_modules and start again.`, output);
	});
}

/** npm writes node_modules/.package-lock.json last, so that file tells exactly what is there, also after an install that was killed. */
function isInstalled() {
	const installed = readPackages(join(root, "node_modules", ".package-lock.json"));
	const wanted = readPackages(join(root, "package-lock.json"));
	if (wanted === undefined) throw new SetupError("package-lock.json is missing. Restore it: git checkout package-lock.json");
	if (installed === undefined || !existsSync(node)) return false;
	return Object.entries(wanted).every(([path, entry]) => {
		if (path === "") return true;
		const present = installed[path];
		return present === undefined
			? entry.optional === true || entry.devOptional === true || entry.peer === true
			: present.version === entry.version;
	});
}

function readPackages(file) {
	try {
		return JSON.parse(readFileSync(file, "utf8")).packages;
	} catch {
		return undefined;
	}
}
