import type { Json } from "../../core/object.ts";

/** What the expressions of templates may name. */
export interface TemplateScope {
	readonly values: Readonly<Record<string, Json>>;
	readonly application: string;
	readonly environment: string;
}
