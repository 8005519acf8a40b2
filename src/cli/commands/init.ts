import { mkdir, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join, relative, resolve } from "node:path";
import { AppError } from "../../core/app-error.ts";
import { gitIn } from "../git.ts";
import type { Io } from "../io.ts";
import { starterFiles } from "../starter/files.ts";

const author = ["-c", "user.name=gitward init", "-c", "user.email=init@gitward.invalid"];

/** Writes a starting control repository that works at once; overwrites nothing. */
export async function init(io: Io, folder: string): Promise<void> {
	const root = resolve(io.cwd, folder);
	const files = starterFiles({ port: await freePort(8090) });
	const present = [];
	for (const path of files.keys()) if (await exists(join(root, path))) present.push(path);
	if (present.length > 0) {
		throw new AppError(`${root} already has ${present.join(", ")}`, {
			code: "FilesExist",
			kind: "conflict",
			hint: "Nothing was written. Name an empty folder: `gitward init FOLDER`.",
		});
	}
	for (const [path, content] of files) {
		await mkdir(dirname(join(root, path)), { recursive: true });
		await writeFile(join(root, path), content, { flag: "wx" });
		io.out(`${io.paint.green("+")} ${join(folder, path)}\n`);
	}
	const committed = await firstCommit(io, root, [...files.keys()]);
	const { bold, cyan } = io.paint;
	const cd = root === io.cwd ? [] : [`cd ${relative(io.cwd, root)}`];
	const commit = committed ? [] : ['git add . && git commit -m "Begin with Gitward"'];
	const steps = [...cd, ...commit, "gitward up --control control"];
	io.out(
		`\n${bold("Next:")}\n${steps.map((step) => `  ${cyan(step)}\n`).join("")}\nThen change hello/page.html, commit, and reload the page. README.md tells more.\n`,
	);
}

/** Makes the folder a repository with a first commit; leaves one that exists alone. */
async function firstCommit(io: Io, root: string, files: readonly string[]): Promise<boolean> {
	const git = gitIn(root, io.env, io.signal);
	const inside = await git(["rev-parse", "--show-toplevel"], [0, 128]);
	if (inside.code === 0) {
		const top = inside.text.trim();
		if (resolve(top) !== root)
			io.err(
				`${io.errPaint.yellow("warning:")} ${root} is inside the repository ${top}: set \`url\` in control/gitward.yaml to that, and \`path\` to the folder in it\n`,
			);
		return false;
	}
	await git(["init", "--quiet", "--initial-branch=main"]);
	await git(["add", "--", ...files]);
	const named = await git(["config", "user.email"], [0, 1]);
	await git([...(named.code === 0 ? [] : author), "commit", "--quiet", "--message", "Begin with Gitward"]);
	return true;
}

async function freePort(first: number): Promise<number> {
	for (let port = first; port < first + 100; port += 1) {
		const free = await new Promise<boolean>((done) => {
			const server = createServer();
			server.once("error", () => done(false));
			server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => done(true)));
		});
		if (free) return port;
	}
	return first;
}

async function exists(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		() => false,
	);
}
