import { resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { AppError } from "../../core/app-error.ts";
import { manifestText } from "../install/manifest-text.ts";
import { installation } from "../install/objects.ts";
import { type InstallValues, installValuesSchema } from "../install/values.ts";
import type { Io } from "../io.ts";
import { formatData } from "../output.ts";
import { readText } from "../read-text.ts";
import { version } from "../version.ts";

export interface InstallOptions {
	readonly print?: boolean;
	readonly namespace: string;
	readonly name: string;
	readonly createNamespace?: boolean;
	readonly control?: string;
	readonly controlCredentials?: string;
	readonly namespaces?: readonly string[];
	readonly clusterWide?: boolean;
	readonly image?: string;
	readonly tlsSecret?: string;
	/** File of values, as for the chart. */
	readonly values?: string;
	readonly output: "yaml" | "json";
}

/** Prints the objects that run Gitward in a cluster; whoever may, applies them. */
export async function install(io: Io, options: InstallOptions): Promise<void> {
	if (options.print !== true) {
		throw new AppError("Gitward does not change a cluster to install itself", {
			code: "InstallPrintOnly",
			kind: "invalid",
			hint: "Look at what is printed, then apply it: `gitward install --print | kubectl apply --server-side -f -`.",
		});
	}
	const objects = installation(await valuesOf(io, options), { name: options.name, namespace: options.namespace, version });
	if (options.output === "json") io.out(formatData({ apiVersion: "v1", kind: "List", items: objects }, "json"));
	else io.out(manifestText(objects));
}

async function valuesOf(io: Io, options: InstallOptions): Promise<InstallValues> {
	const { values, image } = options;
	const file = values === undefined ? undefined : resolve(io.cwd, values);
	const given = file === undefined ? {} : mapOf(await readText(file), file);
	const told: Readonly<Record<string, unknown>> = {
		...(options.createNamespace === true ? { createNamespace: true } : {}),
		...(options.namespaces === undefined ? {} : { namespaces: options.namespaces }),
		...(options.clusterWide === true ? { clusterWide: true } : {}),
		...merged(given, "control", { url: options.control, credentials: options.controlCredentials }),
		...merged(given, "tls", { secret: options.tlsSecret }),
		...(image === undefined ? {} : merged(given, "image", imageParts(image))),
	};
	const parsed = installValuesSchema.safeParse({ ...given, ...told });
	if (parsed.success) return parsed.data;
	throw new AppError(`The values do not fit:\n${z.prettifyError(parsed.error)}`, {
		code: "ValuesInvalid",
		kind: "invalid",
		hint: "They are those of the chart: deploy/chart/values.yaml tells all of them.",
		...(file === undefined ? {} : { place: { file } }),
	});
}

function mapOf(text: string, file: string): Readonly<Record<string, unknown>> {
	try {
		// As Helm reads it.
		const value: unknown = parse(text, { version: "1.1" }) ?? {};
		if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
	} catch (cause) {
		throw new AppError(`${file} is no YAML: ${cause instanceof Error ? cause.message : String(cause)}`, {
			code: "ValuesInvalid",
			kind: "invalid",
			cause,
		});
	}
	throw new AppError(`${file} holds no map of values`, { code: "ValuesInvalid", kind: "invalid" });
}

/** What options say about a part of the values, over what the file says. */
function merged(
	given: Readonly<Record<string, unknown>>,
	key: string,
	told: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, unknown>> {
	const entries = Object.entries(told).filter(([, value]) => value !== undefined);
	return entries.length === 0 ? {} : { [key]: { ...(given[key] as object | undefined), ...Object.fromEntries(entries) } };
}

/** `registry:5000/gitward:1.2`, with a tag, a digest, or neither. */
function imageParts(image: string): { readonly repository: string; readonly tag?: string; readonly digest?: string } {
	const [named = "", digest] = image.split("@");
	const colon = named.lastIndexOf(":");
	const hasTag = colon > named.lastIndexOf("/");
	return {
		repository: hasTag ? named.slice(0, colon) : named,
		tag: hasTag ? named.slice(colon + 1) : "",
		digest: digest ?? "",
	};
}
