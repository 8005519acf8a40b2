import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { loadAll } from "js-yaml";
import { onTestFinished } from "vitest";
import type { DesiredObject } from "../../src/core/object.ts";
import { kubernetesSchema } from "../../src/render/plain/kubernetes-schema.ts";

const execute = promisify(execFile);

/** A folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "gitward-render-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	return folder;
}

/** Writes files below a folder. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string | Buffer>>): Promise<void> {
	for (const [path, content] of Object.entries(files)) {
		await mkdir(dirname(join(folder, path)), { recursive: true });
		await writeFile(join(folder, path), content);
	}
}

/** What a program itself prints for files on disk, as Objects. */
export async function oracle(
	program: string,
	args: readonly string[],
	files: Readonly<Record<string, string | Buffer>>,
): Promise<readonly DesiredObject[]> {
	const folder = await temporaryFolder();
	await writeFiles(folder, files);
	const { stdout } = await execute(program, [...args], { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
	return loadAll(stdout, { schema: kubernetesSchema }).filter((value) => value !== null) as unknown as readonly DesiredObject[];
}

/** In an order that does not depend on who printed them. */
export function sorted(objects: readonly DesiredObject[]): readonly DesiredObject[] {
	return objects.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function nameOf({ apiVersion, kind, metadata }: DesiredObject): string {
	return JSON.stringify([apiVersion, kind, metadata.namespace ?? "", metadata.name]);
}
