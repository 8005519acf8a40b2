import { AppError } from "../../../core/app-error.ts";

/** Stands for every entry of a list, or every field of a map. */
export const every: unique symbol = Symbol("every");

/** A place in an object: names of fields, places in lists, or every one of them. */
export type FieldPath = readonly (string | number | typeof every)[];

const step = /\.(?<name>[^.[\]"\s|()?]+)|\.?\["(?<quoted>(?:[^"\\]|\\.)*)"\]|\.?\[(?<index>[0-9]*)\]/uy;

/**
 * Reads a JSON pointer (RFC 6901, `/spec/replicas`) or a path like jq's: `.spec.containers[].image`, `.data["a.b"]`, `.args[0]`.
 * Throws an AppError with code `FieldPathInvalid` that says what is not understood.
 */
export function parseFieldPath(text: string): FieldPath {
	if (text.startsWith("/")) return parsePointer(text);
	if (!text.startsWith(".")) throw invalid(text, `it begins with neither "/" nor "."`);
	if (text === ".") throw invalid(text, "it names the whole object");
	const path: (string | number | typeof every)[] = [];
	step.lastIndex = 0;
	while (step.lastIndex < text.length) {
		const at = step.lastIndex;
		const groups = step.exec(text)?.groups;
		if (groups === undefined) throw invalid(text, `${JSON.stringify(text.slice(at, at + 20))} is not understood`);
		const { name, quoted, index } = groups;
		if (name !== undefined) path.push(name);
		else if (quoted !== undefined) path.push(unquoted(text, quoted));
		else path.push(index === undefined || index === "" ? every : Number(index));
	}
	return path;
}

function parsePointer(text: string): FieldPath {
	const path = text
		.slice(1)
		.split("/")
		.map((part) => {
			if (/~(?![01])/u.test(part)) throw invalid(text, `"~" is written ~0 and "/" within a name ~1`);
			return part.replaceAll("~1", "/").replaceAll("~0", "~");
		});
	if (path.includes("")) throw invalid(text, "a name in it is empty");
	return path;
}

function unquoted(text: string, quoted: string): string {
	try {
		return JSON.parse(`"${quoted}"`) as string;
	} catch {
		throw invalid(text, `"${quoted}" is not a JSON string`);
	}
}

function invalid(text: string, why: string): AppError {
	return new AppError(`the field path ${JSON.stringify(text)} cannot be read: ${why}`, {
		code: "FieldPathInvalid",
		kind: "invalid",
		hint: 'Write a JSON pointer (/spec/replicas) or a path like .spec.template.spec.containers[].image or .metadata.annotations["a.b/c"].',
	});
}
