/** A field as an API server names it, `spec.containers[0].env[NAME]`, `metadata.annotations["a.b/c"]`, as the keys on the way to it. */
export function fieldPath(field: string): readonly PropertyKey[] {
	const path: PropertyKey[] = [];
	for (const match of field.matchAll(/\[(?:"(?<quoted>[^"]*)"|(?<index>[0-9]+)|(?<name>[^\]]*))\]|(?<plain>[^.[\]]+)/gu)) {
		const { quoted, index, name, plain } = match.groups ?? {};
		path.push(index === undefined ? (quoted ?? name ?? plain ?? "") : Number(index));
	}
	return path;
}
