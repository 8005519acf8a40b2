import type { DesiredObject, Json } from "../core/object.ts";
import type { FileTree, SignalOption } from "./repository.ts";

/** One thing that a render read: while every input still has the same oid, the render would give the same. */
export interface TracedInput {
	readonly repository: string;
	/** The ref through which it was read: for the Application's own tree the one it follows. */
	readonly ref: string;
	readonly path: string;
	/** Null: nothing stood there, and the render saw that. */
	readonly oid: string | null;
}

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
}
