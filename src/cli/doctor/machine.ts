import { access, constants, mkdir, readFile, rm, stat, statfs, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { AppError } from "../../core/app-error.ts";
import type { Exec } from "../../lib/exec/exec.ts";
import type { Finding } from "./check.ts";

/** Node of a version that runs Gitward. */
export function checkNode(version: string): Finding {
	const major = Number(version.split(".", 1)[0]);
	if (major >= 24) return { name: "Node", state: "good", detail: version };
	return {
		name: "Node",
		state: "missing",
		detail: `${version}; 24 or later is needed`,
		mend: "npm install --global node@24, or https://nodejs.org",
	};
}

/** git, new enough, and with what hosting needs. */
export async function checkGit(exec: Exec): Promise<readonly Finding[]> {
	const mend = "apt install git, dnf install git, or https://git-scm.com";
	let text: string;
	try {
		text = (await exec.run("git", ["--version"], { timeoutMs: 10_000 })).stdout.toString().trim();
	} catch (error) {
		return [{ name: "git", state: "missing", detail: error instanceof AppError ? error.message : String(error), mend }];
	}
	const [, major = "0", minor = "0"] = /(\d+)\.(\d+)/u.exec(text) ?? [];
	const enough = Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 34);
	const git: Finding = enough
		? { name: "git", state: "good", detail: text.replace("git version ", "") }
		: { name: "git", state: "missing", detail: `${text}; 2.34 or later is needed`, mend };
	const folder = (await exec.run("git", ["--exec-path"], { timeoutMs: 10_000 })).stdout.toString().trim();
	const backend = await access(join(folder, "git-http-backend"), constants.X_OK).then(
		() => true,
		() => false,
	);
	if (backend) return [git, { name: "git http-backend", state: "good", detail: "there: repositories can be hosted at /git/<name>.git" }];
	return [
		git,
		{
			name: "git http-backend",
			state: "weak",
			detail: `not in ${folder}: Gitward cannot host repositories itself`,
			mend: "Install the whole of git (on Alpine: apk add git-daemon).",
		},
	];
}

/** A program that only some Applications need: `use` says for what. */
export async function checkProgram(
	exec: Exec,
	{ name, args, use, site }: { readonly name: string; readonly args: readonly string[]; readonly use: string; readonly site: string },
): Promise<Finding> {
	try {
		const text = (await exec.run(name, args, { timeoutMs: 10_000 })).stdout.toString();
		return { name, state: "good", detail: /\d+\.\d+\.\d+/u.exec(text)?.[0] ?? text.trim() };
	} catch {
		return {
			name,
			state: "weak",
			detail: `is not here: ${use} cannot be rendered, everything else can`,
			mend: `Where it is needed: ${site}`,
		};
	}
}

/** A state folder that can be written, with room on its disk. */
export async function checkState(folder: string): Promise<Finding> {
	const name = "State folder";
	let existing = folder;
	while (!(await stat(existing).catch(() => undefined))?.isDirectory() && dirname(existing) !== existing) existing = dirname(existing);
	const probe = join(existing, `.gitward-doctor-${process.pid}`);
	try {
		await mkdir(probe);
		await writeFile(join(probe, "probe"), "x");
		await rm(probe, { recursive: true });
		const { bavail, bsize } = await statfs(existing);
		const free = Math.floor((bavail * bsize) / 2 ** 20);
		if (free < 512)
			return {
				name,
				state: "weak",
				detail: `${folder}: only ${free} MiB free on its disk`,
				mend: "Free some space, or choose another place with --state FOLDER.",
			};
		return { name, state: "good", detail: `${folder}: writable, ${free} MiB free` };
	} catch (error) {
		return {
			name,
			state: "missing",
			detail: `${existing} cannot be written: ${(error as Error).message}`,
			mend: "Change its owner, or choose another place with --state FOLDER.",
		};
	}
}

/** A port to listen on. */
export async function checkPort(host: string, port: number): Promise<Finding> {
	const name = "Port";
	const error = await new Promise<NodeJS.ErrnoException | undefined>((done) => {
		const server = createServer();
		server.once("error", done);
		server.listen({ port, host, exclusive: true }, () => server.close(() => done(undefined)));
	});
	if (error === undefined) return { name, state: "good", detail: `${host}:${port} is free` };
	return {
		name,
		state: "weak",
		detail: `${host}:${port}: ${error.code === "EADDRINUSE" ? "in use by another program" : error.message}`,
		mend: "Choose another with `gitward up --listen HOST:PORT`.",
	};
}

/** systemd, which only Objects of kind Unit need. */
export async function checkSystemd(): Promise<Finding> {
	const runs = await stat("/run/systemd/system").then(
		() => true,
		() => false,
	);
	if (runs) return { name: "systemd", state: "good", detail: "runs: Objects of kind Unit can be used" };
	return {
		name: "systemd",
		state: "weak",
		detail: "does not run here: kind Unit cannot be used, everything else can",
		mend: "Nothing needs doing where no Unit is used; kind Process needs no systemd.",
	};
}

/** Limits of the kernel's file events, by which drift is noticed at once. */
export async function checkFileEvents(): Promise<Finding> {
	const name = "File events";
	const read = async (file: string) => Number((await readFile(`/proc/sys/fs/inotify/${file}`, "utf8")).trim());
	try {
		const [watches, instances] = [await read("max_user_watches"), await read("max_user_instances")];
		if (watches >= 65_536 && instances >= 128) return { name, state: "good", detail: `${watches} watches, ${instances} instances` };
		return {
			name,
			state: "weak",
			detail: `${watches} watches, ${instances} instances: drift in many folders is noticed late`,
			mend: "sysctl -w fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512",
		};
	} catch {
		return { name, state: "good", detail: "not limited by inotify on this system" };
	}
}

/** A clock that can be right: before the program was written it cannot. */
export function checkClock(now: Date): Finding {
	if (now.getUTCFullYear() >= 2025) return { name: "Clock", state: "good", detail: now.toISOString() };
	return {
		name: "Clock",
		state: "missing",
		detail: `${now.toISOString()} is in the past`,
		mend: "Set it, for example with `timedatectl set-ntp true`: certificates and schedules need it.",
	};
}
