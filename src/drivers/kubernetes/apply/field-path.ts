/** Stands for every entry of a list, or every field of a map. */
export const every: unique symbol = Symbol("every");

export type FieldPath = readonly (string | number | typeof every)[];

/** Reads a JSON pointer, `/spec/replicas`, or a path like jq's, `.spec.containers[].image`, `.data["a.b"]`. */
export function parseFieldPath(text: string): FieldPath {
	if (text.startsWith("/")) {
		return text
			.slice(1)
			.split("/")
			.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
	}
	const parts: (string | number | typeof every)[] = [];
	for (const match of text.matchAll(/\.(?<name>[^.[\]"]+)|\.?\["(?<quoted>(?:[^"\\]|\\.)*)"\]|\[(?<index>[0-9]*)\]/gu)) {
		const { name, quoted, index } = match.groups ?? {};
		if (name !== undefined) parts.push(name);
		else if (quoted !== undefined) parts.push(JSON.parse(`"${quoted}"`) as string);
		else parts.push(index === "" || index === undefined ? every : Number(index));
	}
	return parts;
}
