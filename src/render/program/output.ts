import { loadAll } from "js-yaml";
import { AppError } from "../../core/app-error.ts";
import { maxAliases, maxDepth, maxDocuments } from "../../core/documents/limits.ts";
import { pathText } from "../../core/documents/read-yaml.ts";
import type { RenderedObject } from "../../ports/renderer.ts";
import { kubernetesSchema } from "../plain/kubernetes-schema.ts";
import { looksLikeObject, toObjects } from "../plain/objects.ts";

export interface OutputOptions {
	/** What printed it, `kustomize`. */
	readonly program: string;
	/** The file that a document came from, by what stands above it in the output. */
	readonly fileOf: (document: string) => string;
	/** Called for what stops nothing. */
	readonly warn: (message: string) => void;
}

/**
 * The Objects that a program printed, read as Kubernetes reads them. A key that stands twice counts the last time, with a warning, as it
 * does for `kubectl apply`: charts in the wild have them. Throws `invalid` where a document is none.
 */
export function readOutput(text: string, { program, fileOf, warn }: OutputOptions): readonly RenderedObject[] {
	const chunks = text.split(/^---(?=[ \t\r\n]|$)/mu);
	if (chunks.length > maxDocuments)
		throw new AppError(`${program} printed more than ${maxDocuments} documents`, { code: "TooMuch", kind: "invalid" });
	return chunks.flatMap((chunk) => {
		if (chunk.trim() === "") return [];
		const file = fileOf(chunk);
		return load(chunk, file, program, warn).flatMap((value) => {
			if (value === null || value === undefined) return [];
			if (!looksLikeObject(value))
				throw new AppError(`${file}: ${program} printed a document that is no Object: apiVersion and kind are missing`, {
					code: "ManifestInvalid",
					kind: "invalid",
					place: { file },
				});
			return toObjects({ file, place: (path) => ({ file, key: pathText(path) }) }, value).map(({ object }) => ({ object, file }));
		});
	});
}

function load(text: string, file: string, program: string, warn: OutputOptions["warn"]): readonly unknown[] {
	const options = { schema: kubernetesSchema, maxDepth, maxAliases };
	try {
		return loadAll(text, options);
	} catch (error) {
		const { reason = String(error), mark } = error as { readonly reason?: string; readonly mark?: { readonly line: number } };
		if (reason.includes("duplicated mapping key")) {
			const values = loadAll(text, { ...options, json: true });
			warn(`${file}: a key stands twice in what ${program} printed${keyAt(text, mark?.line)}; the last one counts`);
			return values;
		}
		throw new AppError(`${file}: ${program} printed what is no YAML: ${reason}${keyAt(text, mark?.line)}`, {
			code: "ManifestInvalid",
			kind: "invalid",
			place: { file },
		});
	}
}

function keyAt(text: string, line: number | undefined): string {
	// Only the key: what stands behind it may be a secret.
	const key = line === undefined ? undefined : /^[-\s]*([^:]{1,100}):/u.exec(text.split("\n", line + 1)[line] ?? "")?.[1];
	return key === undefined ? "" : ` (at ${key.trim()})`;
}
