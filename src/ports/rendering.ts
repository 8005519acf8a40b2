import type { SourcePlace } from "../core/app-error.ts";
import type { ApplicationDocument } from "../core/documents/application.ts";
import type { DesiredObject, Json, ObjectKey } from "../core/object.ts";
import type { FileTree, SignalOption } from "./repository.ts";

/** One thing that a render read: while every input still has the same oid, the render would give the same. */
export interface TracedInput {
	/** Name of a Repository, or the address (with `://`) of a chart repository. */
	readonly repository: string;
	/** The ref through which it was read: for the Application's own tree the one it follows. */
	readonly ref: string;
	readonly path: string;
	/** Null: nothing stood there, and the render saw that. */
	readonly oid: string | null;
}

/** What of an Application's document decides about its render beside path and values. */
export type RenderSettings = Pick<ApplicationDocument["spec"], "helm" | "patches">;

export interface RenderRequest {
	readonly application: string;
	readonly environment: string;
	/** Kind of target, `host`. */
	readonly target: string;
	/** Namespace given to Objects that name none. */
	readonly defaultNamespace: string;
	readonly repository: string;
	readonly ref: string;
	readonly path: string;
	readonly values: Readonly<Record<string, Json>> | undefined;
	/** Where absent: no patches, and Helm's own defaults. */
	readonly settings?: RenderSettings;
	/** The tree of a Repository at a ref as it stands now; throws `denied` where the Project does not allow the Repository. */
	tree(repository: string, ref: string, options?: SignalOption): Promise<FileTree>;
}

export interface Rendered {
	/** Checked: unique keys, valid kinds where the target's are known. */
	readonly objects: readonly DesiredObject[];
	readonly warnings: readonly string[];
	readonly inputs: readonly TracedInput[];
}

/** Turns files into desired Objects. Errors: `invalid` with the place in the file, and what the trees throw. */
export interface Rendering {
	render(request: RenderRequest, options?: SignalOption): Promise<Rendered>;
	/**
	 * Where an Object of a render stands, and a field of it (`spec.template.spec.containers[0].image`, as an API server names it) where
	 * that is known. Renders again; undefined where the render has no such Object.
	 */
	locate(request: RenderRequest, key: ObjectKey, field: string | undefined, options?: SignalOption): Promise<SourcePlace | undefined>;
	/** Content hash that an input whose repository is an address has now; null where nothing stands there. Errors: `unavailable`, `denied`. */
	current(input: TracedInput, settings: RenderSettings, options?: SignalOption): Promise<string | null>;
}
