import type { SourcePlace } from "../core/app-error.ts";
import type { DesiredObject, Json } from "../core/object.ts";
import type { RenderSettings, TracedInput } from "./rendering.ts";
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
	/** Namespace given to Objects that name none. */
	readonly namespace: string;
	readonly settings: RenderSettings;
	/** True where somebody asks for the place of an Object: then a renderer may spend more to know it. */
	readonly places: boolean;
	/** Notes an input that was read from elsewhere than a Repository: its `repository` is an address. */
	note(input: TracedInput): void;
	/** The tree of another Repository at a ref, for sources that live there. Denied where the Project does not allow it. */
	other(repository: string, ref: string, options?: SignalOption): Promise<FileTree>;
}

/** An Object with what is known about where it came from. */
export interface RenderedObject {
	readonly object: DesiredObject;
	/** File or folder that it came from, as far as that is known. */
	readonly file: string;
	/** Looks up where a field stands in its file; only for renders with `places`. */
	locate?(path: readonly PropertyKey[]): Promise<SourcePlace>;
}

export interface RenderOutput {
	/** In file order; namespaces not yet defaulted. */
	readonly objects: readonly RenderedObject[];
	/** What the user should know, but that stops nothing. */
	readonly warnings: readonly string[];
}

/** One way from files to Objects. */
export interface Renderer {
	readonly name: "yaml" | "kustomize" | "helm";
	/** Whether the folder is this renderer's: by a file that only it has. The plain one takes what no other does. */
	detect(input: RenderInput): Promise<boolean>;
	/** Errors: `invalid` with the place in the file; `notFound` where the path is missing. */
	render(input: RenderInput): Promise<RenderOutput>;
	/**
	 * What an input of this renderer, noted with an address as its repository, would be now; undefined where it is no input of this
	 * renderer. Null: nothing stands there. Costs no request for what cannot change.
	 */
	current?(input: TracedInput, settings: RenderSettings, options?: SignalOption): Promise<string | null | undefined>;
}
