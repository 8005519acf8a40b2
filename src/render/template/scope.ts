import type { Json } from "../../core/object.ts";

/** What expressions may name. */
export interface TemplateScope {
	readonly values: Readonly<Record<string, Json>>;
	readonly application: string;
	readonly environment: string;
}

/** What an expression gave, or why it gave nothing. */
export type Outcome =
	| { readonly ok: true; readonly value: Json /** Characters of the value as JSON, about. */; readonly size: number }
	| { readonly ok: false; readonly message: string /** Offset in the expression, where known. */; readonly at?: number };
