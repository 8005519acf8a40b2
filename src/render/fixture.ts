import { AppError } from "../core/app-error.ts";
import { hostKinds } from "../drivers/host/kinds.ts";
import type { Rendered, Rendering, RenderRequest } from "../ports/rendering.ts";
import type { FileTree } from "../ports/repository.ts";
import { overlayTree } from "./overlay-tree.ts";
import { createRenderers, type RenderersOptions } from "./renderers.ts";
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

/** A Rendering with all renderers, which find no program but those given. */
export function renderingWith(options: Pick<RenderersOptions, "folder"> & Partial<RenderersOptions>): Rendering {
	const renderers = createRenderers({
		environment: {},
		credentials: async () => {
			throw new AppError("no secret is known", { code: "SecretMissing", kind: "denied" });
		},
		now: () => performance.now(),
		...options,
	});
	return createRendering({ kinds: (target) => (target === "host" ? hostKinds : undefined), renderers });
}

type Files = Readonly<Record<string, string | Buffer>> | FileTree;

export interface RequestOptions {
	/** Further Repositories. */
	readonly others?: Readonly<Record<string, FileTree>>;
}

/** A request for the files of `app`, for a host. */
export function requestOf(files: Files, request: Partial<RenderRequest> = {}, { others = {} }: RequestOptions = {}): RenderRequest {
	const own = typeof files.list === "function" ? (files as FileTree) : treeOf(files as Readonly<Record<string, string | Buffer>>);
	return {
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
	};
}

/** Renders files for a host. */
export async function renderFiles(
	files: Files,
	request: Partial<RenderRequest> = {},
	options: RequestOptions & { readonly signal?: AbortSignal } = {},
): Promise<Rendered> {
	const { others = {}, ...signals } = options;
	const rendering = createRendering({ kinds: (target) => (target === "host" ? hostKinds : undefined) });
	return rendering.render(requestOf(files, request, { others }), signals);
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
