import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import type { AnyObject, Cluster } from "./cluster.ts";
import { programPath } from "./programs.ts";

const run = promisify(execFile);
const chart = join(import.meta.dirname, "..", "..", "deploy", "chart");

/** Objects that the chart makes, by real helm. */
export async function chartObjects(
	name: string,
	namespace: string,
	values: Readonly<Record<string, unknown>>,
): Promise<readonly AnyObject[]> {
	const folder = await mkdtemp(join(tmpdir(), "gitward-"));
	try {
		await writeFile(join(folder, "values.yaml"), JSON.stringify(values));
		const args = ["template", name, chart, "--namespace", namespace, "--values", join(folder, "values.yaml")];
		const { stdout } = await run(programPath("helm"), args, { env: { PATH: process.env["PATH"] ?? "", HOME: folder } });
		return objectsIn(stdout);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Objects of a text, read as Kubernetes reads it. */
export function objectsIn(text: string): readonly AnyObject[] {
	return parseAllDocuments(text, { version: "1.1" })
		.map((document) => document.toJS() as AnyObject | null)
		.filter((object) => object !== null);
}

const plurals: Readonly<Record<string, string>> = { NetworkPolicy: "networkpolicies" };

/** Path of an object in the API. */
export function pathOf({ apiVersion, kind, metadata }: AnyObject): string {
	const root = (apiVersion as string).includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
	const plural = plurals[kind as string] ?? `${(kind as string).toLowerCase()}s`;
	return [root, ...(metadata.namespace === undefined ? [] : ["namespaces", metadata.namespace]), plural, metadata.name].join("/");
}

/** Applies objects on the server's side, strictly; the answers' warnings. */
export async function applyAll(cluster: Cluster, objects: readonly AnyObject[], token?: string): Promise<readonly string[]> {
	const warnings: string[] = [];
	for (const object of objects) {
		const path = `${pathOf(object)}?fieldManager=installer&fieldValidation=Strict`;
		const options = { contentType: "application/apply-patch+yaml", ...(token === undefined ? {} : { token }) };
		const answer = await cluster.request("PATCH", path, object, options);
		if (answer.status >= 300) throw new Error(`${path} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
		const { warning } = answer.headers;
		if (warning !== undefined) warnings.push(`${path}: ${String(warning)}`);
	}
	return warnings;
}
