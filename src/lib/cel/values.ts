/** A JSON value. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** What expressions may name. */
export type Variables = Readonly<Record<string, JsonValue>>;

/** What an expression gave, or why it gave nothing. */
export type Outcome =
	| { readonly ok: true; readonly value: JsonValue /** Characters of the value as JSON, about. */; readonly size: number }
	| { readonly ok: false; readonly message: string /** Offset in the expression, where known. */; readonly at?: number };
