import { at, type LiveObject, textAt } from "../live-object.ts";

/** Held where the value at a path is true: `spec.suspend`. */
export function heldAt(words: string, ...path: readonly string[]): (object: LiveObject) => string | undefined {
	return (object) => (at(object, ...path) === true ? words : undefined);
}

/** Held where an annotation says so. */
export function heldByAnnotation(
	words: string,
	name: string,
	fits: (value: string) => boolean,
): (object: LiveObject) => string | undefined {
	return (object) => {
		const value = textAt(object, "metadata", "annotations", name);
		return value !== "" && fits(value) ? words : undefined;
	};
}
