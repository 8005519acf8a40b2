import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";

const run = promisify(execFile);
const checkout = join(import.meta.dirname, "..", "..");

it("the npm package runs what the compiler made, without the source", async () => {
	const folder = await mkdtemp(join(tmpdir(), "package-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	const tsc = join(checkout, "node_modules", "typescript", "bin", "tsc");
	await run(process.execPath, [tsc, "--project", "tsconfig.build.json", "--outDir", join(folder, "dist")], { cwd: checkout });
	for (const name of ["package.json", "bin", "examples"]) await cp(join(checkout, name), join(folder, name), { recursive: true });
	await symlink(join(checkout, "node_modules"), join(folder, "node_modules"));
	const env = { PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`, HOME: folder };
	const gitward = async (...args: readonly string[]): Promise<string> =>
		(await run(join(folder, "bin", "gitward"), [...args], { cwd: folder, env })).stdout;

	expect(await gitward("--version")).toMatch(/^\d+\.\d+\.\d+\n$/u);
	// A template runs in a worker thread: the one file that the program names by its path.
	await mkdir(join(folder, "shop"));
	await writeFile(join(folder, "shop", "overlay.yaml"), "apiVersion: gitward.dev/v1\nkind: Overlay\nspec: {values: {name: made}}\n");
	await writeFile(
		join(folder, "shop", "file.yaml"),
		'apiVersion: host.gitward.dev/v1\nkind: File\nmetadata: {name: "${{ values.name }}"}\nspec: {content: x}\n',
	);
	expect(await gitward("render", "shop", "--output", "json")).toContain('"made"');
});
