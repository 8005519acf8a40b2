import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { withLock } from "./lock.ts";
import { builtPath, cacheFolder, type GoProgram, goPrograms, sourceFolder } from "./programs.ts";

/**
 * `build.ts PROGRAM…`: builds programs that are not yet in the user's cache, from Go modules whose contents go.sum or Go's checksum
 * database fix. Without Go it builds nothing. Prints the names of those that are missing after it, one a line.
 */
for (const name of process.argv.slice(2)) {
	const program = goPrograms.get(name);
	if (program === undefined) throw new Error(`test/programs.json has no program ${name} that is built from Go`);
	if (existsSync(builtPath(name, program))) continue;
	const go = findGo();
	if (go === undefined) process.stdout.write(`${name}\n`);
	else if (!(await obtain(go, name, program))) {
		process.exitCode = 1;
		break;
	}
}

/** Go of the PATH, or of where its own installer puts it. */
function findGo(): string | undefined {
	const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/local/go/bin", "/usr/lib/go/bin"];
	return folders.map((folder) => join(folder, "go")).find((path) => existsSync(path));
}

/** Builds into a folder beside, and renames it when it is whole: who looks finds all of a program, or nothing. */
async function obtain(go: string, name: string, program: GoProgram): Promise<boolean> {
	const target = dirname(builtPath(name, program));
	await mkdir(cacheFolder(), { recursive: true });
	return withLock(`${target}.lock`, `${name} is being built by another run; waiting for it`, async () => {
		if (existsSync(builtPath(name, program))) return true;
		for (const left of await readdir(cacheFolder()))
			if (left.startsWith(`.building-${name}-`)) await rm(join(cacheFolder(), left), { recursive: true, force: true });
		const folder = await mkdtemp(join(cacheFolder(), `.building-${name}-`));
		try {
			if (!(await build(go, name, program, folder))) return false;
			await rm(target, { recursive: true, force: true });
			await rename(folder, target);
			return true;
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	});
}

async function build(go: string, name: string, program: GoProgram, folder: string): Promise<boolean> {
	const { version, module, sources, minutes } = program;
	const variables = Object.entries(program.set ?? {}).map(([variable, value]) => `-X ${variable}=${value}`);
	const flags = ["-v", "-trimpath", "-ldflags", ["-s", "-w", ...variables].join(" ")];
	const args = module === undefined ? ["build", ...flags, "-o", join(folder, name), "."] : ["install", ...flags, `${module}@v${version}`];
	const env = {
		...process.env,
		HOME: process.env["HOME"] ?? homedir(),
		PATH: `${process.env["PATH"] ?? ""}${delimiter}${dirname(go)}`,
		...{ CGO_ENABLED: "0", GOBIN: folder, GOFLAGS: "-mod=readonly -buildvcs=false", GOWORK: "off" },
	};
	const started = performance.now();
	say(`building ${name} ${version} from Go modules, once; with two cores it takes about ${minutes} min`);
	const child = spawn(go, args, { cwd: sources === undefined ? folder : sourceFolder(sources), env, stdio: ["ignore", "ignore", "pipe"] });
	const stop = (): void => void child.kill();
	process.once("SIGTERM", stop);
	const ended = new Promise<string>((resolve) => {
		child.once("error", (error) => resolve(error.message));
		child.once("close", (code, signal) => resolve(code === 0 ? "" : `ended with ${signal ?? `exit code ${code}`}`));
	});
	const lines: string[] = [];
	let packages = 0;
	const progress = setInterval(() => say(`… ${name}: ${packages} packages compiled after ${secondsSince(started)} s`), 30_000);
	for await (const line of createInterface({ input: child.stderr })) {
		if (/^[\w.~/-]+$/u.test(line)) packages += 1;
		else lines.push(line);
		if (lines.length > 40) lines.shift();
	}
	const failure = await ended;
	clearInterval(progress);
	process.off("SIGTERM", stop);
	if (failure === "") say(`built ${name} in ${secondsSince(started)} s`);
	else say(`${name} could not be built: go ${failure}. Its last lines:\n${lines.join("\n")}`);
	return failure === "";
}

function secondsSince(started: number): number {
	return Math.round((performance.now() - started) / 1000);
}

function say(text: string): void {
	process.stderr.write(`gitward: ${text}\n`);
}
