import { z } from "zod";
import type { Answer } from "./transport.ts";

export interface StatusCause {
	readonly reason: string | undefined;
	readonly message: string;
	/** `spec.replicas`, where it speaks of a field. */
	readonly field: string | undefined;
}

/** What the API server says of a request that failed, `meta/v1 Status`. */
export interface Status {
	/** False where the answer was no Status: from a proxy, or a path that the server does not know. */
	readonly isStatus: boolean;
	readonly reason: string | undefined;
	readonly message: string;
	readonly details: { readonly name: string | undefined; readonly kind: string | undefined; readonly uid: string | undefined } | undefined;
	readonly causes: readonly StatusCause[];
}

const text = z.string().optional().catch(undefined);
const schema = z.looseObject({
	kind: z.literal("Status"),
	reason: text,
	message: text,
	details: z
		.looseObject({
			name: text,
			kind: text,
			uid: text,
			causes: z
				.array(z.looseObject({ reason: text, message: text, field: text }))
				.optional()
				.catch(undefined),
		})
		.optional()
		.catch(undefined),
});

/** The Status in an answer, or one made of its text. */
export function readStatus({ text }: Pick<Answer, "text">): Status {
	const parsed = schema.safeParse(jsonOf(text));
	if (!parsed.success) {
		return { isStatus: false, reason: undefined, message: text.slice(0, 300).trim(), details: undefined, causes: [] };
	}
	const { reason, message, details } = parsed.data;
	return {
		isStatus: true,
		reason,
		message: message ?? "",
		details: details === undefined ? undefined : { name: details.name, kind: details.kind, uid: details.uid },
		causes: (details?.causes ?? []).slice(0, 100).map((cause) => ({
			reason: cause.reason,
			message: cause.message ?? "",
			field: cause.field === undefined || cause.field === "" || cause.field === "<nil>" ? undefined : cause.field,
		})),
	};
}

function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
