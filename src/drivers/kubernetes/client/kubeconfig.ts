import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { AppError, type SourcePlace } from "../../../core/app-error.ts";
import { explainIssues } from "../../../core/documents/explain.ts";
import type { Identity } from "../../../core/documents/metadata.ts";
import { type ReadDocument, readYaml } from "../../../core/documents/read-yaml.ts";
import { type KubeconfigUser, userSchema } from "./kubeconfig-user.ts";

/** PEM text that stands in the kubeconfig itself, base64 as there, or the file that holds it. */
export interface Inline {
	readonly data?: string | undefined;
	readonly file?: string | undefined;
}

/** The parts of a kubeconfig that one context names. */
export interface Kubeconfig {
	/** Absolute. */
	readonly file: string;
	/** For errors: `context production of /etc/gitward/clusters.yaml`. */
	readonly title: string;
	readonly namespace: string | undefined;
	readonly cluster: KubeconfigCluster;
	readonly user: KubeconfigUser;
	/** Where a key stands in the file. */
	place(path: readonly PropertyKey[]): SourcePlace;
	readonly clusterPath: readonly PropertyKey[];
	readonly userPath: readonly PropertyKey[];
}

export interface KubeconfigCluster {
	readonly server: URL;
	readonly ca: Inline;
	readonly serverName: string | undefined;
	readonly insecure: boolean;
	readonly proxy: string | undefined;
}

const clusterSchema = z.looseObject({
	server: z.url({ protocol: /^https?$/u }),
	"certificate-authority": z.string().optional(),
	"certificate-authority-data": z.string().optional(),
	"tls-server-name": z.string().optional(),
	"insecure-skip-tls-verify": z.boolean().optional(),
	"proxy-url": z.url({ protocol: /^https?$/u }).optional(),
});
const contextSchema = z.looseObject({ cluster: z.string().min(1), user: z.string().optional(), namespace: z.string().optional() });
const named = { name: z.string().min(1) };

const schema = z.looseObject({
	"current-context": z.string().optional(),
	contexts: z.array(z.looseObject({ ...named, context: z.unknown() })),
	clusters: z.array(z.looseObject({ ...named, cluster: z.unknown() })),
	users: z
		.array(z.looseObject({ ...named, user: z.unknown() }))
		.nullish()
		.transform((users) => users ?? []),
});

/** Reads the parts of a kubeconfig that `context` names, its current context where that is undefined. Errors never quote its lines. */
export async function readKubeconfig(file: string, context: string | undefined): Promise<Kubeconfig> {
	const read = parsed(file, await textOf(file));
	const place = (path: readonly PropertyKey[]): SourcePlace => unquoted(read.place(path));
	const config = checked(schema, [], read);

	const name = context ?? config["current-context"];
	if (name === undefined || name === "") {
		throw wrong(`${file} has no current context`, place([]), `Name one: ${list(config.contexts)}.`);
	}
	const contextAt = indexOf(config.contexts, name, () =>
		wrong(`${file} has no context ${name}`, place(["contexts"]), `It has: ${list(config.contexts)}.`),
	);
	const chosen = checked(contextSchema, ["contexts", contextAt, "context"], read);
	const clusterAt = indexOf(config.clusters, chosen.cluster, () =>
		wrong(
			`context ${name} of ${file} names the cluster ${chosen.cluster}, which is not in it`,
			place(["contexts", contextAt, "context", "cluster"]),
			`It has: ${list(config.clusters)}.`,
		),
	);
	const cluster = checked(clusterSchema, ["clusters", clusterAt, "cluster"], read);
	const userName = chosen.user ?? "";
	const userAt =
		userName === ""
			? -1
			: indexOf(config.users, userName, () =>
					wrong(
						`context ${name} of ${file} names the user ${userName}, who is not in it`,
						place(["contexts", contextAt, "context", "user"]),
						`It has: ${list(config.users)}.`,
					),
				);
	const relative = (path: string | undefined): string | undefined =>
		path === undefined || path === "" ? undefined : resolve(dirname(file), path);
	return {
		file,
		title: `context ${name} of ${file}`,
		namespace: chosen.namespace === "" ? undefined : chosen.namespace,
		cluster: {
			server: new URL(cluster.server),
			ca: { data: cluster["certificate-authority-data"], file: relative(cluster["certificate-authority"]) },
			serverName: cluster["tls-server-name"],
			insecure: cluster["insecure-skip-tls-verify"] === true,
			proxy: cluster["proxy-url"],
		},
		user: userAt === -1 ? {} : checked(userSchema, ["users", userAt, "user"], read),
		place,
		clusterPath: ["clusters", clusterAt, "cluster"],
		userPath: ["users", userAt, "user"],
	};
}

/** In whose name the user of a kubeconfig says that everything is asked. */
export function impersonated(user: KubeconfigUser): Identity | undefined {
	return user.as === undefined ? undefined : { user: user.as, groups: user["as-groups"] ?? [] };
}

async function textOf(file: string): Promise<string> {
	try {
		return await readFile(file, "utf8");
	} catch (error) {
		const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
		throw new AppError(
			isMissing ? `There is no kubeconfig ${file}` : `The kubeconfig ${file} cannot be read: ${(error as Error).message}`,
			{
				code: "KubeconfigUnreadable",
				kind: "invalid",
				hint: "See to it that it is there and Gitward may read it, or correct spec.target.kubernetes.kubeconfig of the Environment.",
				place: { file },
				cause: error,
			},
		);
	}
}

function parsed(file: string, text: string): ReadDocument {
	const { documents, problems } = readYaml(file, text);
	const [problem] = problems;
	if (problem !== undefined) throw wrong(`${file} ${problem.message}`, unquoted(problem.place), problem.hint);
	const [document] = documents;
	if (document === undefined) throw wrong(`${file} is empty: a kubeconfig is expected`, { file });
	return document;
}

function checked<Schema extends z.ZodType>(schema: Schema, path: readonly PropertyKey[], read: ReadDocument): z.output<Schema> {
	let value: unknown = read.value;
	for (const part of path) value = (value as Record<PropertyKey, unknown>)[part];
	const result = schema.safeParse(value ?? {});
	if (result.success) return result.data;
	const issues = result.error.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
	const [problem] = explainIssues(issues, read, z.unknown());
	const place = unquoted(problem?.place ?? read.place(path));
	throw wrong(`${place.file}: ${place.key ?? ""} ${problem?.message ?? "is not as expected"}`, place, problem?.hint);
}

function wrong(message: string, place: SourcePlace, hint?: string): AppError {
	return new AppError(message, { code: "KubeconfigInvalid", kind: "invalid", place, ...(hint === undefined ? {} : { hint }) });
}

/** A line of a kubeconfig may hold a token. */
function unquoted(place: SourcePlace): SourcePlace {
	const { quote, ...rest } = place;
	return quote === undefined ? place : rest;
}

function indexOf(entries: readonly { readonly name: string }[], name: string, failure: () => AppError): number {
	const index = entries.findIndex((entry) => entry.name === name);
	if (index === -1) throw failure();
	return index;
}

function list(entries: readonly { readonly name: string }[]): string {
	const names = entries.slice(0, 20).map(({ name }) => name);
	return names.length === 0 ? "nothing" : `${names.join(", ")}${entries.length > 20 ? ", …" : ""}`;
}
