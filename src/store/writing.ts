import { type Compilable, CompiledQuery, type QueryResult, type Transaction } from "kysely";
import type { Schema } from "./schema.ts";

/** Rows of one insert or keys of one delete: a database limits the parameters of a statement. */
export const rowsPerStatement = 100;

/** The transaction of one batch of writes. */
export interface Writing {
	readonly transaction: Transaction<Schema>;
	/** Runs a statement that is built once under its name and then only given other parameters: building costs more than running it. */
	run<Row>(name: string, parameters: readonly unknown[], build: () => Compilable): Promise<QueryResult<Row>>;
}

/** Gives transactions the statements that were built before. */
export function createStatements(): (transaction: Transaction<Schema>) => Writing {
	const texts = new Map<string, string>();
	return (transaction) => ({
		transaction,
		run<Row>(name: string, parameters: readonly unknown[], build: () => Compilable) {
			let text = texts.get(name);
			if (text === undefined) {
				text = build().compile().sql;
				texts.set(name, text);
			}
			return transaction.executeQuery<Row>(CompiledQuery.raw(text, [...parameters]));
		},
	});
}

/** A list in parts that fit one statement. */
export function* inParts<T>(list: readonly T[]): Generator<readonly T[]> {
	for (let start = 0; start < list.length; start += rowsPerStatement) yield list.slice(start, start + rowsPerStatement);
}
