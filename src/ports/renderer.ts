import type { DesiredObject, Json } from "../core/object.ts";
import type { FileTree, SignalOption } from "./repository.ts";

/** What a render may look at; every read through `tree` or `other` is traced. */
export interface RenderInput extends SignalOption {
	/** Tree of the Application's own Repository. */
	readonly tree: FileTree;
	/** Folder or file to render, relative to the tree. */
	readonly path: string;
	/** Values for templates: the Application's, to which an Overlay adds its own. */
	readonly values: Readonly<Record<string, Json>>;
	/** True where the Application gives `values`, also empty ones: then `${{ }}` is evaluated. */
	readonly template: boolean;
	readonly application: string;
	readonly environment: string;
	/** Kind of target, `host`: file sources are resolved for it. */
	readonly target: string;
	/** The tree of another Repository at a ref, for sources that live there. Denied where the Project does not allow it. */
	other(repository: string, ref: string, options?: SignalOption): Promise<FileTree>;
}

export interface RenderOutput {
	/** In file order; namespaces not yet defaulted. */
	readonly objects: readonly DesiredObject[];
	/** What the user should know, but that stops nothing. */
	readonly warnings: readonly string[];
}

/** One way from files to Objects. */
export interface Renderer {
	readonly name: "yaml" | "kustomize" | "helm";
	/** Whether the folder is this renderer's: by a file that only it has. The plain one takes what no other does. */
	detect(tree: FileTree, path: string, options?: SignalOption): Promise<boolean>;
	/** Errors: `invalid` with the place in the file; `notFound` where the path is missing. */
	render(input: RenderInput): Promise<RenderOutput>;
}
