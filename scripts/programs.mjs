import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root } from "./paths.mjs";
import { SetupError, step } from "./report.mjs";

/** The one list of programs that tests need: the program, its Debian package, and the tests that are left out without it. */
const wanted = JSON.parse(readFileSync(join(root, "test", "programs.json"), "utf8"));

/**
 * Installs missing programs from Debian where this is root on a Debian system. Otherwise says which command does, and returns
 * what is left out until then. In CI leaving out is an error.
 */
export function installPrograms() {
	let missing = missingPrograms();
	if (missing.length === 0) return [];
	const packages = [...new Set(missing.map((entry) => entry.package))];
	if (process.getuid?.() === 0 && isOnPath("apt-get")) {
		step(`installing ${packages.join(", ")} from Debian`, () => aptInstall(packages));
		missing = missingPrograms();
		if (missing.length === 0) return [];
		throw new SetupError(`apt-get ended well, but ${missing.map((entry) => entry.program).join(", ")} cannot be found on the PATH.`);
	}
	const command = isOnPath("apt-get")
		? `sudo apt-get install --yes ${packages.join(" ")}`
		: `install with your system's package manager: ${packages.join(" ")}`;
	const tests = missing.flatMap((entry) => entry.tests);
	if (missing.some((entry) => entry.tests.length === 0))
		throw new SetupError(`${missing[0].program} is missing. Run this, then start again:  ${command}`);
	const what = `without ${missing.map((entry) => entry.program).join(", ")} these tests are left out: ${[...new Set(tests)].join(", ")}`;
	if (isCi()) throw new SetupError(`${what}. In CI nothing may be left out. Run this before:  ${command}`);
	console.error(`gitward: ${what}\ngitward: to run them too:  ${command}`);
	return tests;
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

function missingPrograms() {
	return wanted.filter((entry) => !isOnPath(entry.program));
}

function isOnPath(program) {
	const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
	return folders.some((folder) => existsSync(join(folder, program)));
}

function isCi() {
	return ["true", "1"].includes(process.env.CI ?? "");
}
