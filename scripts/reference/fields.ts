import type { JsonSchema } from "./schemas.ts";

/** One row of a reference table. */
export interface Field {
	/** `spec.policy.windows[].kind`. */
	readonly name: string;
	readonly type: string;
	readonly required: boolean;
	/** As JSON; absent where there is none. */
	readonly default?: string;
	readonly description: string;
}

/** Every field beneath a schema, parents before their children. */
export function fieldsOf(schema: JsonSchema, prefix = ""): readonly Field[] {
	const required = new Set(schema.required);
	const own = Object.entries(schema.properties ?? {}).flatMap(([key, field]) => {
		const name = prefix === "" ? key : `${prefix}.${key}`;
		const row: Field = {
			name,
			type: typeText(field),
			required: required.has(key),
			...(field.default === undefined || isMapWithFields(field) ? {} : { default: JSON.stringify(field.default) }),
			description: field.description ?? field.items?.description ?? "",
		};
		return [row, ...beneath(field, name)];
	});
	const seen = new Set(own.map(({ name }) => name));
	// Which of the alternatives is taken is up to the writer, so nothing in one is required as such.
	const branches = alternatives(schema).flatMap((branch) => {
		const top = new Set(Object.keys(branch.properties ?? {}).map((key) => (prefix === "" ? key : `${prefix}.${key}`)));
		return fieldsOf(branch, prefix).map((field) => (top.has(field.name) ? { ...field, required: false } : field));
	});
	return [...own, ...branches.filter(({ name }) => !seen.has(name) && seen.add(name))];
}

function beneath(field: JsonSchema, name: string): readonly Field[] {
	const mapped = typeof field.additionalProperties === "object" ? fieldsOf(field.additionalProperties, `${name}.<name>`) : [];
	const items = field.items === undefined ? [] : fieldsOf(field.items, `${name}[]`);
	return [...fieldsOf(field, name), ...items, ...mapped];
}

function alternatives(schema: JsonSchema): readonly JsonSchema[] {
	return [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
}

function isMapWithFields(schema: JsonSchema): boolean {
	return schema.type === "object" && schema.properties !== undefined;
}

/** `text`, `list of text`, `"heal" or "report"`, … */
export function typeText(schema: JsonSchema): string {
	if (schema.const !== undefined) return JSON.stringify(schema.const);
	if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
	const branches = alternatives(schema);
	if (branches.length > 0 && schema.properties === undefined) return [...new Set(branches.map(typeText))].join(" or ");
	switch (schema.type) {
		case "string":
			return "text";
		case "integer":
			return numberText("whole number", schema);
		case "number":
			return numberText("number", schema);
		case "boolean":
			return "true or false";
		case "array":
			return schema.items === undefined ? "list" : `list of ${plural(typeText(schema.items))}`;
		case "object":
			return typeof schema.additionalProperties === "object" && schema.properties === undefined
				? `map to ${typeText(schema.additionalProperties)}`
				: "map";
		case "null":
			return "null";
		default:
			return "any value";
	}
}

function plural(type: string): string {
	return type === "map" ? "maps" : type;
}

function numberText(name: string, { minimum, maximum }: JsonSchema): string {
	const isLimited = maximum !== undefined && Math.abs(maximum) < Number.MAX_SAFE_INTEGER;
	if (minimum !== undefined && isLimited) return `${name}, ${minimum} to ${maximum}`;
	return isLimited ? `${name}, at most ${maximum}` : name;
}
