import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { node, root } from "./paths.mjs";
import { SetupError, step } from "./report.mjs";

/** The one list of programs that tests need: the program, its Debian package, and the tests that are left out without it. */
const wanted = JSON.parse(readFileSync(join(root, "test", "programs.json"), "utf8"));

/**
 * Brings the programs that tests of these Vitest projects need: from Debian, and built from Go modules. Returns which tests are left
 * out because a program is still missing. In CI leaving out is an error.
 */
export function installPrograms(projects) {
	const needed = wanted.filter((entry) => entry.projects === undefined || entry.projects.some((project) => projects.includes(project)));
	const missing = [...installFromDebian(needed), ...buildFromGo(needed)];
	return [...new Set(missing.flatMap((entry) => entry.tests))];
}

/** Where this is root on a Debian system, installs what is missing; otherwise says which command does, and returns it. */
function installFromDebian(needed) {
	const isMissing = (entry) => entry.package !== undefined && !isOnPath(entry.program);
	const missing = needed.filter(isMissing);
	if (missing.length === 0) return [];
	const packages = [...new Set(missing.map((entry) => entry.package))];
	if (process.getuid?.() === 0 && isOnPath("apt-get")) {
		step(`installing ${packages.join(", ")} from Debian`, () => aptInstall(packages));
		for (const { service } of missing) if (service !== undefined) disableService(service);
		const still = missing.filter(isMissing).map((entry) => entry.program);
		if (still.length === 0) return [];
		throw new SetupError(`apt-get ended well, but ${still.join(", ")} cannot be found on the PATH.`);
	}
	const command = isOnPath("apt-get")
		? `sudo apt-get install --yes ${packages.join(" ")}`
		: `install with your system's package manager: ${packages.join(" ")}`;
	const must = missing.find((entry) => entry.tests.length === 0);
	if (must !== undefined) throw new SetupError(`${must.program} is missing. Run this, then start again:  ${command}`);
	return leaveOut(missing, command);
}

/** Builds what is missing into the user's cache; without Go says so, and returns it. */
function buildFromGo(needed) {
	const names = needed.filter((entry) => entry.go !== undefined).map((entry) => entry.program);
	if (names.length === 0) return [];
	const result = spawnSync(node, ["--disable-warning=ExperimentalWarning", join(root, "test", "kubernetes", "build.ts"), ...names], {
		encoding: "utf8",
		stdio: ["ignore", "pipe", "inherit"],
	});
	if (result.status !== 0) throw new SetupError("a program that tests need could not be built from Go modules; why stands above.");
	const missing = result.stdout.split("\n").filter((name) => name !== "");
	if (missing.length === 0) return [];
	return leaveOut(
		needed.filter((entry) => missing.includes(entry.program)),
		"install Go 1.26 or later from https://go.dev/dl/ (found on the PATH or in /usr/local/go/bin), then start again",
	);
}

function leaveOut(missing, command) {
	const tests = [...new Set(missing.flatMap((entry) => entry.tests))];
	const what = `without ${missing.map((entry) => entry.program).join(", ")} these tests are left out: ${tests.join(", ")}`;
	if (isCi()) throw new SetupError(`${what}. In CI nothing may be left out. Do this before:  ${command}`);
	console.error(`gitward: ${what}\ngitward: to run them too:  ${command}`);
	return missing;
}

/** Tests start servers of their own: the one that came with the package would only stand in the way. */
function disableService(service) {
	if (existsSync("/run/systemd/system")) spawnSync("systemctl", ["disable", "--now", service], { stdio: "ignore" });
}

function aptInstall(packages) {
	const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
	const run = (args) => spawnSync("apt-get", args, { env, encoding: "utf8" });
	const args = ["install", "--yes", "--no-install-recommends", ...packages];
	// A machine without package lists, or with old ones, fails at first: only then are they fetched.
	let result = run(args);
	if (result.status !== 0) {
		run(["update"]);
		result = run(args);
	}
	if (result.status !== 0)
		throw new SetupError(
			`apt-get could not install ${packages.join(", ")}; its own words stand above.`,
			`${result.stdout}${result.stderr}`,
		);
}

function isOnPath(program) {
	const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
	return folders.some((folder) => existsSync(join(folder, program)));
}

function isCi() {
	return ["true", "1"].includes(process.env.CI ?? "");
}
