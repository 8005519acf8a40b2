import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const checkout = join(import.meta.dirname, "..", "..");
let folder = "";

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "launchers-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

interface Ended {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs a program that sees only the given folders on its PATH. */
function run(program: string, args: readonly string[], options: { readonly path?: string; readonly cwd?: string } = {}): Promise<Ended> {
	const env = { PATH: options.path ?? "/usr/bin:/bin", HOME: folder };
	return new Promise((resolve) => {
		execFile(program, [...args], { env, cwd: options.cwd ?? folder }, (error, stdout, stderr) => {
			resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, stdout, stderr });
		});
	});
}

async function program(file: string, text: string): Promise<void> {
	await writeFile(file, text);
	await chmod(file, 0o755);
}

describe("bin/gitward", () => {
	it("runs the checkout's program through links, from any folder, with the arguments and exit code as they are", async () => {
		await mkdir(join(folder, "checkout", "bin"), { recursive: true });
		await mkdir(join(folder, "checkout", "src", "cli"), { recursive: true });
		await mkdir(join(folder, "checkout", "node_modules", ".bin"), { recursive: true });
		await cp(join(checkout, "bin", "gitward"), join(folder, "checkout", "bin", "gitward"));
		await writeFile(
			join(folder, "checkout", "src", "cli", "main.ts"),
			"const code: number = 5;\nconsole.log(JSON.stringify(process.argv.slice(2)));\nprocess.exitCode = code;\n",
		);
		await symlink(process.execPath, join(folder, "checkout", "node_modules", ".bin", "node"));
		await mkdir(join(folder, "links"));
		await symlink("../checkout/bin/gitward", join(folder, "links", "relative"));
		await symlink(join(folder, "links", "relative"), join(folder, "links", "gitward"));
		const ended = await run(join(folder, "links", "gitward"), ["get", "a b", "$HOME", ""], { cwd: "/" });
		expect(ended).toEqual({ code: 5, stdout: '["get","a b","$HOME",""]\n', stderr: "" });
	});

	it("says what to do where nothing is installed yet", async () => {
		await mkdir(join(folder, "bin"));
		await mkdir(join(folder, "src"));
		await cp(join(checkout, "bin", "gitward"), join(folder, "bin", "gitward"));
		const ended = await run(join(folder, "bin", "gitward"), ["status"]);
		expect(ended.code).toBe(7);
		expect(ended.stderr).toContain(`node "${folder}/scripts/setup.mjs"`);
	});

	it("names the Node that it needs where the npm package finds an older one", async () => {
		await mkdir(join(folder, "bin"));
		await mkdir(join(folder, "old"));
		await cp(join(checkout, "bin", "gitward"), join(folder, "bin", "gitward"));
		await program(join(folder, "old", "node"), "#!/bin/sh\necho v20.20.2\n");
		const ended = await run(join(folder, "bin", "gitward"), [], { path: `${join(folder, "old")}:/usr/bin:/bin` });
		expect(ended.code).toBe(7);
		expect(ended.stderr).toContain("needs Node 24 or later, and found v20.20.2");
	});
});

describe("scripts/setup.mjs", () => {
	/** Stands for npm: does what `npm ci` leaves behind, and counts. */
	const npm = `#!/bin/sh
echo "$@" >> calls
[ -e broken ] && { echo "npm error network"; exit 1; }
mkdir -p node_modules/.bin && cp package-lock.json node_modules/.package-lock.json && ln -sf ${process.execPath} node_modules/.bin/node
`;
	const lock = (version: string) =>
		JSON.stringify({
			packages: { "": {}, "node_modules/a": { version }, "node_modules/other-platform": { version: "1.0.0", optional: true } },
		});
	let path = "";

	beforeEach(async () => {
		await cp(join(checkout, "scripts"), join(folder, "scripts"), { recursive: true });
		await mkdir(join(folder, "programs"));
		await program(join(folder, "programs", "npm"), npm);
		await writeFile(join(folder, "package-lock.json"), lock("1.0.0"));
		path = `${join(folder, "programs")}:/usr/bin:/bin`;
	});

	const setUp = () => run(process.execPath, ["scripts/setup.mjs", "--packages"], { path });
	const calls = async () => (await readFile(join(folder, "calls"), "utf8")).trim().split("\n").length;

	it("installs once, and again when the lock file or what is installed changed", async () => {
		expect(await setUp()).toMatchObject({
			code: 0,
			stderr: expect.stringMatching(/^gitward: installing npm packages .* done in .* s\n$/u) as string,
		});
		expect(await setUp()).toEqual({ code: 0, stdout: "", stderr: "" });
		expect(await calls()).toBe(1);
		await writeFile(join(folder, "package-lock.json"), lock("2.0.0"));
		expect((await setUp()).code).toBe(0);
		expect(await calls()).toBe(2);
		// npm writes its own lock file last: without it an install was cut off.
		await rm(join(folder, "node_modules", ".package-lock.json"));
		expect((await setUp()).code).toBe(0);
		expect(await calls()).toBe(3);
	});

	it("shows npm's own words when it fails", async () => {
		await writeFile(join(folder, "broken"), "");
		const ended = await setUp();
		expect(ended.code).toBe(1);
		expect(ended.stderr).toContain("npm error network");
		expect(ended.stderr).toContain("npm could not install the packages");
	});
});
