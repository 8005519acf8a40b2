/** Keys by which Kubernetes tells the items of a list of maps apart, by the list's field name. */
const mergeKeys: Readonly<Record<string, readonly string[]>> = {
	containers: ["name"],
	initContainers: ["name"],
	ephemeralContainers: ["name"],
	env: ["name"],
	volumes: ["name"],
	volumeMounts: ["mountPath"],
	volumeDevices: ["devicePath"],
	imagePullSecrets: ["name"],
	hostAliases: ["ip"],
	ports: ["containerPort", "port", "name"],
	tolerations: ["key"],
	topologySpreadConstraints: ["topologyKey"],
	ownerReferences: ["uid"],
	secrets: ["name"],
};

type Map_ = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Map_ {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A list whose items have the list's merge key, or undefined. */
function keyFor(field: string, base: readonly unknown[], patch: readonly unknown[]): string | undefined {
	const items = [...base, ...patch];
	return mergeKeys[field]?.find((key) => items.length > 0 && items.every((item) => isMap(item) && (item[key] !== undefined || item.$patch === "replace")));
}

function mergeLists(field: string, base: readonly unknown[], patch: readonly unknown[]): readonly unknown[] {
	const replaces = patch.some((item) => isMap(item) && item.$patch === "replace");
	const items = patch.filter((item) => !(isMap(item) && item.$patch === "replace" && Object.keys(item).length === 1));
	if (replaces) return items.map((item) => (isMap(item) ? clean(item) : item));
	const key = keyFor(field, base, items);
	if (key === undefined) return items.map((item) => (isMap(item) ? clean(item) : item));
	const result = [...base];
	for (const item of items) {
		if (!isMap(item)) continue;
		const index = result.findIndex((each) => isMap(each) && each[key] === item[key]);
		if (item.$patch === "delete") {
			if (index >= 0) result.splice(index, 1);
		} else if (index >= 0) result[index] = strategicMerge(result[index], item, field);
		else result.push(clean(item));
	}
	return result;
}

/** A patch that has nothing to be merged into, without its directives and nulls. */
function clean(patch: Map_): Map_ {
	return strategicMerge({}, patch) as Map_;
}

/**
 * Strategic merge as Kubernetes' users know it: maps are merged, null removes, lists of named things (containers, env, volumes …)
 * are merged by name, other lists are replaced; `$patch: delete` and `$patch: replace` do as they say.
 */
export function strategicMerge(base: unknown, patch: unknown, field = ""): unknown {
	if (Array.isArray(patch)) return Array.isArray(base) ? mergeLists(field, base, patch) : mergeLists(field, [], patch);
	if (!isMap(patch)) return patch;
	if (patch.$patch === "delete") return undefined;
	const { $patch, ...fields } = patch;
	const result: Record<string, unknown> = isMap(base) && $patch !== "replace" ? { ...base } : {};
	for (const [key, value] of Object.entries(fields)) {
		const merged = value === null ? undefined : strategicMerge(result[key], value, key);
		if (merged === undefined) delete result[key];
		else Object.defineProperty(result, key, { value: merged, enumerable: true, configurable: true, writable: true });
	}
	return result;
}
