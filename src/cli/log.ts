import { pino } from "pino";
import { AppError } from "../core/app-error.ts";
import type { Log } from "../ports/log.ts";
import { clean, type Paint } from "./text/paint.ts";

export const logLevels = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof logLevels)[number];

/** A log for people on a terminal, and of JSON lines elsewhere. */
export function createLog(options: {
	readonly write: (text: string) => void;
	readonly level: LogLevel;
	readonly pretty: boolean;
	readonly paint: Paint;
}): Log {
	const { write, level, pretty, paint } = options;
	if (!pretty) {
		const logger = pino(
			{
				level,
				base: null,
				timestamp: pino.stdTimeFunctions.isoTime,
				formatters: { level: (label) => ({ level: label }) },
				serializers: { error: plainError },
			},
			{ write },
		);
		const at = (name: LogLevel) => (message: string, keys?: Readonly<Record<string, unknown>>) => logger[name](keys ?? {}, message);
		return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
	}
	const style = { debug: paint.dim, info: paint.green, warn: paint.yellow, error: paint.red };
	const at =
		(name: LogLevel) =>
		(message: string, keys: Readonly<Record<string, unknown>> = {}) => {
			if (logLevels.indexOf(name) < logLevels.indexOf(level)) return;
			const rest = Object.entries(keys).flatMap(([key, value]) => (value === undefined ? [] : [`${paint.dim(`${key}=`)}${shown(value)}`]));
			write(
				`${paint.dim(new Date().toLocaleTimeString("sv"))} ${style[name](name.padEnd(5))} ${clean(message)} ${rest.join(" ")}`
					.trimEnd()
					.concat("\n"),
			);
		};
	return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function shown(value: unknown): string {
	if (value instanceof AppError) return clean(`${value.message} (${value.code})`);
	if (value instanceof Error) return clean(value.stack ?? value.message);
	return clean(typeof value === "string" ? value : (JSON.stringify(value) ?? String(value)));
}

function plainError(error: unknown): unknown {
	if (error instanceof AppError)
		return { message: error.message, code: error.code, kind: error.kind, ...(error.kind === "internal" ? { stack: error.stack } : {}) };
	return error instanceof Error ? { message: error.message, stack: error.stack } : error;
}
