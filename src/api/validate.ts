import type { z } from "zod";
import { AppError } from "../core/app-error.ts";

/** A part of a request as its schema has it; throws `invalid` naming the field. */
export function validate(schema: z.ZodType | undefined, value: unknown, part: "params" | "query" | "body"): unknown {
	if (schema === undefined) return undefined;
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	const issue = result.error.issues[0];
	const place = [part, ...(issue?.path ?? [])].map(String).join(".");
	throw new AppError(`${place}: ${issue?.message ?? "not valid"}`, {
		code: "InvalidRequest",
		kind: "invalid",
		hint: "What is expected stands in /api/v1/openapi.json.",
	});
}
