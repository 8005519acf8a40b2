import { expect, it } from "vitest";
import type { HealthStatus } from "../core/health.ts";
import { builtInHealth } from "./built-in.ts";
import type { LiveObject } from "./live-object.ts";

/** A live Object of `Kind.group` (its version is v1), in generation 2. */
export function live(kindAndGroup: string, fields: Readonly<Record<string, unknown>> = {}): LiveObject {
	const dot = kindAndGroup.indexOf(".");
	const group = dot < 0 ? "" : `${kindAndGroup.slice(dot + 1)}/`;
	return {
		apiVersion: `${group}v1`,
		kind: dot < 0 ? kindAndGroup : kindAndGroup.slice(0, dot),
		...fields,
		metadata: { name: "a", generation: 2, ...(fields["metadata"] as object | undefined) },
	};
}

/** Conditions by type: `"True"`, or `"False Reason message"`. */
export function conditions(byType: Readonly<Record<string, string>>): readonly unknown[] {
	return Object.entries(byType).map(([type, text]) => {
		const [status = "", reason = "", ...message] = text.split(" ");
		return { type, status, reason, message: message.join(" ") };
	});
}

/** A status that only has conditions. */
export function status(byType: Readonly<Record<string, string>>): { readonly status: { readonly conditions: readonly unknown[] } } {
	return { status: { conditions: conditions(byType) } };
}

/** What is seen, what it means, and a part of the message. */
export type Case = readonly [what: string, kind: string, fields: Readonly<Record<string, unknown>>, means: HealthStatus, words?: string];

/** One test for each case. */
export function judges(cases: readonly Case[]): void {
	it.each(cases.map(([what, kind, fields, means, words = ""]) => ({ what, kind, fields, means, words })))(
		"$kind: $what",
		({ kind, fields, means, words }) => {
			const health = builtInHealth(live(kind, fields));
			expect(health).toMatchObject({ status: means });
			expect(health.message).toContain(words);
		},
	);
}
