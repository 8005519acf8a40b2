import { type ObjectKey, type ObjectRef, parseKey } from "../../../core/object.ts";
import type { ResourceType } from "../client/client.ts";
import type { Entry } from "./entry.ts";
import type { KindTable } from "./kind-table.ts";

/** Where an Object is kept. */
export interface Place {
	readonly table: KindTable;
	readonly name: string;
	readonly entry: Entry | undefined;
}

/** The tables of all kinds that are followed: one for each version of the API by which something was applied, mostly one. */
export interface KindTables {
	/** Opened where there is none. */
	of(type: ResourceType): KindTable;
	ofKind(ref: { readonly kind: string; readonly group: string }): readonly KindTable[];
	/** Where an Object is kept, in the table of the version by which it was applied. */
	find(key: ObjectKey): Place | undefined;
	all(): readonly KindTable[];
}

export function createKindTables(open: (type: ResourceType) => KindTable): KindTables {
	const tables = new Map<string, KindTable[]>();

	function ofKind({ kind, group }: { readonly kind: string; readonly group: string }): readonly KindTable[] {
		return tables.get(`${kind}.${group}`) ?? [];
	}

	return {
		of(type) {
			const known = ofKind(type).find(({ version }) => version === type.version);
			if (known !== undefined) return known;
			const table = open(type);
			tables.set(`${type.kind}.${type.group}`, [...ofKind(type), table]);
			return table;
		},
		ofKind,
		find(key) {
			const ref = parseKey(key);
			let place: Place | undefined;
			for (const table of ofKind(ref)) {
				const name = nameIn(table.watch.type, ref);
				const entry = table.entries.get(name);
				if (entry?.applied !== undefined || (entry?.writing ?? 0) > 0) return { table, name, entry };
				place ??= { table, name, entry };
			}
			return place;
		},
		all: () => [...tables.values()].flat(),
	};
}

/** Name of an Object within its kind. */
export function nameIn(type: Pick<ResourceType, "namespaced">, { namespace, name }: ObjectRef): string {
	return `${type.namespaced ? namespace : ""}/${name}`;
}
