import { z } from "zod";

/** One row of the contract: what Fastify validates, what OpenAPI tells and what the client is typed by. */
export interface Route {
	readonly method: "GET" | "POST" | "DELETE";
	/** With `:name` for parameters. */
	readonly path: string;
	readonly summary: string;
	/** Group in the reference. */
	readonly tag: string;
	readonly params?: z.ZodObject;
	readonly query?: z.ZodObject;
	readonly body?: z.ZodType;
	/** Status of success. */
	readonly status: 200 | 202 | 204;
	/** What is answered; for a stream, one item of it. */
	readonly answer: z.ZodType;
	/** `ndjson`: one JSON value a line; `sse`: server-sent events, `id` and `data`. */
	readonly stream?: "ndjson" | "sse";
	/** Bytes of the body; 1 MiB where absent. */
	readonly bodyLimit?: number;
	/** True where no token is needed. */
	readonly open?: true;
	/** Milliseconds after which the answer is an error of kind `timeout`; 60 s where absent. Not for streams. */
	readonly timeLimit?: number;
}

/** A whole number in a query, between bounds. */
export function whole(min: number, max: number): z.ZodCoercedNumber<number> {
	return z.coerce.number<number>().int().min(min).max(max);
}

/** `true` or `false` in a query. */
export const flag = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]);

/** Cursor and size of a page, as every listing takes them. */
export const pageQuery = {
	limit: whole(1, 500).default(100).describe("Most items of the page."),
	cursor: z.string().min(1).max(512).optional().describe("`next` of the page before."),
};
