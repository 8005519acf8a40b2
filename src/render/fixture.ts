import { AppError } from "../core/app-error.ts";
import { hostKinds } from "../drivers/host/kinds.ts";
import type { Rendered, RenderRequest } from "../ports/rendering.ts";
import type { FileTree } from "../ports/repository.ts";
import { overlayTree } from "./overlay-tree.ts";
import { createRendering } from "./rendering.ts";

/** A tree without files. */
export const emptyTree: FileTree = {
	repository: "env",
	revision: "main@sha1:0000000000000000000000000000000000000000",
	oid: async (path) => (path === "" ? "0" : undefined),
	list: async (path) => {
		if (path === "") return [];
		throw new AppError(`no folder ${path}`, { code: "PathNotFound", kind: "notFound" });
	},
	read: async (path) => {
		throw new AppError(`no file ${path}`, { code: "PathNotFound", kind: "notFound" });
	},
};

/** A tree of these files. */
export function treeOf(files: Readonly<Record<string, string | Buffer>>, repository = "env"): FileTree {
	const entries = Object.entries(files).map(([path, content]): [string, Buffer] => [path, Buffer.from(content)]);
	return { ...overlayTree(emptyTree, new Map(entries)), repository, revision: emptyTree.revision };
}

/** Renders files for a host; `others` are further Repositories. */
export async function renderFiles(
	files: Readonly<Record<string, string | Buffer>> | FileTree,
	request: Partial<RenderRequest> = {},
	options: { readonly others?: Readonly<Record<string, FileTree>>; readonly signal?: AbortSignal } = {},
): Promise<Rendered> {
	const { others = {}, ...signals } = options;
	const own = typeof files.list === "function" ? (files as FileTree) : treeOf(files as Readonly<Record<string, string | Buffer>>);
	const rendering = createRendering({ kinds: (target) => (target === "host" ? hostKinds : undefined) });
	return rendering.render(
		{
			application: "shop",
			environment: "dev",
			target: "host",
			defaultNamespace: "shop",
			repository: "env",
			ref: "main",
			path: "app",
			values: undefined,
			tree: async (name) => {
				if (name === "env") return own;
				const other = others[name];
				if (other === undefined) throw new AppError(`no Repository ${name}`, { code: "RepositoryNotFound", kind: "notFound" });
				return other;
			},
			...request,
		},
		signals,
	);
}

/** The error that a promise ends with; fails where it is none of ours. */
export async function errorOf(promise: Promise<unknown>): Promise<AppError> {
	const error: unknown = await promise.then(
		() => undefined,
		(reason: unknown) => reason,
	);
	if (error instanceof AppError) return error;
	throw new Error(`an AppError was expected, not ${String(error)}`, { cause: error });
}

/** A File of the host as YAML. */
export function fileYaml(name: string, content = name, more = ""): string {
	return `apiVersion: host.gitward.dev/v1\nkind: File\nmetadata: {name: ${name}${more}}\nspec: {content: ${JSON.stringify(content)}}\n`;
}
