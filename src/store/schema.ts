import type { Generated } from "kysely";

/** Tables of the store; JSON is kept as text so that every database reads it alike. */
export interface Schema {
	readonly applications: { readonly name: string; readonly state: string };
	readonly inventory: {
		readonly environment: string;
		readonly key: string;
		readonly application: string;
		/** 0 or 1. */
		readonly created: number;
		readonly desired_hash: string;
		readonly record: string;
		/** 0 or 1. */
		readonly keep: number;
		/** 0 or 1. */
		readonly confirm: number;
	};
	/** Objects as deflated JSON. */
	readonly rendered: { readonly hash: string; readonly objects: Uint8Array };
	readonly history: {
		readonly sequence: Generated<number>;
		readonly application: string;
		readonly id: string;
		readonly desired_hash: string;
		readonly entry: string;
	};
	readonly events: {
		readonly id: Generated<number>;
		readonly application: string | null;
		readonly environment: string | null;
		readonly event: string;
	};
	readonly settings: { readonly key: string; readonly value: string };
}
