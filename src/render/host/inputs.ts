import { nearest } from "../../core/documents/nearest.ts";
import { hashObject, hashValue } from "../../core/hash.ts";
import { optionsOf } from "../../core/object-options.ts";
import { invalidAt, type LocatedObject } from "../located.ts";

const content = new Set(["File", "Directory", "Archive"]);

/**
 * Writes into each Process what it runs from, as a hash: when a File, Directory or Archive of the same namespace changes, so does the
 * Process, and is restarted. `spec.restartOn` names which ones count; all where it is absent.
 */
export function addProcessInputs(objects: readonly LocatedObject[]): readonly LocatedObject[] {
	return objects.map((located) => {
		const { object } = located;
		if (object.kind !== "Process" || !object.apiVersion.startsWith("host.gitward.dev/")) return located;
		const { restartOn, ...spec } = object.spec as Readonly<Record<string, unknown>>;
		const beside = objects.filter(
			({ object: other }) =>
				content.has(other.kind) && optionsOf(other).hooks.length === 0 && other.metadata.namespace === object.metadata.namespace,
		);
		const chosen = Array.isArray(restartOn)
			? restartOn.flatMap((name: unknown, index) => named(String(name), index, beside, located))
			: beside;
		if (chosen.length === 0) return { ...located, object: { ...object, spec } };
		const inputs = hashValue(chosen.map((each) => hashObject(each.object)).sort());
		return { ...located, object: { ...object, spec: { ...spec, inputs } } };
	});
}

/** The Object of a name, and what a Directory of that name expanded to. */
function named(name: string, index: number, beside: readonly LocatedObject[], located: LocatedObject): readonly LocatedObject[] {
	const found = beside.filter(({ object }) => object.metadata.name === name || object.metadata.name.startsWith(`${name}/`));
	if (found.length > 0) return found;
	const near = nearest(
		name,
		beside.map(({ object }) => object.metadata.name),
	);
	throw invalidAt(
		located.place(["spec", "restartOn", index]),
		`names ${JSON.stringify(name)}, which is no File, Directory or Archive here`,
		"RestartOnUnknown",
		near === undefined ? undefined : `Did you mean ${near}?`,
	);
}
